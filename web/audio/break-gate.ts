/**
 * Silence after a break in time. What the engine was handed before the machine slept would sound the
 * moment it wakes, ahead of anything that could take it back; so the last node of each mix shuts for as
 * long as that lasts. Coming back in is the conductor's, and later than this.
 */

/** Wall-clock time between two blocks that no device needs: the machine slept, or stood still as if. */
const BREAK_MS = 250;
/** More than notes are handed over ahead of their time, and less than coming back takes. Seconds of sound. */
const SHUT_SECONDS = 0.25;

export class BreakGate {
  readonly #shutFrames: number;
  #last = Number.POSITIVE_INFINITY;
  #left = 0;

  constructor(sampleRate: number) {
    this.#shutFrames = SHUT_SECONDS * sampleRate;
  }

  /** Audio thread: yes. Whether the block of `frames` that begins at `wallMs` (Unix ms) may be heard. */
  isOpen(wallMs: number, frames: number): boolean {
    if (wallMs - this.#last > BREAK_MS) this.#left = this.#shutFrames;
    this.#last = wallMs;
    if (this.#left <= 0) return true;
    this.#left -= frames;
    return false;
  }
}
