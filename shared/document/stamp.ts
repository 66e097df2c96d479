/**
 * Stamps order the writes of all actors totally: hybrid logical clocks, room time first, so that
 * "last" means last for people too. Nothing here reads a clock.
 *
 * Source: Kulkarni et al., "Logical Physical Clocks" (2014).
 */
import type { Stamp } from "./delta.ts";

/** Below every stamp that is ever given out. */
export const ZERO_STAMP: Stamp = { time: 0, counter: 0, actor: 0 };

/** Largest counter a stamp can carry: 32 bits. */
export const MAX_STAMP_COUNTER = 0xffff_ffff;

/** Largest time a stamp can carry in ms: 48 bits, 8,900 years of one room. */
export const MAX_STAMP_TIME = 2 ** 48 - 1;

/** Negative when `a` is older, 0 only when both are the same stamp. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.time - b.time || a.counter - b.counter || a.actor - b.actor;
}

export const sameStamp = (a: Stamp, b: Stamp): boolean => compareStamps(a, b) === 0;

/**
 * The next stamp of `actor` after having seen `last`, at room time `nowMs` (0: no room time yet).
 *
 * Law: the result is above `last`, and its time is `nowMs` wherever that alone makes it so.
 */
export function nextStamp(last: Stamp, nowMs: number, actor: number): Stamp {
  const time = Math.min(MAX_STAMP_TIME, Math.max(0, Math.floor(nowMs)));
  if (time > last.time) return { time, counter: 0, actor };
  // Somebody's stamp has the last counter there is: the next that everybody can read is a ms later.
  if (last.counter === MAX_STAMP_COUNTER) return { time: last.time + 1, counter: 0, actor };
  return { time: last.time, counter: last.counter + 1, actor };
}

export const formatStamp = (stamp: Stamp): string => `${stamp.time}.${stamp.counter}@${stamp.actor}`;
