import { expect, test } from "vitest";
import { createLocalClock } from "./local-clock.ts";

test("[AUD60] the local clock is performance.now in seconds, and turns back into it", () => {
  const clock = createLocalClock();
  expect(clock.fromPerformance(1_500)).toBe(1.5);
  expect(clock.toPerformance(clock.fromPerformance(123_456.7))).toBeCloseTo(123_456.7, 6);
});

test("[AUD60] a clock made wrong is wrong by its offset and its drift, and still turns back", () => {
  const clock = createLocalClock({ offset: 5, ppm: 200 });
  expect(clock.fromPerformance(0)).toBe(5);
  expect(clock.fromPerformance(100_000)).toBeCloseTo(105.02, 9);
  expect(clock.toPerformance(clock.fromPerformance(100_000))).toBeCloseTo(100_000, 6);
});
