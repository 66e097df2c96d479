/**
 * Brings the trim to where it is wanted in steps that no note is lost over: notes lie released for at
 * least 80 ms before they are rendered, and a step takes less of it than is free.
 */

/** Seconds a step, and milliseconds between two: the Worker has released by then what a step brought near. */
const STEP = 0.01;
const EVERY_MS = 50;

/** Law: never past `to`, and at most a step away from `from`. */
export const stepTowards = (from: number, to: number): number =>
  Math.abs(to - from) <= STEP ? to : from + Math.sign(to - from) * STEP;

export class Glide {
  readonly #apply: (value: number) => void;
  #value = 0;
  #aim = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(apply: (value: number) => void) {
    this.#apply = apply;
  }

  get value(): number {
    return this.#value;
  }

  /** There at once: nothing sounds. */
  jumpTo(value: number): void {
    this.#aim = value;
    this.settle();
    this.#apply(value);
  }

  glideTo(value: number): void {
    this.#aim = value;
    if (this.#timer === undefined) this.#step();
  }

  /** The sound is over: what is left of the way needs no steps. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#value = this.#aim;
  }

  #step(): void {
    this.#timer = undefined;
    if (this.#value === this.#aim) return;
    this.#value = stepTowards(this.#value, this.#aim);
    this.#apply(this.#value);
    // Also after the last one, so that whatever is wanted next keeps its distance.
    this.#timer = setTimeout(() => this.#step(), EVERY_MS);
  }
}
