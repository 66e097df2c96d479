import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "#shared/lib/random.ts";
import { bootstrapInterval, mean, median, percentile, ratioOfMedians, slopeInterval } from "./stats.ts";

const samples = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 60 });

describe("percentiles", () => {
  test("lie between two samples by a straight line", () => {
    expect(percentile([4, 1, 3, 2], 50)).toBe(2.5);
    expect(percentile([10, 20, 30, 40, 50], 25)).toBe(20);
    expect(percentile([0, 100], 99)).toBe(99);
    expect(median([5])).toBe(5);
  });

  test("of nothing are not a number", () => {
    expect(median([])).toBeNaN();
  });

  test("begin at the least sample, end at the greatest and never fall", () => {
    fc.assert(
      fc.property(samples, fc.nat({ max: 100 }), fc.nat({ max: 100 }), (values, a, b) => {
        expect(percentile(values, 0)).toBe(Math.min(...values));
        expect(percentile(values, 100)).toBe(Math.max(...values));
        expect(percentile(values, Math.min(a, b))).toBeLessThanOrEqual(percentile(values, Math.max(a, b)));
      }),
    );
  });
});

test("a mean and a ratio of medians", () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
  expect(
    ratioOfMedians([
      [1, 10],
      [2, 30],
      [9, 20],
    ]),
  ).toBe(0.1);
  expect(ratioOfMedians([])).toBeNaN();
});

describe("the bootstrap interval", () => {
  test("lies within the samples, and the same seed gives the same one", () => {
    fc.assert(
      fc.property(samples, fc.nat(), (values, seed) => {
        const interval = () =>
          bootstrapInterval(values, median, { random: seededRandom(seed), resamples: 50 });
        const { low, high } = interval();
        expect(low).toBeGreaterThanOrEqual(Math.min(...values));
        expect(high).toBeLessThanOrEqual(Math.max(...values));
        expect(low).toBeLessThanOrEqual(high);
        expect(interval()).toEqual({ low, high });
      }),
    );
  });

  test("keeps pairs together: what scatters in both alike does not widen the ratio", () => {
    const random = seededRandom(3);
    const pairs = Array.from({ length: 50 }, () => {
      const shared = 1 + 10 * random();
      return [0.3 * shared, shared] as const;
    });
    const { low, high } = bootstrapInterval(pairs, ratioOfMedians, { random, resamples: 200 });
    expect(low).toBeCloseTo(0.3, 9);
    expect(high).toBeCloseTo(0.3, 9);
  });

  test("holds the true median of a known distribution about 95 times in 100", () => {
    const random = seededRandom(7);
    const trials = 200;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const values = Array.from({ length: 41 }, random);
      const { low, high } = bootstrapInterval(values, median, { random, resamples: 200 });
      if (low <= 0.5 && high >= 0.5) held += 1;
    }
    expect(held / trials).toBeGreaterThan(0.88);
    expect(held / trials).toBeLessThan(0.995);
  });
});

describe("the interval of a slope", () => {
  /** A line of that slope, once a second, with noise of which `kept` passes on from a second to the next. */
  const noisy = (slope: number, kept: number, random: () => number) => {
    let noise = 0;
    return Array.from({ length: 1_800 }, (_, x) => {
      noise = kept * noise + Math.sqrt(1 - kept ** 2) * (random() + random() + random() - 1.5);
      return { x, y: 7 + slope * x + noise };
    });
  };

  test("is the slope itself where nothing scatters", () => {
    const { slope, low, high } = slopeInterval([0, 1, 2, 3, 5].map((x) => ({ x, y: 4 - 3 * x })));
    for (const value of [slope, low, high]) expect(value).toBeCloseTo(-3, 9);
  });

  test("is not a number where there is nothing to tell the scatter from", () => {
    expect(slopeInterval([]).slope).toBeNaN();
    expect(
      slopeInterval([
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ]).high,
    ).toBeNaN();
  });

  test("holds the true slope about 95 times in 100, also where neighbours err alike", () => {
    for (const kept of [0, 0.9, 0.97]) {
      const random = seededRandom(11);
      const trials = 400;
      let held = 0;
      for (let trial = 0; trial < trials; trial++) {
        const { low, high } = slopeInterval(noisy(0.01, kept, random));
        if (low <= 0.01 && high >= 0.01) held += 1;
      }
      expect(held / trials, `${kept} passed on`).toBeGreaterThan(0.92);
      expect(held / trials, `${kept} passed on`).toBeLessThan(0.985);
    }
  });
});
