import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FairShare, type Policy } from "./fair-share.ts";

const NEWEST: Policy = { perSecond: 10, burst: 1, waiting: "newest", forgiven: 10 };
const QUEUE: Policy = { perSecond: 1, burst: 5, waiting: 5, forgiven: 0 };

/** Two people, the first with two connections, who send something now and then, or all the time. */
const offers = fc.array(
  fc.record({ sender: fc.constantFrom(1, 2, 3), gap: fc.double({ min: 0, max: 0.4, noNaN: true }) }),
  { maxLength: 300 },
);
const memberOf = (sender: number): number => (sender === 3 ? 2 : 1);

describe.each([
  { name: "the newest waits", policy: NEWEST },
  { name: "some wait in their order", policy: QUEUE },
  { name: "nothing waits", policy: { ...QUEUE, waiting: 0 } },
])("$name", ({ policy }) => {
  test("[FAIR1] over any stretch no more of one person's passes than burst and rate, whatever anybody sends", () => {
    fc.assert(
      fc.property(offers, (sent) => {
        const share = new FairShare<number>(policy);
        const passed: { member: number; at: number }[] = [];
        let now = 0;
        for (const { sender, gap } of sent) {
          now += gap;
          share.offer(memberOf(sender), sender, 0, now);
          for (const each of share.take(now)) passed.push({ member: memberOf(each.sender), at: now });
          expect(share.waiting).toBeLessThanOrEqual(policy.waiting === "newest" ? 3 : 2 * policy.waiting);
        }
        for (const member of [1, 2]) {
          const times = passed.filter((each) => each.member === member).map(({ at }) => at);
          for (const [from, at] of times.entries())
            for (const [to, until] of times.entries())
              if (to >= from)
                expect(to - from + 1).toBeLessThanOrEqual(
                  policy.burst + (until - at) * policy.perSecond + 1e-6,
                );
        }
      }),
    );
  });

  test("[FAIR2] what one person sends changes nothing of when another's passes", () => {
    fc.assert(
      fc.property(offers, (sent) => {
        const timesOf = (counted: (sender: number) => boolean): number[] => {
          const share = new FairShare<number>(policy);
          const times: number[] = [];
          let now = 0;
          for (const { sender, gap } of sent) {
            now += gap;
            if (counted(sender)) share.offer(memberOf(sender), sender, 0, now);
            for (const each of share.take(now)) if (each.sender === 3) times.push(now);
          }
          return times;
        };
        expect(timesOf(() => true)).toEqual(timesOf((sender) => sender === 3));
      }),
    );
  });

  test("[FAIR1] what was taken passes by the instant that is named for it, the newest of each sender's last", () => {
    fc.assert(
      fc.property(offers, (sent) => {
        const share = new FairShare<number>(policy);
        const passed: number[] = [];
        const taken: number[] = [];
        let now = 0;
        for (const [index, { sender, gap }] of sent.entries()) {
          now += gap;
          if (share.offer(memberOf(sender), sender, index, now).taken) taken.push(index);
          for (const { value } of share.take(now)) passed.push(value);
        }
        for (let turns = 0; share.due !== null; turns++) {
          expect(turns).toBeLessThan(100);
          now = Math.max(now, share.due) + 1e-9;
          const more = share.take(now);
          expect(more.length).toBeGreaterThan(0);
          for (const { value } of more) passed.push(value);
        }
        expect(share.waiting).toBe(0);
        if (policy.waiting === "newest")
          for (const sender of [1, 2, 3]) {
            const last = sent.findLastIndex((each) => each.sender === sender);
            if (last >= 0) expect(passed).toContain(last);
          }
        else expect(passed.toSorted((a, b) => a - b)).toEqual(taken);
      }),
    );
  });
});

test("[FAIR3] who sends a little too much is not told, who floods is told once, and again after half a minute", () => {
  const share = new FairShare<number>(NEWEST);
  const flood = (from: number, seconds: number, perSecond: number): number => {
    let told = 0;
    let sent = 0;
    for (let ms = 0; ms < seconds * 1_000; ms++) {
      const now = from + ms / 1_000;
      for (; sent < (ms * perSecond) / 1_000; sent++) if (share.offer(1, 1, sent, now).tell) told++;
      share.take(now);
    }
    return told;
  };
  expect(flood(0, 20, 12)).toBe(0);
  expect(flood(20, 20, 100)).toBe(1);
  expect(flood(60, 5, 100)).toBe(1);
});

test("[FAIR4] two connections of one person share what one would have, and both come to their turn", () => {
  const share = new FairShare<number>(NEWEST);
  const passed = new Map([
    [1, 0],
    [2, 0],
  ]);
  for (let ms = 0; ms < 10_000; ms += 10) {
    for (const sender of [1, 2]) share.offer(7, sender, ms, ms / 1_000);
    for (const { sender } of share.take(ms / 1_000)) passed.set(sender, (passed.get(sender) ?? 0) + 1);
  }
  const [one = 0, other = 0] = passed.values();
  expect(one + other).toBeLessThanOrEqual(101);
  expect(Math.abs(one - other)).toBeLessThanOrEqual(1);
});

test("[FAIR4] a connection that goes takes what waits with it, and its owner's share does not grow by coming back", () => {
  const share = new FairShare<string>({ ...NEWEST, burst: 2 });
  for (const text of ["a", "b"]) {
    share.offer(1, 1, text, 0);
    share.take(0);
  }
  share.offer(1, 1, "c", 0);
  share.leave(1);
  expect(share.due).toBeNull();
  share.offer(1, 2, "d", 0.05);
  expect(share.take(0.05)).toEqual([]);
  expect(share.take(0.1)).toEqual([{ sender: 2, stream: 0, value: "d" }]);
});

test("[FAIR4] what is remembered of people is bounded by those who have sent something lately", () => {
  const share = new FairShare<number>(QUEUE);
  for (let member = 1; member <= 10_000; member++) {
    share.offer(member, member, 0, member);
    share.take(member);
  }
  expect(share.people).toBeLessThan(100);
});
