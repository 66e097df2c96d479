/**
 * What is received, on its way to my speakers and nowhere else. Inputs of others are added to my mix. A mix of
 * somebody's is the same music once more, later: it is heard *in place of* what is rendered here, never beside
 * it; where it carries some tracks alone, in place of those. The law: of each track the gains of my own rendering and
 * of all mixes are never more than 1 together.
 */

import { rawPair } from "./audio-context.ts";

export interface EarsOptions {
  readonly context: AudioContext;
  /** What is rendered here, on its way into my mix. */
  readonly local: GainNode;
  /** Silences these tracks of my own rendering at once, and lets all others in from a context time on. */
  readonly setElsewhere: (tracks: readonly number[], at: number) => void;
  /** Where what is received comes in: at my limiter. */
  readonly entry: AudioNode;
}

interface Heard {
  readonly gain: GainNode;
  /** Without an element that plays it Chromium gives Web Audio nothing of a remote track; it is muted. */
  readonly element: HTMLAudioElement;
  readonly meter: AnalyserNode;
  source: Source | null;
}

/** What brings a track into the graph. */
interface Source {
  readonly track: MediaStreamTrack;
  readonly node: MediaStreamAudioSourceNode;
  readonly fade: GainNode;
  /** How far the device's time was behind the page's when it was made. Seconds. */
  readonly behind: number;
  readonly since: number;
}

/** Seconds in which one gives way to the other. */
const CROSS_FADE = 0.03;
const VOLUME_RAMP = 0.02;
const METER_SIZE = 2_048;
/**
 * What arrives while the device stands still is kept, up to 100 ms, by the node that brings it in, and stays that
 * much later for good. So a node is made anew once the device has lost as much as this since. Seconds
 */
const PILED_UP = 0.006;
/** For a new node's first samples to come, and between two of them. Seconds */
const RENEWAL = { overlap: 0.03, apart: 2 } as const;

export class Ears {
  readonly #options: EarsOptions;
  readonly #heard = new Map<string, Heard>();
  readonly #frame = new Float32Array(METER_SIZE);
  /** The mix that is heard in place of my own rendering. */
  #mix: string | null = null;
  /** The tracks that it carries; null: all. */
  #parts: readonly number[] | null = null;

  constructor(options: EarsOptions) {
    this.#options = options;
  }

  /** A stream by its name, silent until `setVolume` or `hear`; another track of the same takes over where it was. */
  put(name: string, track: MediaStreamTrack): void {
    const heard = this.#heard.get(name) ?? this.#make();
    this.#heard.set(name, heard);
    if (heard.source) disconnect(heard.source);
    heard.source = this.#source(heard, track, 1);
    heard.element.srcObject = new MediaStream([track]);
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
        if (heard.source) disconnect(heard.source);
        heard.gain.disconnect();
      },
      1_000 * CROSS_FADE * 2,
    );
  }

  /** A few times a second: what has piled up of a stream is left behind. */
  tick(): void {
    const { currentTime } = this.#options.context;
    for (const heard of this.#heard.values()) {
      const { source } = heard;
      if (!source || currentTime - source.since < RENEWAL.apart) continue;
      if (this.#behind() - source.behind > PILED_UP) this.#renew(heard, source);
    }
  }

  has(name: string): boolean {
    return this.#heard.has(name);
  }

  /** Of an input, linear, 0 to 1: it sounds beside what is rendered here. */
  setVolume(name: string, volume: number): void {
    const heard = this.#heard.get(name);
    if (heard && this.#mix !== name) this.#fade(heard.gain.gain, volume, VOLUME_RAMP);
  }

  /**
   * Hears this mix, which must be there, in place of my own rendering, or of these tracks of it; null: my own again.
   */
  hear(name: string | null, parts: readonly number[] | null = null): void {
    if (name !== null && !this.#heard.has(name)) return;
    if (name === this.#mix && String(parts) === String(this.#parts)) return;
    const { context, local, setElsewhere } = this.#options;
    const before = this.#mix === null || this.#mix === name ? null : this.#heard.get(this.#mix);
    this.#mix = name;
    this.#parts = parts;
    if (before) this.#fade(before.gain.gain, 0, CROSS_FADE);
    const now = name === null ? null : this.#heard.get(name);
    if (now) this.#fade(now.gain.gain, 1, CROSS_FADE);
    this.#fade(local.gain, now && !parts ? 0 : 1, CROSS_FADE);
    setElsewhere((now && parts) || [], context.currentTime + CROSS_FADE);
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

  #source(heard: Heard, track: MediaStreamTrack, level: 0 | 1): Source {
    const { context } = this.#options;
    const node = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
    const fade = new GainNode(context, { channelCount: 2, channelCountMode: "explicit", gain: level });
    node.connect(fade);
    fade.connect(heard.gain);
    fade.connect(heard.meter);
    return { track, node, fade, behind: this.#behind(), since: context.currentTime };
  }

  /** The two are never more than one together. */
  #renew(heard: Heard, before: Source): void {
    const { context } = this.#options;
    const next = (heard.source = this.#source(heard, before.track, 0));
    const at = context.currentTime + RENEWAL.overlap;
    for (const [source, level] of [
      [before, 0],
      [next, 1],
    ] as const) {
      source.fade.gain.setValueAtTime(1 - level, at);
      source.fade.gain.linearRampToValueAtTime(level, at + CROSS_FADE);
    }
    setTimeout(() => disconnect(before), 1_000 * (RENEWAL.overlap + CROSS_FADE * 2));
  }

  #behind(): number {
    const { performanceTime, contextTime } = rawPair(this.#options.context);
    return performanceTime / 1_000 - contextTime;
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

function disconnect({ node, fade }: Source): void {
  node.disconnect();
  fade.disconnect();
}
