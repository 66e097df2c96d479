import { describe, expect, test } from "vitest";
import type { Delta } from "./delta.ts";
import { Outbox } from "./outbox.ts";
import { VersionVector } from "./version-vector.ts";

const delta = (seq: number, actor = 1): Delta => ({
  actor,
  seq,
  stamp: { time: seq, counter: 0, actor },
  writes: [],
});
const has = (...seqs: number[]) => {
  const vector = new VersionVector();
  for (const seq of seqs) vector.add(1, seq);
  return vector;
};
const taken = (outbox: Outbox, now: number) => outbox.take(now).map(({ seq }) => seq);

const reliable = (bound = 100) => new Outbox({ resendAfter: null, bound });
const lossy = () => new Outbox({ resendAfter: () => 0.1, bound: 1_000 });

describe("a reliable hop", () => {
  test("[DLV2] a delta goes out once, when it is due, and is kept until acknowledged", () => {
    const outbox = reliable();
    outbox.offer(delta(1), 5);
    expect([outbox.nextDue, taken(outbox, 4), taken(outbox, 5), taken(outbox, 99)]).toEqual([5, [], [1], []]);
    expect([outbox.nextDue, outbox.size]).toEqual([null, 1]);
    outbox.acknowledge(has(1));
    expect(outbox.size).toBe(0);
  });

  test("[DLV2] what is acknowledged before it is due never goes out", () => {
    const outbox = reliable();
    outbox.offer(delta(1), 5);
    outbox.acknowledgeOne(1, 1);
    expect([outbox.nextDue, taken(outbox, 9)]).toEqual([null, []]);
  });

  test("[DLV3] after the hop was broken everything is due again", () => {
    const outbox = reliable();
    for (const seq of [1, 2, 3]) outbox.offer(delta(seq), 0);
    outbox.take(0);
    outbox.acknowledge(has(1));
    outbox.reopen(7);
    expect(taken(outbox, 7)).toEqual([2, 3]);
  });

  test("[DLV4] a due delta takes along what stands before it, so that the window is never overrun", () => {
    const outbox = reliable();
    outbox.offer(delta(1), 9);
    outbox.offer(delta(1, 2), 9);
    outbox.offer(delta(2), 0);
    expect(taken(outbox, 0)).toEqual([1, 2]);
  });

  test("a bound that is reached takes nothing more", () => {
    const outbox = reliable(1);
    expect([outbox.offer(delta(1), 0), outbox.offer(delta(1), 0), outbox.offer(delta(2), 0)]).toEqual([
      true,
      true,
      false,
    ]);
    outbox.clear();
    expect([outbox.size, outbox.nextDue]).toEqual([0, null]);
  });

  test("what was sent long ago can be made due again, and what waits be hurried", () => {
    const outbox = reliable();
    outbox.offer(delta(1), 0);
    outbox.take(0);
    outbox.offer(delta(2), 9);
    outbox.rearm(0.5, 1);
    expect(taken(outbox, 0.5)).toEqual([]);
    outbox.rearm(1, 1);
    outbox.hurry(1);
    expect(taken(outbox, 1)).toEqual([1, 2]);
  });
});

describe("a hop that loses", () => {
  test("[DLV5] it is resent after the wait, each time half as long again, up to a second", () => {
    const outbox = lossy();
    outbox.offer(delta(1), 0);
    const waits: number[] = [];
    let now = 0;
    for (let i = 0; i < 9; i++) {
      expect(taken(outbox, now)).toEqual([1]);
      waits.push((outbox.nextDue ?? 0) - now);
      now = outbox.nextDue ?? 0;
    }
    expect(waits[0]).toBeCloseTo(0.1);
    expect(waits[1]).toBeCloseTo(0.15);
    expect(waits.at(-1)).toBeCloseTo(1);
  });

  test("[DLV6] no more than a window of sequence numbers is in flight", () => {
    const outbox = lossy();
    for (let seq = 1; seq <= 100; seq++) outbox.offer(delta(seq), 0);
    expect(taken(outbox, 0)).toHaveLength(64);
    outbox.acknowledge(has(1, 2, 3));
    expect(taken(outbox, 0)).toEqual([65, 66, 67]);
  });
});
