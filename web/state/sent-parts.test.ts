import fc from "fast-check";
import { expect, test } from "vitest";
import { ARRIVED_MS, type Parts, partsOf, SentParts } from "./sent-parts.ts";

/** Time that a test lets pass. */
function clock() {
  let now = 0;
  let due: { at: number; call: () => void }[] = [];
  return {
    now: () => now,
    wait: (ms: number, call: () => void) => {
      const entry = { at: now + ms, call };
      due.push(entry);
      return () => (due = due.filter((each) => each !== entry));
    },
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const [next] = due.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        now = next.at;
        due = due.filter((each) => each !== next);
        next.call();
      }
      now = end;
    },
  };
}

const holds = (told: Parts, sent: Parts): boolean =>
  told === null || (sent !== null && sent.every((track) => told.includes(track)));

test("[ROUTE10] what is told is never less than what is sent or still on its way, and comes to what was chosen", () => {
  const parts = fc.option(fc.uniqueArray(fc.nat(5), { maxLength: 5 }), { nil: null });
  const step = fc.record({ parts, passes: fc.nat(2_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const time = clock();
      let told: Parts = null;
      const sent: { at: number; parts: Parts }[] = [{ at: -10_000, parts: null }];
      const check = () => {
        // What was sent until a moment ago is still heard somewhere.
        const heard = sent.filter((_, i) => (sent[i + 1]?.at ?? Infinity) > time.now() - ARRIVED_MS);
        for (const each of heard) expect(holds(told, each.parts)).toBe(true);
      };
      const subject = new SentParts({
        sound: (now) => {
          sent.push({ at: time.now(), parts: now });
          check();
        },
        tell: (now) => {
          told = now;
          check();
        },
        wait: time.wait,
        tracks: () => [0, 1, 2, 3, 4, 5].map((id) => ({ id })),
      });
      for (const { parts: chosen, passes } of steps) {
        subject.choose(chosen, true);
        time.pass(passes);
      }
      time.pass(5_000);
      const last = steps.at(-1);
      if (last) {
        expect(sent.at(-1)?.parts).toEqual(last.parts);
        expect(told).toEqual(last.parts);
      }
    }),
  );
});

test("[ROUTE10] before anything is sent a choice holds at once", () => {
  const time = clock();
  const log: unknown[] = [];
  const subject = new SentParts({
    sound: (parts) => log.push(["sound", parts]),
    tell: (parts) => log.push(["tell", parts]),
    wait: time.wait,
    tracks: () => [{ id: 3 }, { id: 4 }],
  });
  subject.choose([3], false);
  expect(log).toEqual([
    ["sound", [3]],
    ["tell", [3]],
  ]);
  subject.choose([3, 4], true);
  subject.close();
  time.pass(10_000);
  expect(log).toHaveLength(3);
  // What is gone is not told.
  subject.choose([4, 9], false);
  expect(log.at(-1)).toEqual(["tell", [4]]);
});

test("[ROUTE11] my parts are at first those of which most notes are mine", () => {
  const notes = (count: number) => ({
    notes: Array.from({ length: count }, (_, step) => ({ step, pitch: 60 })),
  });
  const tracks = [
    { id: 1, pattern: notes(4) },
    { id: 2, pattern: notes(3) },
    { id: 3, pattern: notes(0) },
  ];
  // Two of four, and two of three.
  expect(partsOf(tracks, (_, step) => step < 2)).toEqual([2]);
});
