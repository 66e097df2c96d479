/**
 * The server's time: the wall clock read once at the start plus what has passed since on the
 * monotonic clock, so that no adjustment of the wall clock bends a room's time while it plays.
 */
import { randomInt } from "node:crypto";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";

export interface ServerClock {
  /** Monotonic seconds. */
  now(): number;
  /** Unix ms. */
  unixMs(): number;
  /** Tells this life of the server from another. u32. */
  readonly epoch: number;
}

export function serverClock(): ServerClock {
  const wallMs = Date.now();
  const start = performance.now();
  return {
    now: () => performance.now() / 1000,
    unixMs: () => wallMs + performance.now() - start,
    epoch: randomInt(0x1_0000_0000),
  };
}

/**
 * A room's time: seconds since it was made, and never below `savedMs`, the last that was saved: where the
 * wall clock has gone back between two lives of the server, room time goes on from there.
 */
export function roomClock(clock: ServerClock, createdMs: number, savedMs: number): () => RoomTime {
  const shift = Math.max(0, savedMs - (clock.unixMs() - createdMs));
  return () => roomTime((clock.unixMs() - createdMs + shift) / 1000);
}
