/**
 * Two mixes from one engine. The room mix is what the room's registers say, and is tapped, streamed
 * and recorded; my mix is the same tracks with my own mutes and solos, my click and my auditions, and
 * goes to my speakers. My side only ever reads from the room's: nothing of it leads back.
 */
import {
  DEFAULT_ROOM_EFFECTS,
  NO_EFFECTS,
  type RoomEffect,
  type RoomEffects,
  TRACK_EFFECTS,
  type TrackEffect,
  type TrackEffects,
} from "#shared/music/effects.ts";
import type { Track } from "#shared/music/model.ts";
import type { Effects, Mix } from "./effects.ts";
import { limiter } from "./limiter-node.ts";
import { ENGINE_CHANNELS } from "./engine.ts";
import { Ramps } from "./ramps.ts";
import { MINE_PAIR, RETURNS_PAIR, type Slots, TRACK_SLOTS } from "./slots.ts";

const METER_SIZE = 1_024;

export interface MyTrackMix {
  readonly muted: boolean;
  readonly solo: boolean;
}

/** engine pair → dry → pan → volume → room mix; volume → mine → my mix. The filter goes round `dry`. */
interface Strip {
  readonly source: AudioNode;
  readonly dry: GainNode;
  readonly pan: StereoPannerNode;
  readonly volume: GainNode;
  readonly mine: GainNode;
  readonly meter: AnalyserNode;
}

export class Mixer {
  /** The room mix after its limiter: what is tapped, streamed and recorded. */
  readonly roomMix: AudioNode;
  /** My mix after its limiter, before my volume. */
  readonly myMix: AudioNode;
  /** What is rendered here on its way into my mix, and where what is received comes in beside it. */
  readonly ears: { readonly local: GainNode; readonly entry: AudioNode };
  readonly #context: AudioContext;
  readonly #entry: GainNode;
  readonly #strips: readonly Strip[];
  readonly #volume: GainNode;
  readonly #roomMeter: AnalyserNode;
  readonly #frame = new Float32Array(METER_SIZE);
  readonly #ramps: Ramps;
  /** The room's, mine, and what was added. */
  #mixes: readonly Mix[];
  readonly #myMix = new Map<number, MyTrackMix>();
  /** Tracks that I hear by another way. */
  #elsewhere: ReadonlySet<number> = new Set();
  #tracks: readonly Track[] = [];
  /** By slot, of the tracks that have one. */
  #inSlots: readonly (Track | undefined)[] = [];
  /** By slot, what of the registers the effects have been given. */
  readonly #given = new Map<number, TrackEffects>();
  #roomEffects: RoomEffects = DEFAULT_ROOM_EFFECTS;
  #tempo = 120;
  /** Null until their code has come. */
  #effects: Effects | null = null;

  /** The limiter's worklet must be loaded. `source` has `ENGINE_CHANNELS` channels. */
  constructor(context: AudioContext, source: AudioNode) {
    this.#context = context;
    this.#ramps = new Ramps(context);
    this.#entry = new GainNode(context, {
      channelCount: ENGINE_CHANNELS,
      channelCountMode: "explicit",
      channelInterpretation: "discrete",
    });
    const splitter = new ChannelSplitterNode(context, { numberOfOutputs: ENGINE_CHANNELS });
    source.connect(this.#entry).connect(splitter);
    const room = new GainNode(context);
    const mine = new GainNode(context);
    this.#strips = Array.from({ length: TRACK_SLOTS }, (_, slot) => this.#strip(splitter, slot, room, mine));
    this.#mixes = [
      { target: room, tracks: this.tracks },
      { target: mine, tracks: this.#strips.map((strip) => strip.mine) },
    ];
    const returns = this.#pair(splitter, RETURNS_PAIR);
    returns.connect(room);
    returns.connect(mine);
    this.#pair(splitter, MINE_PAIR).connect(mine);

    this.roomMix = room.connect(limiter(context));
    this.#roomMeter = this.#meter(this.roomMix);
    this.#volume = new GainNode(context);
    this.ears = { local: new GainNode(context), entry: limiter(context) };
    this.myMix = mine.connect(this.ears.local).connect(this.ears.entry);
    this.myMix.connect(this.#volume).connect(context.destination);
    // A branch that leads nowhere is not rendered by every browser: the room mix must be, unheard.
    this.roomMix.connect(this.silence()).connect(context.destination);
  }

  /** By slot, after the room's volume and mute. */
  get tracks(): readonly AudioNode[] {
    return this.#strips.map(({ volume }) => volume);
  }

  /** The track that has a slot now. */
  trackIn(slot: number): number | null {
    return this.#inSlots[slot]?.id ?? null;
  }

  /** Another mix of these tracks has effects of its own from now on; returns the end of it. */
  addMix(mix: Mix): () => void {
    this.#mixes = [...this.#mixes, mix];
    this.#fitMix(mix);
    return () => {
      this.#mixes = this.#mixes.filter((each) => each !== mix);
      this.#effects?.removeMix(mix);
    };
  }

  /** A node that passes nothing on, to keep what is connected to it rendering. */
  silence(): GainNode {
    return new GainNode(this.#context, { gain: 0 });
  }

  /** Takes the room's side: volumes, pans, mutes, effects of tracks. */
  setTracks(tracks: readonly Track[], slots: Slots): void {
    this.#tracks = tracks;
    this.#inSlots = this.#strips.map((_, slot) => tracks.find(({ id }) => slots.of(id) === slot));
    this.#strips.forEach(({ pan, volume }, slot) => {
      const track = this.#inSlots[slot];
      if (track) this.#ramps.to(pan.pan, track.pan);
      this.#ramps.to(volume.gain, !track || track.muted ? 0 : track.volume);
    });
    this.#applyEffects();
    this.#applyMine(slots);
    for (const mix of this.#mixes) mix.turn?.();
  }

  /** Takes what the tracks send to, and the tempo by which the echo goes. */
  setRoomEffects(effects: RoomEffects, tempo: number): void {
    if (effects === this.#roomEffects && tempo === this.#tempo) return;
    this.#roomEffects = effects;
    this.#tempo = tempo;
    this.#effects?.setRoom(effects, tempo, this.#context.currentTime);
  }

  /** Moves an effect of the room from the context time `at` on, as a hand does: now, where that is past. */
  moveRoomEffect(effect: RoomEffect, value: number, at: number): void {
    this.#roomEffects = { ...this.#roomEffects, [effect]: value };
    this.#effects?.setRoom(this.#roomEffects, this.#tempo, Math.max(at, this.#context.currentTime));
  }

  get hasEffects(): boolean {
    return this.#effects !== null;
  }

  /** The code of the effects has come: from now on tracks have theirs. */
  fitEffects(code: typeof import("./effects.ts")): void {
    this.#effects ??= new code.Effects({
      filters: this.#strips.map(({ source, dry, pan }) => ({ source, dry, target: pan })),
      mixes: this.#mixes,
      ramps: this.#ramps,
      effects: this.#roomEffects,
      tempo: this.#tempo,
    });
    this.#applyEffects();
  }

  /**
   * Moves an effect of the track in a slot to a value, from the context time `at` on: now, where that is
   * past or left out. It stays until the track's own value changes.
   */
  setEffect(slot: number, effect: TrackEffect, value: number, at = 0): void {
    this.#effects?.setTrack(slot, effect, value, Math.max(at, this.#context.currentTime));
  }

  /** A few times a second: what of the effects is not heard any more is taken down. */
  tick(): void {
    this.#effects?.tick(this.#context.currentTime);
  }

  /** Moves the volume or pan of the track in a slot from the context time `at` on, as a hand does; a muted one stays so. */
  setLevel(slot: number, level: "volume" | "pan", value: number, isMuted: boolean, at: number): void {
    const strip = this.#strips[slot];
    if (!strip || (level === "volume" && isMuted)) return;
    const param = level === "pan" ? strip.pan.pan : strip.volume.gain;
    this.#ramps.to(param, value, at);
  }

  /** Takes my side. Any solo of mine silences, for me, every track that has none. */
  setMyMix(track: number, mix: MyTrackMix, slots: Slots): void {
    this.#myMix.set(track, mix);
    this.#applyMine(slots);
  }

  /**
   * Tracks that I hear by another way: in my mix they are silent at once, and those that are not any more come
   * back from the context time `at` on.
   */
  setElsewhere(tracks: readonly number[], at: number): void {
    const now = this.#context.currentTime;
    const before = this.#elsewhere;
    this.#elsewhere = new Set(tracks);
    this.#inSlots.forEach((track, slot) => {
      const gain = this.#strips[slot]?.mine.gain;
      if (!track || !gain || before.has(track.id) === this.#elsewhere.has(track.id)) return;
      this.#ramps.to(gain, this.#isHeard(track) ? 1 : 0, this.#elsewhere.has(track.id) ? now : at);
    });
  }

  /** My volume, linear, 0 to 1. */
  setVolume(volume: number): void {
    this.#ramps.to(this.#volume.gain, Math.min(1, Math.max(0, volume)));
  }

  /** Silence until `at` (context time, as heard at the mixer), then in over `seconds`. */
  fadeIn(at: number, seconds: number): void {
    const gain = this.#entry.gain;
    const now = this.#context.currentTime;
    gain.cancelScheduledValues(now);
    gain.setValueAtTime(0, Math.max(now, at - 0.002));
    gain.linearRampToValueAtTime(1, Math.max(now, at) + seconds);
  }

  /** Peak of the last 21 ms, linear: of the track in a slot, or of the room mix. */
  level(slot: number | null): number {
    const meter = slot === null ? this.#roomMeter : this.#strips[slot]?.meter;
    if (!meter) return 0;
    meter.getFloatTimeDomainData(this.#frame);
    let peak = 0;
    for (const sample of this.#frame) peak = Math.max(peak, Math.abs(sample));
    return peak;
  }

  /** Its effects stand where the tracks' do. */
  #fitMix(mix: Mix): void {
    this.#effects?.addMix(mix);
    this.#given.forEach((effects, slot) => {
      for (const effect of TRACK_EFFECTS) this.setEffect(slot, effect, effects[effect]);
    });
  }

  #applyEffects(): void {
    if (!this.#effects) return;
    this.#inSlots.forEach((track, slot) => {
      const before = this.#given.get(slot) ?? NO_EFFECTS;
      const effects = track?.effects ?? NO_EFFECTS;
      this.#given.set(slot, effects);
      for (const effect of TRACK_EFFECTS)
        if (effects[effect] !== before[effect]) this.setEffect(slot, effect, effects[effect]);
    });
  }

  #applyMine(slots: Slots): void {
    for (const track of this.#tracks) {
      const slot = slots.of(track.id);
      const strip = slot === null ? undefined : this.#strips[slot];
      if (strip) this.#ramps.to(strip.mine.gain, this.#isHeard(track) ? 1 : 0);
    }
  }

  #isHeard({ id }: Track): boolean {
    const mix = this.#myMix.get(id);
    const anySolo = this.#tracks.some((track) => this.#myMix.get(track.id)?.solo);
    return !this.#elsewhere.has(id) && (anySolo ? mix?.solo === true : mix?.muted !== true);
  }

  #strip(splitter: AudioNode, slot: number, room: AudioNode, mine: AudioNode): Strip {
    const context = this.#context;
    const source = this.#pair(splitter, slot);
    const strip = {
      source,
      dry: new GainNode(context),
      pan: new StereoPannerNode(context),
      volume: new GainNode(context, { gain: 0 }),
      mine: new GainNode(context),
    };
    source.connect(strip.dry).connect(strip.pan).connect(strip.volume);
    strip.volume.connect(room);
    strip.volume.connect(strip.mine).connect(mine);
    return { ...strip, meter: this.#meter(strip.volume) };
  }

  #pair(splitter: AudioNode, pair: number): AudioNode {
    const merger = new ChannelMergerNode(this.#context, { numberOfInputs: 2 });
    splitter.connect(merger, 2 * pair, 0);
    splitter.connect(merger, 2 * pair + 1, 1);
    return merger;
  }

  #meter(node: AudioNode): AnalyserNode {
    const meter = new AnalyserNode(this.#context, { fftSize: METER_SIZE });
    node.connect(meter);
    return meter;
  }
}
