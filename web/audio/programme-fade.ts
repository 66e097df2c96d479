/** How loud each sender of the programme is on this page, by what is heard. Pure. */

/** A planned switch: until `at` (room time, as it is heard) `from` is heard, afterwards `to`. */
export interface Switch {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** Seconds that the cross-fade takes, evenly about the bar line. */
export const FADE = 0.06;

/**
 * The gain of `actor`, 0 to 1, where `heard` is the room time that is heard now. Without a planned switch everybody
 * sounds: only who is on air is forwarded, and after a crash the SFU has switched before any word of it is here.
 *
 * Law: `from` and `to` add up to 1, since both are the same music and so add in amplitude.
 */
export function gainOf(actor: number, planned: Switch | null, heard: number): number {
  if (planned === null) return 1;
  const progress = Math.min(1, Math.max(0, (heard - planned.at) / FADE + 0.5));
  if (actor === planned.to) return progress;
  return actor === planned.from ? 1 - progress : 0;
}

/** The same where volumes cannot be set: one or the other. */
export const hardGainOf = (gain: number): number => (gain >= 0.5 ? 1 : 0);
