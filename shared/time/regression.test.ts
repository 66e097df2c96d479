import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fitAt, fitDeviation, fitLine, median } from "./regression.ts";

const vague = { slope: 0, deviation: 1 };

test("a line through samples of a line is that line, far from the origin too", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
      fc.double({ min: -1e7, max: 1e7, noNaN: true }),
      (slope, start) => {
        const samples = Array.from({ length: 20 }, (_, i) => ({
          x: start + i,
          y: 5 + slope * i,
          weight: 1e8,
        }));
        const fit = fitLine(samples, vague);
        expect(fit && fitAt(fit, start + 30)).toBeCloseTo(5 + slope * 30, 6);
      },
    ),
  );
});

test("samples close together do not override the prior on the slope", () => {
  const samples = [
    { x: 0, y: 0, weight: 1e6 },
    { x: 0.05, y: 0.001, weight: 1e6 },
  ];
  expect(Math.abs(fitLine(samples, { slope: 0, deviation: 1e-4 })?.slope ?? 1)).toBeLessThan(1e-5);
});

test("the deviation grows with the distance from the samples, and nothing fits no samples", () => {
  const fit = fitLine([{ x: 1, y: 1, weight: 1 }], vague);
  expect(fit && fitDeviation(fit, 100) > fitDeviation(fit, 2)).toBe(true);
  expect(fitLine([], vague)).toBeNull();
});

test("medians of few and of no values", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});
