import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../protocol/limits.ts";
import { AHEAD, play, type Point, ramp, REACH, weather } from "./test-gestures.ts";
import { JitterBuffer, POINT_INTERVAL } from "./jitter-buffer.ts";
import {
  asDelayChoice,
  boundsOf,
  type DelayBounds,
  FIXED_DELAY,
  fixedDelay,
  TIGHT_DELAY,
  USUAL_DELAY,
} from "./playout-delay.ts";

describe("a chosen delay", () => {
  test("[LIV16] a choice made in mid-gesture is in force at once and reached in half a second, without a jump", () => {
    for (const [from, to] of [
      [fixedDelay(0.3), fixedDelay(0.1)],
      [fixedDelay(0.1), fixedDelay(0.3)],
      [USUAL_DELAY, TIGHT_DELAY],
      [TIGHT_DELAY, USUAL_DELAY],
    ] as const) {
      const buffer = new JitterBuffer({ delay: from });
      let chosenAt: number | null = null;
      const { points } = play(
        buffer,
        ramp(() => 0.005),
        101.6,
        {
          between: (now) => {
            if (now >= 100.4 && chosenAt === null) {
              chosenAt = now;
              buffer.setDelay(to);
            }
            const delay = buffer.delay ?? Number.NaN;
            if (chosenAt !== null && now > chosenAt + 0.5)
              expect(delay >= to.least && delay <= to.most).toBe(true);
          },
        },
      );
      for (const [i, { travel }] of points.entries()) {
        if (i === 0) continue;
        // A turn of the whole range a second, heard at one and a half times its pace at most.
        const step = travel - (points[i - 1]?.travel ?? 0);
        expect(step).toBeGreaterThanOrEqual(-1e-6);
        expect(step).toBeLessThanOrEqual(1.5 * POINT_INTERVAL + 1e-3);
      }
      expect(points.at(-1)?.travel).toBeCloseTo(1, 3);
    }
  });

  test("[LIV16] whatever is chosen whenever, the laws of order, time, delay and memory hold", () => {
    const choice = fc.record({
      at: fc.double({ min: 99.9, max: 101.5, noNaN: true }),
      bounds: fc.oneof(
        fc.constantFrom(USUAL_DELAY, TIGHT_DELAY),
        fc.double({ min: FIXED_DELAY.min, max: FIXED_DELAY.max, noNaN: true }).map(fixedDelay),
      ),
    });
    fc.assert(
      fc.property(weather, fc.array(choice, { maxLength: 5 }), (wait, choices) => {
        const arrivals = ramp(wait);
        const first = Math.min(...arrivals.map((each) => each.frame.sinceMs)) / 1_000 + 100;
        const buffer = new JitterBuffer();
        const due = choices.toSorted((a, b) => a.at - b.at);
        const inForce: DelayBounds[] = [USUAL_DELAY];
        const { points } = play(buffer, arrivals, 103, {
          between: (now) => {
            while (due[0] && due[0].at <= now) {
              const { bounds } = due.shift() as (typeof due)[number];
              inForce.push(bounds);
              buffer.setDelay(bounds);
            }
            const delay = buffer.delay ?? inForce[0]?.most ?? 0;
            expect(delay).toBeGreaterThanOrEqual(Math.min(...inForce.map(({ least }) => least)));
            expect(delay).toBeLessThanOrEqual(Math.max(...inForce.map(({ most }) => most)));
            expect(buffer.frames).toBeLessThanOrEqual(LIMITS.liveFrames);
          },
        });
        const least = Math.min(...inForce.map((each) => each.least));
        let last: Point | null = null;
        for (const point of points) {
          const { time, travel, askedAt } = point;
          expect(time).toBeGreaterThan(last?.time ?? 0);
          expect(time).toBeGreaterThanOrEqual(askedAt + REACH - 1e-9);
          expect(time).toBeLessThanOrEqual(askedAt + REACH + AHEAD + 1e-9);
          expect(time).toBeGreaterThanOrEqual(first + least - 1e-9);
          expect(travel).toBeGreaterThanOrEqual((last?.travel ?? 0) - 0.02);
          last = point;
        }
      }),
      { numRuns: 100 },
    );
  });

  test("[LIV16] whatever a browser has kept is a choice, within its bounds", () => {
    fc.assert(
      fc.property(fc.anything(), (kept) => {
        const { least, most } = boundsOf(asDelayChoice(kept));
        expect(least >= 0 && least <= most && most <= FIXED_DELAY.max).toBe(true);
      }),
    );
    expect(asDelayChoice({ kind: "fixed", seconds: 0.0806 })).toEqual({ kind: "fixed", seconds: 0.081 });
    expect(asDelayChoice({ kind: "fixed", seconds: 9 })).toEqual({ kind: "fixed", seconds: FIXED_DELAY.max });
    expect(asDelayChoice({ kind: "fixed" })).toEqual({ kind: "automatic" });
    for (const kind of ["automatic", "tight"] as const) expect(asDelayChoice({ kind })).toEqual({ kind });
  });
});
