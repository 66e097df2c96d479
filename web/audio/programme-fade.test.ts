import fc from "fast-check";
import { expect, test } from "vitest";
import { FADE, gainOf, hardGainOf } from "./programme-fade.ts";

const planned = { from: 3, to: 5, at: 100 };

test("[LST3] a planned switch cross-fades about its bar line, and the two always add up to one", () => {
  fc.assert(
    fc.property(fc.double({ min: 90, max: 110, noNaN: true }), (heard) => {
      const [from, to] = [gainOf(3, planned, heard), gainOf(5, planned, heard)];
      expect(from + to).toBeCloseTo(1, 9);
      expect(gainOf(7, planned, heard)).toBe(0);
      // Where volumes cannot be set exactly one is heard.
      expect(hardGainOf(from) + hardGainOf(to)).toBeGreaterThanOrEqual(1);
    }),
  );
  expect(gainOf(3, planned, 100 - FADE / 2)).toBe(1);
  expect(gainOf(5, planned, 100)).toBeCloseTo(0.5);
  expect(gainOf(5, planned, 100 + FADE / 2)).toBe(1);
});

test("[LST3] without a planned switch whoever the SFU forwards is heard, so that a crash needs no word", () => {
  expect([3, 5, 7].map((actor) => gainOf(actor, null, 0))).toEqual([1, 1, 1]);
});
