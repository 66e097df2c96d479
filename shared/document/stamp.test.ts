import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareStamps, formatStamp, MAX_STAMP_COUNTER, nextStamp, ZERO_STAMP } from "./stamp.ts";

const stamp = fc.record({
  time: fc.integer({ min: 0, max: 5 }),
  counter: fc.integer({ min: 0, max: 3 }),
  actor: fc.integer({ min: 0, max: 3 }),
});

test("[DOC1] stamps are totally ordered by time, counter, actor", () => {
  fc.assert(
    fc.property(stamp, stamp, stamp, (a, b, c) => {
      expect(Math.sign(compareStamps(a, b))).toBe(0 - Math.sign(compareStamps(b, a)));
      if (compareStamps(a, b) <= 0 && compareStamps(b, c) <= 0)
        expect(compareStamps(a, c)).toBeLessThanOrEqual(0);
      expect(compareStamps(a, b) === 0).toBe(formatStamp(a) === formatStamp(b));
    }),
  );
  expect(compareStamps({ time: 1, counter: 9, actor: 9 }, { time: 2, counter: 0, actor: 0 })).toBeLessThan(0);
});

test("[DOC2] the next stamp is above all seen, and is room time wherever that suffices", () => {
  fc.assert(
    fc.property(stamp, fc.double({ min: 0, max: 6, noNaN: true }), fc.nat(9), (last, nowMs, actor) => {
      const next = nextStamp(last, nowMs, actor);
      expect(compareStamps(next, last)).toBeGreaterThan(0);
      if (Math.floor(nowMs) > last.time) expect(next).toEqual({ time: Math.floor(nowMs), counter: 0, actor });
    }),
  );
});

test("[FUZ4] above the last counter there is comes the next ms: a stamp that everybody can read", () => {
  const last = { time: 70, counter: MAX_STAMP_COUNTER, actor: 5 };
  expect(nextStamp(last, 0, 3)).toEqual({ time: 71, counter: 0, actor: 3 });
});

test("[DOC3] without room time the next stamp stands just above the highest seen", () => {
  expect(nextStamp({ time: 70, counter: 2, actor: 5 }, 0, 3)).toEqual({ time: 70, counter: 3, actor: 3 });
  expect(nextStamp(ZERO_STAMP, 0, 3)).toEqual({ time: 0, counter: 1, actor: 3 });
});
