/** Entries of the clock's log, for tests. */
import type { SyncEntry } from "./sync-log.ts";

/** A second of a page in sync, two tenths of a millisecond late. */
export const syncEntry = (time: number, more: Partial<SyncEntry> = {}): SyncEntry => ({
  time,
  roomTime: time + 100,
  state: "locked",
  offset: 12,
  drift: 3,
  rtt: 0.002,
  errorBound: 0.001,
  residual: 0.0002,
  generation: 1,
  outputLatency: 0.037,
  reported: true,
  phaseJumps: 0,
  trim: 0,
  others: [],
  ...more,
});
