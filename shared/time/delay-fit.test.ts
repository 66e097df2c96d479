import * as fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../lib/random.ts";
import { fitDelays, inverseMills, type Trip, wander } from "./delay-fit.ts";
import { fitAt, fitDeviation } from "./regression.ts";

const prior = { slope: 0, deviation: 200e-6 };

/** Trips every 2 s over a line, with the waits of both ways. */
function trips(
  count: number,
  line: (local: number) => number,
  waits: () => readonly [number, number],
): Trip[] {
  return Array.from({ length: count }, (_, i) => {
    const [there, back] = waits();
    const received = 2 * i + 0.02 + there + back;
    return { sent: 2 * i, received, there: line(2 * i) + 0.01 + there, back: 0.01 + back - line(received) };
  });
}

function exponentials(seed: number, there: number, back: number): () => readonly [number, number] {
  const random = seededRandom(seed);
  return () => [-there * Math.log(1 - random()), -back * Math.log(1 - random())];
}

test("the inverse Mills ratio, by its known values, and without a gap where the formula changes", () => {
  for (const [z, ratio] of [
    [-30, 30.0332593],
    [-3, 3.2830987],
    [0, 0.7978846],
    [2, 0.0552479],
    [8, 5.0522710536e-15],
  ] as const)
    expect(inverseMills(z) / ratio).toBeCloseTo(1, 5);
  expect(inverseMills(-8 - 1e-9)).toBeCloseTo(inverseMills(-8 + 1e-9), 2);
  expect(inverseMills(1e6)).toBe(0);
});

test("without waits the fit is the line, far from the origin too", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
      fc.double({ min: -1e7, max: 1e7, noNaN: true }),
      (slope, offset) => {
        const { line, base } = fitDelays(
          trips(
            40,
            (local) => offset + slope * local,
            () => [0, 0],
          ),
          prior,
          null,
        );
        expect(fitAt(line, 90) - offset).toBeCloseTo(slope * 90, 5);
        expect(base).toBeCloseTo(0.01, 4);
      },
    ),
  );
});

test("neither the order of the trips nor an earlier fit changes the result", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), (seed, count) => {
      const all = trips(count, (local) => 3 + 4e-5 * local, exponentials(seed, 0.003, 0.02));
      const fit = fitDelays(all, prior, null);
      const again = fitDelays(all.toReversed(), prior, fitDelays(all.slice(0, 1), prior, null));
      expect(fitAt(again.line, 2 * count)).toBeCloseTo(fitAt(fit.line, 2 * count), 7);
      expect(again.line.slope).toBeCloseTo(fit.line.slope, 8);
    }),
    { numRuns: 60 },
  );
});

test("a way ten times as busy as the other moves the line by a small part of its mean wait", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const all = trips(150, (local) => 3 - 8e-5 * local, exponentials(seed, 0.03, 0.003));
    const { line } = fitDelays(all, prior, null);
    // The middle of the round trips lies 13.5 ms off.
    expect(Math.abs(fitAt(line, 300) - 3 + 8e-5 * 300)).toBeLessThan(0.0025);
  }
});

test("the deviation grows with the distance from the trips, and a clock's wander faster still", () => {
  const { line } = fitDelays(
    trips(20, () => 0, exponentials(1, 0.001, 0.001)),
    prior,
    null,
  );
  expect(fitDeviation(line, 200)).toBeGreaterThan(fitDeviation(line, 40));
  expect(wander(-40)).toBe(wander(40));
  expect(wander(160) / wander(40)).toBeCloseTo(8, 9);
});

test("any trips at all give a line of finite numbers", () => {
  const seconds = fc.double({ min: -1e4, max: 1e4, noNaN: true });
  const wait = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e3, noNaN: true }));
  const trip = fc.record({ sent: seconds, there: wait, back: wait }).map(({ sent, there, back }) => ({
    sent,
    received: sent + there + back,
    there: 40 + there,
    back: back - 40,
  }));
  fc.assert(
    fc.property(fc.array(trip, { minLength: 1, maxLength: 40 }), (all) => {
      const { line, base } = fitDelays(all, prior, null);
      for (const value of [line.x, line.y, line.slope, line.yVariance, line.slopeVariance, base])
        expect(value).toSatisfy(Number.isFinite);
    }),
  );
});
