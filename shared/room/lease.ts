/**
 * Numbers that are given out once and never again, even after a crash: a number is given only below a
 * ceiling that is known to be on disk, and a life that follows begins at that ceiling. A crash skips
 * numbers; it never repeats one.
 */
import { assert } from "../lib/assert.ts";

/** How many numbers are leased at once: the most that a crash can skip. */
const STRIDE = 64;
/** With fewer left than this it is time to lease more, before anybody has to wait. */
const LOW = 16;

export class Lease {
  #next: number;
  #ceiling: number;
  #saved: number;

  /** `first` is the ceiling that the life before left behind. */
  constructor(first: number) {
    this.#next = first;
    this.#ceiling = first;
    this.#saved = first;
  }

  /** The first number that has not been given out. */
  get next(): number {
    return this.#next;
  }

  /** What a save has to hold: every number below it may be in use. */
  get ceiling(): number {
    return this.#ceiling;
  }

  get isLow(): boolean {
    return this.#ceiling - this.#next < LOW;
  }

  /** Whether nothing can be given out before a save has come through. */
  get isEmpty(): boolean {
    return this.#next >= this.#saved;
  }

  /** Raises the ceiling; what it adds is given out once `saved` has confirmed it. */
  extend(): void {
    this.#ceiling = this.#next + STRIDE;
  }

  /** A save that held this ceiling is on disk. */
  saved(ceiling: number): void {
    this.#saved = Math.max(this.#saved, ceiling);
  }

  take(): number {
    assert(!this.isEmpty, "a number is taken below a saved ceiling");
    return this.#next++;
  }
}
