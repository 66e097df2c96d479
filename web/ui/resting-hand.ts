/**
 * Whether a person is in the middle of something: nothing moves under a hand. Pure; `watch-hand.ts` listens to
 * pointers, keys and fields.
 */

/** A second press may make a double click of the first. ms */
const POINTER_MS = 400;
/** A key that turns a knob, walks the grid or is held comes again within this, or the hand has gone elsewhere. ms */
const KEY_MS = 1_000;
/** Somebody who types, or has a list open, may think about it for so long. ms */
const FIELD_MS = 10_000;

/** Instants of one clock in ms, long ago for never. */
export interface HandState {
  /** Pointers that are down. */
  readonly pointers: number;
  /** When the last one came up. */
  readonly lastPointer: number;
  readonly lastKey: number;
  /** When something last happened in the field or list that has the focus; null where none has. */
  readonly lastInField: number | null;
}

/** In how many ms the hand will have come to rest, if nothing more happens; 0: it rests, infinity: not by itself. */
export function restsIn({ pointers, lastPointer, lastKey, lastInField }: HandState, now: number): number {
  if (pointers > 0) return Number.POSITIVE_INFINITY;
  const field = lastInField === null ? now : lastInField + FIELD_MS;
  return Math.max(0, lastPointer + POINTER_MS - now, lastKey + KEY_MS - now, field - now);
}
