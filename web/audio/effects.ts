/**
 * The effects of all tracks, in both mixes: a filter in each track's way, and the echo and the reverb
 * that tracks send to after volume and mute. The room mix and my mix have returns of their own, since my
 * solo is none of the room's. What nobody uses is not connected. Fetched after the first sound, or with
 * a jam that uses effects.
 */
import { echoSeconds, type RoomEffects, type TrackEffect } from "#shared/music/effects.ts";
import { Echo } from "./echo.ts";
import type { Ramps } from "./ramps.ts";
import { Reverb } from "./reverb.ts";
import { type FilterPlace, TrackFilter } from "./track-filter.ts";

/** Seconds that a fade is heard at most. */
const FADING = 0.1;

/** Where the effects of a track reach into its strip of the mixer. */
export interface StripPlaces {
  readonly filter: FilterPlace;
  /** The track after the room's volume and mute. */
  readonly room: AudioNode;
  /** The same after my mute and solo. */
  readonly mine: AudioNode;
}

/** Something that tracks send to. */
interface Return {
  readonly input: AudioNode;
  /** Seconds that it rings on when nothing comes any more. */
  readonly tail: number;
  close(): void;
}

interface Send {
  readonly gain: GainNode;
  readonly from: AudioNode;
  /** Context time from which nothing goes through it any more. */
  restAt: number;
}

/** One return of one mix, and what goes there. */
class Sends<T extends Return> {
  readonly #make: () => T;
  readonly #ramps: Ramps;
  readonly #sends = new Map<number, Send>();
  #restAt = Number.POSITIVE_INFINITY;
  /** Null while nobody sends anything and it is still. */
  unit: T | null = null;

  constructor(ramps: Ramps, make: () => T) {
    this.#ramps = ramps;
    this.#make = make;
  }

  /** `level`: linear gain. */
  set(slot: number, from: AudioNode, level: number, at: number): void {
    let send = this.#sends.get(slot);
    if (!send && level === 0) return;
    this.unit ??= this.#make();
    if (!send) {
      send = { gain: new GainNode(from.context, { gain: 0 }), from, restAt: 0 };
      from.connect(send.gain).connect(this.unit.input);
      this.#sends.set(slot, send);
    }
    this.#ramps.to(send.gain.gain, level, at);
    send.restAt = level === 0 ? at + FADING : Number.POSITIVE_INFINITY;
  }

  tick(now: number): void {
    for (const [slot, { gain, from, restAt }] of this.#sends)
      if (now >= restAt) {
        from.disconnect(gain);
        gain.disconnect();
        this.#sends.delete(slot);
      }
    if (!this.unit) return;
    if (this.#sends.size > 0) this.#restAt = Number.POSITIVE_INFINITY;
    else if (this.#restAt === Number.POSITIVE_INFINITY) this.#restAt = now + this.unit.tail;
    else if (now >= this.#restAt) {
      this.unit.close();
      this.unit = null;
      this.#restAt = Number.POSITIVE_INFINITY;
    }
  }
}

export class Effects {
  readonly #strips: readonly StripPlaces[];
  readonly #filters: readonly TrackFilter[];
  readonly #echoes: Readonly<Record<"room" | "mine", Sends<Echo>>>;
  readonly #reverbs: Readonly<Record<"room" | "mine", Sends<Reverb>>>;
  #room: RoomEffects;
  #tempo: number;

  /** `room` and `mine` are where the returns of the two mixes go. */
  constructor(options: {
    readonly strips: readonly StripPlaces[];
    readonly room: AudioNode;
    readonly mine: AudioNode;
    readonly ramps: Ramps;
    readonly effects: RoomEffects;
    readonly tempo: number;
  }) {
    const { strips, ramps, room, mine } = options;
    this.#strips = strips;
    this.#room = options.effects;
    this.#tempo = options.tempo;
    this.#filters = strips.map(({ filter }) => new TrackFilter(filter, ramps));
    const echo = (target: AudioNode) =>
      new Sends(ramps, () => new Echo(target, ramps, this.#echoSeconds, this.#room.echoFeedback));
    const reverb = (target: AudioNode) =>
      new Sends(ramps, () => new Reverb(target, ramps, this.#room.reverbSize));
    this.#echoes = { room: echo(room), mine: echo(mine) };
    this.#reverbs = { room: reverb(room), mine: reverb(mine) };
  }

  /** `at`: context time; what is past counts as now. */
  setTrack(slot: number, effect: TrackEffect, value: number, at: number): void {
    const strip = this.#strips[slot];
    const filter = this.#filters[slot];
    if (!strip || !filter) return;
    if (effect === "filter") filter.set(value, at);
    else if (effect === "resonance") filter.setResonance(value, at);
    else {
      const sends = effect === "echo" ? this.#echoes : this.#reverbs;
      sends.room.set(slot, strip.room, value, at);
      sends.mine.set(slot, strip.mine, value, at);
    }
  }

  /** The room's effects, and the tempo by which the echo goes (beats a minute). */
  setRoom(effects: RoomEffects, tempo: number, at: number): void {
    this.#room = effects;
    this.#tempo = tempo;
    for (const { unit } of Object.values(this.#echoes)) {
      unit?.setSeconds(this.#echoSeconds, at);
      unit?.setFeedback(effects.echoFeedback, at);
    }
    for (const { unit } of Object.values(this.#reverbs)) unit?.setSeconds(effects.reverbSize);
  }

  /** A few times a second: what has died away is taken down. */
  tick(now: number): void {
    for (const filter of this.#filters) filter.tick(now);
    for (const sends of [...Object.values(this.#echoes), ...Object.values(this.#reverbs)]) sends.tick(now);
    // One at a time: a long impulse keeps the page busy for a tenth of a second.
    Object.values(this.#reverbs).some(({ unit }) => unit?.tick(now));
  }

  get #echoSeconds(): number {
    return echoSeconds(this.#room.echoSteps, this.#tempo);
  }
}
