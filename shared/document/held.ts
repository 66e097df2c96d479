/**
 * Deltas from ahead of their time. A stamp more than two seconds ahead of the receiver's room time is kept
 * back until it is not: whoever applied it at once would stamp all own writes above it from then on. What
 * is held is not acknowledged, so that dropping it loses nothing.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { Delta, Stamp } from "./delta.ts";
import { compareStamps } from "./stamp.ts";

/** A stamp this far ahead of room time, in ms, is applied at once: clocks that are not locked yet differ by less. */
export const HOLD_MS = 2_000;
/** Beyond this, in ms, the author's clock is not to be believed: nobody takes such a delta in. */
export const MAX_AHEAD_MS = 60_000;

export type Earliness = "due" | "early" | "far";

/** How far ahead of room time a stamp lies. Law: what is early becomes due as time passes. */
export function earliness(stamp: Stamp, nowMs: number): Earliness {
  if (stamp.time <= nowMs + HOLD_MS) return "due";
  return stamp.time <= nowMs + MAX_AHEAD_MS ? "early" : "far";
}

export class HeldDeltas {
  readonly #held = new Map<number, Map<number, Delta>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when it is held already, or when its author's or everybody's share is full. */
  hold(delta: Delta): boolean {
    const own = this.#held.get(delta.actor) ?? new Map<number, Delta>();
    if (own.has(delta.seq) || own.size >= LIMITS.heldDeltas || this.#size >= LIMITS.heldDeltasOfAll)
      return false;
    this.#held.set(delta.actor, own.set(delta.seq, delta));
    this.#size += 1;
    return true;
  }

  /** Those that have come due, in the order of their stamps; they are not held any more. */
  release(nowMs: number): Delta[] {
    if (this.#size === 0) return [];
    const due: Delta[] = [];
    for (const [actor, own] of this.#held) {
      for (const delta of own.values()) {
        if (earliness(delta.stamp, nowMs) !== "due") continue;
        own.delete(delta.seq);
        due.push(delta);
      }
      if (own.size === 0) this.#held.delete(actor);
    }
    this.#size -= due.length;
    return due.toSorted((a, b) => compareStamps(a.stamp, b.stamp));
  }

  /** In how many seconds the first comes due, by room time as it is now; null for none. */
  dueIn(nowMs: number): number | null {
    if (this.#size === 0) return null;
    let first = Number.POSITIVE_INFINITY;
    for (const own of this.#held.values())
      for (const { stamp } of own.values()) first = Math.min(first, stamp.time);
    return Math.max(0, first - HOLD_MS - nowMs) / 1000;
  }
}
