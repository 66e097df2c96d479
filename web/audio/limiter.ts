/**
 * A brick-wall peak limiter: the gain needed over the next few samples, smoothed so that it arrives
 * before the peak does. What stays below the ceiling passes bit for bit, only later by the look-ahead;
 * whoever schedules sound takes that delay off again.
 */

/** Frames between in and out. */
export const LIMITER_LATENCY = 64;
/** About -0.5 dB of full scale. */
export const LIMITER_CEILING = 0.94;
const RELEASE_SECONDS = 0.12;

/**
 * Law: no output sample exceeds the ceiling; while the last look-ahead's input does not either, the
 * output is the input `LIMITER_LATENCY` frames ago. Both channels get one gain, so the image stays.
 */
export class Limiter {
  readonly #left = new Float32Array(LIMITER_LATENCY);
  readonly #right = new Float32Array(LIMITER_LATENCY);
  /** Gain each of the last frames needs, before the minimum over the look-ahead. */
  readonly #needed = new Float64Array(LIMITER_LATENCY + 1).fill(1);
  /** The held gains whose mean is applied. */
  readonly #held = new Float64Array(LIMITER_LATENCY).fill(1);
  readonly #recovery: number;
  #release = 1;
  #index = 0;
  #frame = 0;
  /** Frames since anything but unity was needed; the mean is exactly 1 after enough of them. */
  #calm = 0;

  constructor(sampleRate: number) {
    this.#recovery = 1 - Math.exp(-1 / (RELEASE_SECONDS * sampleRate));
  }

  /** Audio thread: yes. Arrays of one length; the outputs may be the inputs. */
  process(inLeft: Float32Array, inRight: Float32Array, outLeft: Float32Array, outRight: Float32Array): void {
    for (let i = 0; i < inLeft.length; i++) {
      const left = inLeft[i] as number;
      const right = inRight[i] as number;
      const gain = this.#gain(Math.max(Math.abs(left), Math.abs(right)));
      const at = this.#index;
      outLeft[i] = (this.#left[at] as number) * gain;
      outRight[i] = (this.#right[at] as number) * gain;
      this.#left[at] = left;
      this.#right[at] = right;
      this.#index = (at + 1) % LIMITER_LATENCY;
    }
  }

  /** Takes the newest frame's peak, gives the gain of the frame that leaves now. */
  #gain(peak: number): number {
    const needed = peak > LIMITER_CEILING ? LIMITER_CEILING / peak : 1;
    const needs = this.#needed;
    needs[this.#frame % needs.length] = needed;
    this.#calm = needed < 1 ? 0 : this.#calm + 1;
    if (this.#calm > needs.length && this.#release === 1) {
      this.#held[this.#frame % LIMITER_LATENCY] = 1;
      this.#frame++;
      return this.#calm > 2 * needs.length ? 1 : this.#mean();
    }
    let lowest = 1;
    for (let i = 0; i < needs.length; i++) lowest = Math.min(lowest, needs[i] as number);
    this.#release = Math.min(lowest, this.#release + (1 - this.#release) * this.#recovery);
    if (this.#release > 0.99999) this.#release = lowest;
    this.#held[this.#frame % LIMITER_LATENCY] = this.#release;
    this.#frame++;
    return this.#mean();
  }

  #mean(): number {
    let sum = 0;
    for (let i = 0; i < LIMITER_LATENCY; i++) sum += this.#held[i] as number;
    return sum / LIMITER_LATENCY;
  }
}
