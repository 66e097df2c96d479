/**
 * How the drawn baton keeps to what is heard: it runs by itself, and is nudged by its rate; only when
 * it is far off does it jump. Pure; `baton.tsx` owns the animation.
 */
import type { Heard } from "../state/view.ts";

/** Of the animation's own time: one beat is a second, so its rate is tempo / 60. */
export const MS_PER_BEAT = 1_000;
/** A nudge never changes the rate by more than this. */
export const NUDGE = 0.05;
/** Seconds of error over which the baton jumps. */
export const JUMP = 0.06;
/** Seconds in which a nudge makes good what it can. */
const CATCH_UP = 1;
/** Seconds before the first beat at which the baton comes down. */
export const LIFT = 0.2;

export type Correction =
  | { readonly kind: "rate"; readonly rate: number }
  | { readonly kind: "jump"; readonly time: number; readonly rate: number };

/**
 * What to do with an animation that stands at `drawn` ms, to be at `heard`.
 *
 * Law: a rate is within 5 % of tempo / 60; a jump lands on the heard beat.
 */
export function correction(heard: Heard, drawn: number): Correction {
  const rate = heard.tempo / 60;
  const aim = Math.max(0, heard.beat) * MS_PER_BEAT;
  /** Seconds that the drawn baton is behind. */
  const behind = (aim - drawn) / MS_PER_BEAT / rate;
  if (Math.abs(behind) > JUMP) return { kind: "jump", time: aim, rate };
  return { kind: "rate", rate: rate * (1 + Math.max(-NUDGE, Math.min(NUDGE, behind / CATCH_UP))) };
}

/** "3.2.1": bar, beat and step, counted from one; before the first beat the beats still to come, "-1.4". */
export function position(beat: number): string {
  if (beat < 0) return `-${Math.ceil(-beat)}`;
  const step = Math.floor(beat * 4 + 1e-6);
  return `${Math.floor(step / 16) + 1}.${(Math.floor(step / 4) % 4) + 1}.${(step % 4) + 1}`;
}
