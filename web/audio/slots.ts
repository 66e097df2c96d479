/** Which stereo output a track has, for as long as it lives. */
import { LIMITS } from "#shared/protocol/limits.ts";

export const TRACK_SLOTS = LIMITS.tracks;
/** The engine's stereo pairs after the tracks'. */
export const RETURNS_PAIR = 14;
export const MINE_PAIR = 15;

/**
 * Law: a track keeps its slot while it lives, and no two tracks share one. Of the free slots the one
 * free for longest is given, so that a removed track's tail has time to end.
 */
export class Slots {
  readonly #free = Array.from({ length: TRACK_SLOTS }, (_, slot) => slot);
  readonly #taken = new Map<number, number>();

  /** Gives up what is not listed and takes what is new; tracks beyond the last slot get none. */
  assign(tracks: readonly number[]): void {
    const alive = new Set(tracks);
    for (const [track, slot] of this.#taken)
      if (!alive.has(track)) {
        this.#taken.delete(track);
        this.#free.push(slot);
      }
    for (const track of tracks) {
      if (this.#taken.has(track)) continue;
      const slot = this.#free.shift();
      if (slot !== undefined) this.#taken.set(track, slot);
    }
  }

  of(track: number): number | null {
    return this.#taken.get(track) ?? null;
  }
}
