/**
 * The server's time: the wall clock read once at the start plus what has passed since on the
 * monotonic clock, so that no adjustment of the wall clock bends a room's time while it plays.
 */
import { randomInt } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";

export interface ServerClock {
  /** Monotonic seconds. */
  now(): number;
  /** Unix ms. */
  unixMs(): number;
  /** Tells this life of the server from another. u32. */
  readonly epoch: number;
  /** Seconds that this thread has lately come late to what had arrived: what it stamps may be late by as much. */
  delay(): number;
}

/** How often the thread is looked at, and how long the looks count together, in ms. */
const LOOK_MS = 20;
const MEMORY_MS = 10_000;

/** Watches this thread from outside of JavaScript. Keeps no process alive. */
function watchDelay(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: LOOK_MS });
  histogram.enable();
  let before = 0;
  // Its figures hold the time between two looks. The middle one counts: a ping that meets a rare long wait
  // shows it by its round trip, one that every ping meets shows nowhere.
  const late = (): number => Math.max(0, histogram.percentile(50) / 1e6 - LOOK_MS) / 1_000;
  setInterval(() => {
    before = late();
    histogram.reset();
  }, MEMORY_MS).unref();
  return () => Math.max(before, histogram.count > 0 ? late() : 0);
}

export function serverClock(): ServerClock {
  const wallMs = Date.now();
  const start = performance.now();
  return {
    now: () => performance.now() / 1000,
    unixMs: () => wallMs + performance.now() - start,
    epoch: randomInt(0x1_0000_0000),
    delay: watchDelay(),
  };
}
