/**
 * A reverb of any size. Another size is another room: what was played in the old one rings out there,
 * and what comes sounds in the new one. It is made when somebody sends to it and closed when it is still.
 */
import type { Ramps } from "./ramps.ts";
import { reverbImpulse } from "./reverb-impulse.ts";

/** Seconds that a fade is heard at most. */
const FADING = 0.1;
/** It is still after this many times its size. */
const TAIL = 1.2;

interface Hall {
  readonly seconds: number;
  readonly entry: GainNode;
  readonly exit: GainNode;
  /** Context time at which it is still. */
  restAt: number;
}

/** The newest size's answer: the two mixes have the same. */
let newest: { readonly seconds: number; readonly buffer: AudioBuffer } | null = null;

function impulse(sampleRate: number, seconds: number): AudioBuffer {
  if (newest?.seconds === seconds && newest.buffer.sampleRate === sampleRate) return newest.buffer;
  const channels = reverbImpulse(sampleRate, seconds);
  const length = channels[0]?.length ?? 1;
  const buffer = new AudioBuffer({ numberOfChannels: 2, length, sampleRate });
  channels.forEach((samples, channel) => buffer.copyToChannel(samples, channel));
  newest = { seconds, buffer };
  return buffer;
}

export class Reverb {
  readonly input: GainNode;
  readonly #target: AudioNode;
  readonly #ramps: Ramps;
  /** The one that is played in. */
  #hall: Hall;
  /** The one before, ringing out. */
  #old: Hall | null = null;
  #wanted: number;
  /** What was wanted at the last tick. */
  #settled: number;

  /** `seconds`: until it is 60 dB down. */
  constructor(target: AudioNode, ramps: Ramps, seconds: number) {
    this.#target = target;
    this.#ramps = ramps;
    this.#wanted = this.#settled = seconds;
    this.input = new GainNode(target.context);
    this.#hall = this.#build(seconds);
  }

  get tail(): number {
    return TAIL * Math.max(this.#hall.seconds, this.#old?.seconds ?? 0);
  }

  /** Takes effect once a hand that turns it has rested: each size is a new impulse to compute. */
  setSeconds(seconds: number): void {
    this.#wanted = seconds;
  }

  /** Whether it built another room, which takes a moment. */
  tick(now: number): boolean {
    if (this.#old && now >= this.#old.restAt) this.#raze();
    const rests = this.#wanted === this.#settled;
    this.#settled = this.#wanted;
    if (!rests || this.#wanted === this.#hall.seconds) return false;
    if (this.#old) {
      // A third one at once would be one too many.
      this.#ramps.to(this.#old.exit.gain, 0);
      this.#old.restAt = Math.min(this.#old.restAt, now + FADING);
      return false;
    }
    this.#old = this.#hall;
    this.#old.restAt = now + TAIL * this.#old.seconds;
    this.#ramps.to(this.#old.entry.gain, 0);
    this.#hall = this.#build(this.#wanted);
    return true;
  }

  close(): void {
    this.#raze();
    this.input.disconnect();
    this.#hall.exit.disconnect();
  }

  #raze(): void {
    if (!this.#old) return;
    this.input.disconnect(this.#old.entry);
    this.#old.exit.disconnect();
    this.#old = null;
  }

  #build(seconds: number): Hall {
    const { context } = this.#target;
    const entry = new GainNode(context, { gain: 0 });
    const buffer = impulse(context.sampleRate, seconds);
    const exit = new GainNode(context);
    this.input.connect(entry);
    entry.connect(new ConvolverNode(context, { buffer, disableNormalization: true })).connect(exit);
    exit.connect(this.#target);
    this.#ramps.to(entry.gain, 1);
    return { seconds, entry, exit, restAt: Number.POSITIVE_INFINITY };
  }
}
