/**
 * What is received, on its way to my speakers and nowhere else. Inputs of others are added to my mix. A mix of
 * somebody's is the same music once more, later: it is heard *in place of* what is rendered here, never beside
 * it. The law: the gains of my own rendering and of all mixes are never more than 1 together.
 */

export interface EarsOptions {
  readonly context: AudioContext;
  /** What is rendered here, on its way into my mix. */
  readonly local: GainNode;
  /** Where what is received comes in: at my limiter. */
  readonly entry: AudioNode;
}

interface Heard {
  readonly gain: GainNode;
  /** Without an element that plays it Chromium gives Web Audio nothing of a remote track; it is muted. */
  readonly element: HTMLAudioElement;
  readonly meter: AnalyserNode;
  source: MediaStreamAudioSourceNode | null;
}

/** Seconds in which one gives way to the other. */
const CROSS_FADE = 0.03;
const VOLUME_RAMP = 0.02;
const METER_SIZE = 2_048;

export class Ears {
  readonly #options: EarsOptions;
  readonly #heard = new Map<string, Heard>();
  readonly #frame = new Float32Array(METER_SIZE);
  /** The mix that is heard in place of my own rendering. */
  #mix: string | null = null;

  constructor(options: EarsOptions) {
    this.#options = options;
  }

  /** A stream by its name, silent until `setVolume` or `hear`; another track of the same takes over where it was. */
  put(name: string, track: MediaStreamTrack): void {
    const { context } = this.#options;
    const stream = new MediaStream([track]);
    const heard = this.#heard.get(name) ?? this.#make();
    this.#heard.set(name, heard);
    heard.source?.disconnect();
    heard.source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    heard.source.connect(heard.gain);
    heard.source.connect(heard.meter);
    heard.element.srcObject = stream;
    // A page that has sounded may play; if not, the stream is silent until it is asked for again.
    heard.element.play().catch(() => {});
  }

  /** A mix that was heard gives way to my own rendering first. */
  take(name: string): void {
    const heard = this.#heard.get(name);
    if (!heard) return;
    if (this.#mix === name) this.hear(null);
    this.#heard.delete(name);
    heard.element.srcObject = null;
    this.#fade(heard.gain.gain, 0, CROSS_FADE);
    // Once it has faded.
    setTimeout(
      () => {
        heard.source?.disconnect();
        heard.gain.disconnect();
      },
      1_000 * CROSS_FADE * 2,
    );
  }

  has(name: string): boolean {
    return this.#heard.has(name);
  }

  /** Of an input, linear, 0 to 1: it sounds beside what is rendered here. */
  setVolume(name: string, volume: number): void {
    const heard = this.#heard.get(name);
    if (heard && this.#mix !== name) this.#fade(heard.gain.gain, volume, VOLUME_RAMP);
  }

  /** Hears this mix, which must be there, in place of my own rendering; null: my own again. */
  hear(name: string | null): void {
    if (name === this.#mix || (name !== null && !this.#heard.has(name))) return;
    const before = this.#mix === null ? null : this.#heard.get(this.#mix);
    this.#mix = name;
    if (before) this.#fade(before.gain.gain, 0, CROSS_FADE);
    const now = name === null ? null : this.#heard.get(name);
    if (now) this.#fade(now.gain.gain, 1, CROSS_FADE);
    this.#fade(this.#options.local.gain, now ? 0 : 1, CROSS_FADE);
  }

  get mix(): string | null {
    return this.#mix;
  }

  /** Peak of the last 43 ms as it arrives, linear. */
  level(name: string): number {
    const heard = this.#heard.get(name);
    if (!heard) return 0;
    heard.meter.getFloatTimeDomainData(this.#frame);
    return this.#frame.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  }

  /** My own rendering alone is heard. Idempotent. */
  end(): void {
    this.hear(null);
    for (const name of this.#heard.keys()) this.take(name);
  }

  #make(): Heard {
    const { context, entry } = this.#options;
    const gain = new GainNode(context, { channelCount: 2, channelCountMode: "explicit", gain: 0 });
    gain.connect(entry);
    const element = new Audio();
    element.muted = true;
    return { gain, element, meter: new AnalyserNode(context, { fftSize: METER_SIZE }), source: null };
  }

  #fade(param: AudioParam, to: number, seconds: number): void {
    const now = this.#options.context.currentTime;
    // What it has come to, where an earlier fade is under way.
    const from = param.value;
    param.cancelScheduledValues(now);
    param.setValueAtTime(from, now);
    param.linearRampToValueAtTime(to, now + seconds);
  }
}
