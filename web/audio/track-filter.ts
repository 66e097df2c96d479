/**
 * A track's filter, between the engine and its pan: a low-pass and a high-pass in series, 24 dB an
 * octave each, of which one at most is in the way. While it is off the sound goes round it untouched,
 * and its nodes are not there.
 */
import { corners } from "#shared/music/effects.ts";
import type { Ramps } from "./ramps.ts";

/** Of the two halves of a Butterworth filter of fourth order, as gain at the corner in dB. */
const BUTTERWORTH = [-5.33, 2.32] as const;
/** What full resonance adds there, in dB. */
const PEAK = 16;
/** After it was switched off it is still heard fading for this long. Seconds */
const FADING = 0.1;

export interface FilterPlace {
  readonly source: AudioNode;
  /** Passes the source on to `target`, at 1. */
  readonly dry: GainNode;
  readonly target: AudioNode;
}

interface Chain {
  readonly low: readonly BiquadFilterNode[];
  readonly high: readonly BiquadFilterNode[];
  readonly wet: GainNode;
}

export class TrackFilter {
  readonly #place: FilterPlace;
  readonly #ramps: Ramps;
  #value = 0;
  #resonance = 0;
  #chain: Chain | null = null;
  /** Context time from which nothing of it is heard any more. */
  #restAt = Number.POSITIVE_INFINITY;

  constructor(place: FilterPlace, ramps: Ramps) {
    this.#place = place;
    this.#ramps = ramps;
  }

  /** −1 to 1; see `corners`. `at`: context time. */
  set(value: number, at: number): void {
    if (value === this.#value) return;
    this.#value = value;
    const chain = (this.#chain ??= this.#open());
    const { low, high } = corners(value);
    for (const node of chain.low) this.#ramps.to(node.frequency, low, at);
    for (const node of chain.high) this.#ramps.to(node.frequency, high, at);
    this.#ramps.to(chain.wet.gain, value === 0 ? 0 : 1, at);
    this.#ramps.to(this.#place.dry.gain, value === 0 ? 1 : 0, at);
    this.#restAt = value === 0 ? at + FADING : Number.POSITIVE_INFINITY;
  }

  /** 0 to 1. */
  setResonance(resonance: number, at: number): void {
    this.#resonance = resonance;
    for (const pair of this.#chain ? [this.#chain.low, this.#chain.high] : [])
      pair.forEach((node, half) => this.#ramps.to(node.Q, this.#gain(half), at));
  }

  /** Takes its nodes out of the way when they have faded. */
  tick(now: number): void {
    if (this.#chain === null || now < this.#restAt) return;
    const { source, dry } = this.#place;
    source.disconnect(this.#chain.low[0] as AudioNode);
    this.#chain.wet.disconnect();
    this.#chain = null;
    this.#ramps.jump(dry.gain, 1);
  }

  /** In dB, of one of the two halves. */
  #gain(half: number): number {
    return (BUTTERWORTH[half] as number) + (half === 0 ? 0 : PEAK * this.#resonance);
  }

  #open(): Chain {
    const { source, target } = this.#place;
    const { context } = source;
    const { low, high } = corners(0);
    const pair = (type: BiquadFilterType, frequency: number): BiquadFilterNode[] =>
      BUTTERWORTH.map((_, half) => new BiquadFilterNode(context, { type, frequency, Q: this.#gain(half) }));
    const chain: Chain = {
      low: pair("lowpass", low),
      high: pair("highpass", high),
      wet: new GainNode(context, { gain: 0 }),
    };
    [...chain.low, ...chain.high, chain.wet, target].reduce((from, to) => from.connect(to), source);
    return chain;
  }
}
