/** The page's monotonic clock as the app reads it, and the one place where a test may make it wrong. */
import type { LocalClock } from "#shared/ports.ts";
import { type LocalTime, localTime } from "#shared/time/instants.ts";
import { at, inverse, type Line } from "#shared/time/line.ts";

/** `offset` in seconds and drift in ppm away from `performance.now()`; the drift counts from the page's start. */
export function createLocalClock(skew: { offset: number; ppm: number } = { offset: 0, ppm: 0 }): LocalClock {
  const rate = 1 + skew.ppm / 1e6;
  const fromMs: Line = { x: 0, y: skew.offset, rate: rate / 1000 };
  const toMs = inverse(fromMs);
  const fromPerformance = (performanceNow: number): LocalTime => localTime(at(fromMs, performanceNow));
  return {
    now: () => fromPerformance(performance.now()),
    fromPerformance,
    toPerformance: (local) => at(toMs, local),
  };
}
