/**
 * What leaves this browser as sound. The law: `input` is my microphone or line and nothing else; `mix` is the
 * room mix, or the tracks of it that I choose, and, if I choose, my input; `programme` is the room mix and nothing else;
 * nothing received, no solo or mute of mine, no click and no audition ever gets to any, since none reads from my side of
 * the mixer. Nodes are made when sending begins.
 */
import type { AirKind } from "#shared/protocol/messages.ts";
import type { Mixer } from "./mixer.ts";
import { PartMix } from "./part-mix.ts";

export interface SendsOptions {
  readonly context: AudioContext;
  /** Its room mix after its limiter, and its tracks. */
  readonly mixer: Pick<Mixer, "roomMix" | "tracks" | "trackIn" | "addMix">;
  /** Where my own input comes in, if I want to hear it. */
  readonly monitor: AudioNode;
}

interface Send {
  readonly entry: GainNode;
  readonly sink: MediaStreamAudioDestinationNode;
  readonly meter: AnalyserNode;
}

/** What of the music goes into the mix: all of it, or some tracks. */
interface Music {
  readonly whole: GainNode;
  parts: { readonly mix: PartMix; readonly gain: GainNode } | null;
}

interface Input {
  readonly source: AudioNode;
  readonly gate: GainNode;
  readonly monitor: GainNode;
  readonly meter: AnalyserNode;
}

/** How quickly a gate opens and closes, s: without a click, and before a syllable is over. */
const GATE = 0.01;
const METER_SIZE = 2_048;
/** In which all of the music gives way to some of it, or back, s. */
const CROSS_FADE = 0.03;

export class Sends {
  readonly #options: SendsOptions;
  readonly #sends = new Map<AirKind, Send>();
  readonly #frame = new Float32Array(METER_SIZE);
  #input: Input | null = null;
  #music: Music | null = null;
  #parts: readonly number[] | null = null;
  #mixHasInput = false;
  #isOpen = false;

  constructor(options: SendsOptions) {
    this.#options = options;
  }

  /** The track to send; the same one until it is closed. */
  open(kind: AirKind): MediaStreamTrack {
    const send = this.#sends.get(kind) ?? this.#make(kind);
    const [track] = send.sink.stream.getAudioTracks();
    if (!track) throw new Error("the browser makes no audio track");
    track.contentHint = "music";
    return track;
  }

  close(kind: AirKind): void {
    const send = this.#sends.get(kind);
    if (!send) return;
    this.#sends.delete(kind);
    if (kind === "mix") this.#endMusic();
    else if (kind === "programme") this.#options.mixer.roomMix.disconnect(send.entry);
    for (const track of send.sink.stream.getTracks()) track.stop();
    this.#route();
    send.entry.disconnect();
  }

  /** Takes the place of the input before; it is muted until `setGate`, and unheard until `setMonitor`. Null: none. */
  setInput(source: AudioNode | null): void {
    const { context, monitor } = this.#options;
    const before = this.#input;
    before?.source.disconnect();
    before?.gate.disconnect();
    before?.monitor.disconnect();
    this.#isOpen = false;
    this.#input = source && {
      source,
      gate: new GainNode(context, { ...STEREO, gain: 0 }),
      monitor: new GainNode(context, { ...STEREO, gain: 0 }),
      meter: new AnalyserNode(context, { fftSize: METER_SIZE }),
    };
    if (!this.#input) return;
    this.#input.source.connect(this.#input.gate);
    this.#input.source.connect(this.#input.monitor).connect(monitor);
    this.#input.source.connect(this.#input.meter);
    this.#route();
  }

  /** Lets my input through to the others, or stops it. */
  setGate(open: boolean): void {
    this.#isOpen = open;
    this.#ramp(this.#input?.gate.gain, open ? 1 : 0);
  }

  get gate(): boolean {
    return this.#isOpen;
  }

  /** Whether I hear my own input; the others hear it regardless. */
  setMonitor(on: boolean): void {
    this.#ramp(this.#input?.monitor.gain, on ? 1 : 0);
  }

  setMixHasInput(has: boolean): void {
    this.#mixHasInput = has;
    this.#route();
  }

  /** The tracks that the mix carries; null: all of them. */
  setParts(parts: readonly number[] | null): void {
    this.#parts = parts;
    const [music, entry] = [this.#music, this.#sends.get("mix")?.entry];
    if (!music || !entry) return;
    if (parts) (music.parts ??= this.#partMix(entry)).mix.set(parts);
    this.#fade(music.whole.gain, parts ? 0 : 1);
    if (music.parts) this.#fade(music.parts.gain.gain, parts ? 1 : 0);
    if (!parts) setTimeout(() => this.#restParts(music), 1_000 * CROSS_FADE * 2);
  }

  /** Once it has faded: nobody hears it, and its effects cost what the room's do. */
  #restParts(music: Music): void {
    if (this.#parts !== null || this.#music !== music) return;
    music.parts?.mix.close();
    music.parts?.gain.disconnect();
    music.parts = null;
  }

  /** Peak of the last 43 ms, linear: of what is sent, or of the input before its gate. */
  level(of: AirKind | "source"): number {
    const meter = of === "source" ? this.#input?.meter : this.#sends.get(of)?.meter;
    if (!meter) return 0;
    meter.getFloatTimeDomainData(this.#frame);
    let peak = 0;
    for (const sample of this.#frame) peak = Math.max(peak, Math.abs(sample));
    return peak;
  }

  /** Idempotent. */
  end(): void {
    this.setInput(null);
    for (const kind of this.#sends.keys()) this.close(kind);
  }

  #make(kind: AirKind): Send {
    const { context, mixer } = this.#options;
    const entry = new GainNode(context, STEREO);
    const sink = new MediaStreamAudioDestinationNode(context, STEREO);
    const meter = new AnalyserNode(context, { fftSize: METER_SIZE });
    entry.connect(sink);
    entry.connect(meter);
    const send = { entry, sink, meter };
    this.#sends.set(kind, send);
    if (kind === "mix") {
      const whole = new GainNode(context, { ...STEREO, gain: this.#parts ? 0 : 1 });
      mixer.roomMix.connect(whole).connect(entry);
      this.#music = { whole, parts: null };
      this.setParts(this.#parts);
    } else if (kind === "programme") mixer.roomMix.connect(entry);
    this.#route();
    return send;
  }

  #partMix(entry: AudioNode): NonNullable<Music["parts"]> {
    const { context, mixer } = this.#options;
    const mix = new PartMix(context, mixer);
    const gain = new GainNode(context, { ...STEREO, gain: 0 });
    mix.output.connect(gain).connect(entry);
    return { mix, gain };
  }

  #endMusic(): void {
    const music = this.#music;
    this.#music = null;
    if (music) this.#options.mixer.roomMix.disconnect(music.whole);
    music?.parts?.mix.close();
  }

  #fade(param: AudioParam, to: number): void {
    const now = this.#options.context.currentTime;
    const from = param.value;
    param.cancelScheduledValues(now);
    param.setValueAtTime(from, now);
    param.linearRampToValueAtTime(to, now + CROSS_FADE);
  }

  /** The input goes to its own send, and to the mix if it was chosen. */
  #route(): void {
    const gate = this.#input?.gate;
    if (!gate) return;
    gate.disconnect();
    const [input, mix] = [this.#sends.get("input"), this.#sends.get("mix")];
    if (input) gate.connect(input.entry);
    if (mix && this.#mixHasInput) gate.connect(mix.entry);
  }

  #ramp(param: AudioParam | undefined, value: number): void {
    const now = this.#options.context.currentTime;
    param?.cancelScheduledValues(now);
    param?.setTargetAtTime(value, now, GATE / 3);
  }
}

const STEREO = { channelCount: 2, channelCountMode: "explicit" } as const;
