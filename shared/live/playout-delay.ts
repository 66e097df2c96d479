/**
 * How long one actor's frames wait until they are heard: as long as all but a few of them need, within
 * bounds. It follows the network gently, since a delay that changes bends the gesture in time. The bounds
 * are the listener's to choose, at any moment.
 */

/** Seconds from stamp to sound. The same least and most is a fixed delay. */
export interface DelayBounds {
  readonly least: number;
  readonly most: number;
}

export const USUAL_DELAY: DelayBounds = { least: 0.1, most: 0.2 };
/** As small as the network and the machine allow. */
export const TIGHT_DELAY: DelayBounds = { least: 0, most: 0.2 };
export const fixedDelay = (seconds: number): DelayBounds => ({ least: seconds, most: seconds });

/** What a listener chose. */
export type DelayChoice =
  | { readonly kind: "automatic" }
  | { readonly kind: "tight" }
  | { readonly kind: "fixed"; readonly seconds: number };

/** A fixed delay: from hardly any to what fits what is kept of a hand. Seconds. */
export const FIXED_DELAY = { min: 0.02, max: 0.4 } as const;

export function boundsOf(choice: DelayChoice): DelayBounds {
  if (choice.kind === "fixed") return fixedDelay(choice.seconds);
  return choice.kind === "tight" ? TIGHT_DELAY : USUAL_DELAY;
}

/** Whatever was kept as a choice: one that is none is the automatic, a delay out of range the nearest in it, in whole ms. */
export function asDelayChoice(value: unknown): DelayChoice {
  const { kind, seconds } = (value ?? {}) as { readonly kind?: unknown; readonly seconds?: unknown };
  if (kind === "tight") return { kind };
  if (kind !== "fixed" || typeof seconds !== "number" || Number.isNaN(seconds)) return { kind: "automatic" };
  const { min, max } = FIXED_DELAY;
  return { kind, seconds: Math.round(Math.min(max, Math.max(min, seconds)) * 1_000) / 1_000 };
}

/** Frames of the last four seconds of movement. */
const MEMORY = 240;
/** All but this share of them shall be there in time. */
const LATE_SHARE = 0.01;
/** What is kept beside what was needed so far: a timer's turn, and a frame a little later than any before. */
const MARGIN = 0.004;
/** From so many frames on what was needed is known. */
const ENOUGH = 60;
/** Until then: enough for most, since a delay that has to grow is heard, and one too long is not. */
const FIRST_NEED = 0.065;
/** Seconds of delay that a second may add while a gesture sounds: its time is stretched by as much. */
const GROWTH = 0.1;
/** The same, either way, on the way to bounds that were chosen a moment ago: quick, and never a step back. */
const TURNING = 0.5;
/** What is missing by less is borne. */
const TOLERANCE = 0.003;

export class PlayoutDelay {
  #bounds: DelayBounds;
  /** The bounds were chosen while a gesture sounded, and the delay is still on its way to them. */
  #isTurning = false;
  readonly #needs: number[] = [];
  #next = 0;
  /** What the needs come to: seconds from the stamp of what is heard to the arrival of what follows it. */
  #need = FIRST_NEED;
  #reach = 0;
  #delay: number;

  constructor(bounds: DelayBounds) {
    this.#bounds = bounds;
    this.#delay = this.target;
  }

  /** In force now, seconds. */
  get seconds(): number {
    return this.#delay;
  }

  /** What it is on its way to. */
  get target(): number {
    const { least, most } = this.#bounds;
    return Math.min(most, Math.max(least, this.#need + this.#reach + MARGIN));
  }

  /** In force from now on. While a gesture sounds the delay goes there at half the pace of time, else at once. */
  setBounds(bounds: DelayBounds): void {
    this.#bounds = bounds;
    this.#isTurning = true;
  }

  /** A frame came this many seconds after the stamp of the one that sounds before it. */
  needed(seconds: number): void {
    this.#needs[this.#next] = seconds;
    this.#next = (this.#next + 1) % MEMORY;
    const sorted = this.#needs.toSorted((a, b) => a - b);
    const most = sorted[Math.ceil((1 - LATE_SHARE) * sorted.length) - 1] ?? 0;
    this.#need = sorted.length < ENOUGH ? Math.max(FIRST_NEED, most) : most;
  }

  /** Points have to be handed over this many seconds before they are heard. */
  setReach(seconds: number): void {
    this.#reach = seconds;
  }

  /**
   * `seconds` later. Laws: while a gesture sounds the playhead (time less delay) goes on at 0.9 to 1 times its
   * pace, and the delay never shrinks; at rest the delay is the target at once. After a choice the playhead
   * goes at 0.5 to 1.5 times its pace until the delay is the target.
   */
  pass(seconds: number, isSounding: boolean): void {
    const { target } = this;
    const missing = target - this.#delay;
    const most = (this.#isTurning ? TURNING : GROWTH) * seconds;
    if (!isSounding || (this.#isTurning && Math.abs(missing) <= most)) {
      this.#delay = target;
      this.#isTurning = false;
    } else if (this.#isTurning) this.#delay += Math.sign(missing) * most;
    else if (missing > TOLERANCE) this.#delay = Math.min(target, this.#delay + most);
  }
}
