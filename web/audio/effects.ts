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

/** What goes into a mix of each slot, after the room's volume and mute; what its echo and reverb return goes there, too. */
export interface Mix {
  readonly target: AudioNode;
  readonly tracks: readonly AudioNode[];
  /** Tracks have come or gone: another may stand in the slot of one that is gone. */
  turn?(): void;
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

  close(): void {
    for (const { gain, from } of this.#sends.values()) {
      from.disconnect(gain);
      gain.disconnect();
    }
    this.#sends.clear();
    this.unit?.close();
    this.unit = null;
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

interface Returns {
  readonly echo: Sends<Echo>;
  readonly reverb: Sends<Reverb>;
}

export class Effects {
  readonly #filters: readonly TrackFilter[];
  readonly #ramps: Ramps;
  readonly #returns = new Map<Mix, Returns>();
  #room: RoomEffects;
  #tempo: number;

  constructor(options: {
    readonly filters: readonly FilterPlace[];
    readonly mixes: readonly Mix[];
    readonly ramps: Ramps;
    readonly effects: RoomEffects;
    readonly tempo: number;
  }) {
    const { filters, ramps, mixes } = options;
    this.#ramps = ramps;
    this.#room = options.effects;
    this.#tempo = options.tempo;
    this.#filters = filters.map((filter) => new TrackFilter(filter, ramps));
    for (const mix of mixes) this.addMix(mix);
  }

  /** Without effects until the tracks' are set again. */
  addMix(mix: Mix): void {
    const [{ target }, ramps] = [mix, this.#ramps];
    this.#returns.set(mix, {
      echo: new Sends(ramps, () => new Echo(target, ramps, this.#echoSeconds, this.#room.echoFeedback)),
      reverb: new Sends(ramps, () => new Reverb(target, ramps, this.#room.reverbSize)),
    });
  }

  removeMix(mix: Mix): void {
    for (const sends of Object.values(this.#returns.get(mix) ?? {})) sends.close();
    this.#returns.delete(mix);
  }

  /** `at`: context time; what is past counts as now. */
  setTrack(slot: number, effect: TrackEffect, value: number, at: number): void {
    const filter = this.#filters[slot];
    if (!filter) return;
    if (effect === "filter") filter.set(value, at);
    else if (effect === "resonance") filter.setResonance(value, at);
    else
      for (const [{ tracks }, returns] of this.#returns) {
        const from = tracks[slot];
        if (from) returns[effect].set(slot, from, value, at);
      }
  }

  /** The room's effects, and the tempo by which the echo goes (beats a minute). */
  setRoom(effects: RoomEffects, tempo: number, at: number): void {
    this.#room = effects;
    this.#tempo = tempo;
    for (const { echo, reverb } of this.#returns.values()) {
      echo.unit?.setSeconds(this.#echoSeconds, at);
      echo.unit?.setFeedback(effects.echoFeedback, at);
      reverb.unit?.setSeconds(effects.reverbSize);
    }
  }

  /** A few times a second: what has died away is taken down. */
  tick(now: number): void {
    for (const filter of this.#filters) filter.tick(now);
    const returns = [...this.#returns.values()];
    for (const { echo, reverb } of returns) {
      echo.tick(now);
      reverb.tick(now);
    }
    // One at a time: a long impulse keeps the page busy for a tenth of a second.
    returns.some(({ reverb }) => reverb.unit?.tick(now));
  }

  get #echoSeconds(): number {
    return echoSeconds(this.#room.echoSteps, this.#tempo);
  }
}
