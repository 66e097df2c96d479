/**
 * An echo whose repeats go from side to side and lose their highs. It is made when somebody sends to it
 * and closed when it has died away.
 *
 *     in → odd → left;  odd → damping → even → right;  odd → damping → back → damping → odd
 */
import type { Ramps } from "./ramps.ts";

/** The longest delay: eight steps at 20 beats a minute. Seconds */
const LONGEST = 6;
/** How far to the sides, 0 to 1. */
const WIDTH = 0.6;
/** Each repeat loses what lies above. Hz */
const DAMPED_ABOVE = 4_500;
/** While the delay changes its length, its repeats are silent; longer than a fade takes. Seconds */
const DUCK = 0.04;

/** Chromium renders a ring of nodes by a block of what was before: the ring is that much shorter. Frames */
const RING_LATENCY = 128;

interface Line {
  readonly delay: DelayNode;
  readonly duck: GainNode;
  /** By how many seconds it is shorter than the echo. */
  readonly short: number;
}

export class Echo {
  readonly input: AudioNode;
  readonly #ramps: Ramps;
  readonly #output: GainNode;
  /** Odd repeats, even ones, and the way back to the odd ones. */
  readonly #lines: readonly Line[];
  readonly #gains: readonly GainNode[];
  #seconds: number;
  #feedback: number;
  /** Context time until which the newest change of length takes. */
  #busyUntil = 0;

  /** `seconds` from one repeat to the next. */
  constructor(target: AudioNode, ramps: Ramps, seconds: number, feedback: number) {
    const { context } = target;
    this.#ramps = ramps;
    this.#seconds = seconds;
    this.#feedback = feedback;
    this.#output = new GainNode(context);
    this.#output.connect(target);
    const line = (short = 0): Line => {
      const delay = new DelayNode(context, { maxDelayTime: LONGEST, delayTime: seconds - short });
      const duck = new GainNode(context);
      delay.connect(duck);
      return { delay, duck, short };
    };
    const [odd, even, back] = [line(), line(), line(RING_LATENCY / context.sampleRate)];
    this.#lines = [odd, even, back];
    // The even ones stand outside the ring, so that its latency is none of theirs.
    this.#gains = [this.#feed(odd, even), this.#feed(odd, back), this.#feed(back, odd)];
    odd.duck.connect(new StereoPannerNode(context, { pan: -WIDTH })).connect(this.#output);
    even.duck.connect(new StereoPannerNode(context, { pan: WIDTH })).connect(this.#output);
    this.input = new GainNode(context, { channelCount: 1, channelCountMode: "explicit" });
    this.input.connect(odd.delay);
  }

  /** Seconds until nothing of what goes in now is heard any more: it is 60 dB down. */
  get tail(): number {
    const repeats = this.#feedback > 0 ? Math.log(0.001) / Math.log(this.#feedback) : 0;
    return this.#seconds * (repeats + 2);
  }

  /** Its repeats are silent for a moment, since a delay that is stretched would bend their pitch. */
  setSeconds(seconds: number, at: number): void {
    if (seconds === this.#seconds) return;
    this.#seconds = seconds;
    const from = Math.max(at, this.#busyUntil);
    this.#busyUntil = from + 2 * DUCK;
    for (const { delay, duck, short } of this.#lines) {
      this.#ramps.to(duck.gain, 0, from);
      delay.delayTime.setValueAtTime(seconds - short, from + DUCK);
      this.#ramps.to(duck.gain, 1, from + DUCK);
    }
  }

  setFeedback(feedback: number, at: number): void {
    this.#feedback = feedback;
    for (const { gain } of this.#gains) this.#ramps.to(gain, feedback, at);
  }

  close(): void {
    this.#output.disconnect();
    for (const { delay } of this.#lines) delay.disconnect();
    for (const gain of this.#gains) gain.disconnect();
  }

  /** What of one repeat goes into the next. */
  #feed(from: Line, to: Line): GainNode {
    const { context } = this.#output;
    const gain = new GainNode(context, { gain: this.#feedback });
    const damping = new BiquadFilterNode(context, { type: "lowpass", frequency: DAMPED_ABOVE, Q: -3 });
    from.duck.connect(damping).connect(gain).connect(to.delay);
    return gain;
  }
}
