/**
 * What is received, on its way to my speakers and nowhere else. Inputs of others are added to my mix. A mix of
 * somebody's is the same music once more, later: it is heard *in place of* what is rendered here, never beside
 * it; where it carries some tracks alone, in place of those. The law: of each track the gains of my own rendering and
 * of all mixes are never more than 1 together.
 */

import { samplesLate } from "./piled-up.ts";

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
  look: Look | null;
  /** Context time of the next look, or of its end. */
  lookAt: number;
}

/** What brings a track into the graph. */
interface Source {
  readonly track: MediaStreamTrack;
  readonly node: MediaStreamAudioSourceNode;
  readonly fade: GainNode;
}

/** A fresh source beside the one that is heard, unheard itself, to see by how much that is later. */
interface Look {
  readonly fresh: Source;
  readonly freshly: AnalyserNode;
  readonly now: AnalyserNode;
}

/** Seconds in which one gives way to the other. */
const CROSS_FADE = 0.03;
const VOLUME_RAMP = 0.02;
const METER_SIZE = 2_048;
/**
 * What arrives while the device stands still is kept, up to 100 ms, by the node that brings it in, and stays that
 * much later for good. So a look is taken every few seconds, as long as a comparison needs, and where a fresh node
 * is as much earlier as is worth a splice it takes over. Seconds
 */
const LOOK = { first: 1.5, every: 4, takes: 0.5, worth: 0.006, most: 0.11 } as const;
/** Of what is compared: a third of a second. */
const LOOK_SIZE = 16_384;

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
    end(heard);
    heard.source = this.#source(heard, track, 1);
    heard.lookAt = this.#options.context.currentTime + LOOK.first;
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
        end(heard);
        heard.gain.disconnect();
      },
      1_000 * CROSS_FADE * 2,
    );
  }

  /** A few times a second: what has piled up of a stream is left behind. */
  tick(): void {
    const now = this.#options.context.currentTime;
    for (const [name, heard] of this.#heard) {
      if (!heard.source || now < heard.lookAt) continue;
      if (heard.look) this.#decide(heard, heard.source, heard.look);
      else if (name === this.#mix || heard.gain.gain.value > 0) this.#look(heard, heard.source);
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
    return {
      gain,
      element,
      meter: new AnalyserNode(context, { fftSize: METER_SIZE }),
      source: null,
      look: null,
      lookAt: 0,
    };
  }

  #source(heard: Heard, track: MediaStreamTrack, level: 0 | 1): Source {
    const { context } = this.#options;
    const node = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
    const fade = new GainNode(context, { channelCount: 2, channelCountMode: "explicit", gain: level });
    node.connect(fade).connect(heard.gain);
    fade.connect(heard.meter);
    return { track, node, fade };
  }

  #look(heard: Heard, source: Source): void {
    const { context } = this.#options;
    const fresh = this.#source(heard, source.track, 0);
    const [freshly, now] = [fresh, source].map(({ node }) => {
      const analyser = new AnalyserNode(context, { fftSize: LOOK_SIZE });
      node.connect(analyser);
      return analyser;
    }) as [AnalyserNode, AnalyserNode];
    heard.look = { fresh, freshly, now };
    heard.lookAt = context.currentTime + LOOK.takes;
  }

  /** The two sources are never more than one together. */
  #decide(heard: Heard, source: Source, look: Look): void {
    const { context } = this.#options;
    const [late, early] = [look.now, look.freshly].map((analyser) => {
      const samples = new Float32Array(LOOK_SIZE);
      analyser.getFloatTimeDomainData(samples);
      return samples;
    }) as [Float32Array, Float32Array];
    const samples = samplesLate(late, early, LOOK.most * context.sampleRate);
    heard.lookAt = context.currentTime + LOOK.every;
    source.node.disconnect(look.now);
    look.fresh.node.disconnect(look.freshly);
    heard.look = null;
    if (samples === null || samples < LOOK.worth * context.sampleRate) return disconnect(look.fresh);
    heard.source = look.fresh;
    this.#fade(source.fade.gain, 0, CROSS_FADE);
    this.#fade(look.fresh.fade.gain, 1, CROSS_FADE);
    setTimeout(() => disconnect(source), 1_000 * CROSS_FADE * 2);
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

function end(heard: Heard): void {
  if (heard.source) disconnect(heard.source);
  if (heard.look) disconnect(heard.look.fresh);
  heard.source = heard.look = null;
}
