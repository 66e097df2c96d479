/**
 * Where every track's knobs, volume and pan stand as they are heard: where the document says, and while a
 * hand holds one, where that is. Knobs are control buses of the engine that all voices of a track read;
 * volume and pan are the mixer's.
 */
import {
  isRoomEffect,
  ROOM_EFFECTS,
  type RoomEffect,
  type RoomEffects,
  TRACK_EFFECTS,
  type TrackEffect,
} from "#shared/music/effects.ts";
import { ROOM_TRACK } from "#shared/live/target.ts";
import { instrumentById } from "#shared/music/instruments.ts";
import { knobRange } from "#shared/music/voice.ts";
import type { Track } from "#shared/music/model.ts";
import { paramById, paramByName } from "#shared/music/params.ts";
import type { Engine } from "./engine.ts";
import type { Mixer } from "./mixer.ts";
import type { Slots } from "./slots.ts";
import { knobBus } from "./voice-message.ts";

/** A knob by its parameter's id, a level, or an effect, of a track or of the room. */
export type Control = number | "volume" | "pan" | TrackEffect | RoomEffect;

export interface ControlMove {
  readonly track: number;
  readonly control: Control;
  /** In the control's own unit. */
  readonly value: number;
}

export interface ControlsOptions {
  readonly context: { readonly currentTime: number };
  readonly engine: Pick<Engine, "send" | "sendAt">;
  readonly mixer: Pick<Mixer, "setLevel" | "setEffect" | "moveRoomEffect">;
  readonly slots: Slots;
}

/** What changes at once glides there in this time, in steps the engine takes a block each for. Seconds. */
const GLIDE = 0.016;
const GLIDE_STEPS = 4;
/** From now to what can still be on its way to the engine in time. Seconds. */
const SOON = 0.01;

/** Buses and values in one message: a bundle has at most 1,024 bytes. */
const MOST_VALUES = 160;

export class Controls {
  readonly #options: ControlsOptions;
  /** What each bus was set to last. */
  readonly #buses = new Map<number, number>();
  readonly #held = new Map<string, ControlMove>();
  #tracks: readonly Track[] = [];

  constructor(options: ControlsOptions) {
    this.#options = options;
  }

  /** What the document says; what a hand holds stays where that is. The slots are assigned. Returns the tracks as they are heard. */
  setTracks(tracks: readonly Track[]): readonly Track[] {
    this.#tracks = tracks;
    for (const track of tracks) {
      const slot = this.#options.slots.of(track.id);
      const instrument = instrumentById(track.instrument);
      if (slot === null || !instrument) continue;
      for (const { param, default: standard } of instrument.knobs) {
        const id = paramByName(param)?.id;
        if (id !== undefined && !this.#held.has(keyOf(track.id, id)))
          this.#glide(knobBus(slot, id), within(track, id, track.params[param] ?? standard));
      }
    }
    return tracks.map((track) => this.#asHeard(track));
  }

  /** Somebody's hand moves these, from a context time on: all of one instant. */
  moveAt(contextTime: number, moves: readonly ControlMove[]): void {
    const values: number[] = [];
    for (const move of moves) {
      this.#held.set(keyOf(move.track, move.control), move);
      if (this.#movesRoom(move, contextTime)) continue;
      const slot = this.#options.slots.of(move.track);
      if (slot === null) continue;
      if (typeof move.control !== "number") this.#setInMixer(slot, move, contextTime);
      else {
        const bus = knobBus(slot, move.control);
        const value = within(this.#track(move.track), move.control, move.value);
        this.#buses.set(bus, value);
        values.push(bus, value);
      }
    }
    for (let from = 0; from < values.length; from += MOST_VALUES)
      this.#options.engine.sendAt(contextTime, ["/c_set", ...values.slice(from, from + MOST_VALUES)]);
  }

  /** My own hand moves it, as soon as can be. */
  moveNow(move: ControlMove): void {
    this.#held.set(keyOf(move.track, move.control), move);
    if (this.#movesRoom(move, 0)) return;
    const slot = this.#options.slots.of(move.track);
    if (slot === null) return;
    if (typeof move.control !== "number") this.#setInMixer(slot, move, 0);
    else this.#glide(knobBus(slot, move.control), within(this.#track(move.track), move.control, move.value));
  }

  /** The engine may have forgotten what was under way to it: everything stands at once where it was last. */
  resend(): void {
    for (const [bus, value] of this.#buses) this.#options.engine.send(["/c_set", bus, value]);
  }

  /** No hand holds it any more; the document's value follows by `setTracks`. */
  release(track: number, control: Control): void {
    this.#held.delete(keyOf(track, control));
  }

  /** The room's effects as they are heard. The same object where no hand holds one. */
  roomAsHeard(effects: RoomEffects): RoomEffects {
    const held = ROOM_EFFECTS.flatMap((effect) => {
      const move = this.#held.get(keyOf(ROOM_TRACK, effect));
      return move ? [[effect, move.value] as const] : [];
    });
    return held.length === 0 ? effects : { ...effects, ...Object.fromEntries(held) };
  }

  #movesRoom({ control, value }: ControlMove, at: number): boolean {
    if (typeof control === "number" || !isRoomEffect(control)) return false;
    this.#options.mixer.moveRoomEffect(control, value, at);
    return true;
  }

  #track(id: number): Track | undefined {
    return this.#tracks.find((track) => track.id === id);
  }

  #setInMixer(slot: number, { track, control, value }: ControlMove, at: number): void {
    const { mixer } = this.#options;
    if (typeof control === "number" || isRoomEffect(control)) return;
    if (control === "volume" || control === "pan")
      mixer.setLevel(slot, control, value, this.#track(track)?.muted ?? false, at);
    else mixer.setEffect(slot, control, value, at);
  }

  #asHeard(track: Track): Track {
    const held = (control: Control) => this.#held.get(keyOf(track.id, control))?.value;
    const effects = TRACK_EFFECTS.flatMap((effect) => {
      const value = held(effect);
      return value === undefined ? [] : [[effect, value] as const];
    });
    const [volume, pan] = [held("volume"), held("pan")];
    if (volume === undefined && pan === undefined && effects.length === 0) return track;
    return {
      ...track,
      volume: volume ?? track.volume,
      pan: pan ?? track.pan,
      effects: { ...track.effects, ...Object.fromEntries(effects) },
    };
  }

  #glide(bus: number, value: number): void {
    const from = this.#buses.get(bus);
    if (from === value) return;
    this.#buses.set(bus, value);
    const { context, engine } = this.#options;
    if (from === undefined) return engine.send(["/c_set", bus, value]);
    const start = context.currentTime + SOON;
    for (let step = 1; step <= GLIDE_STEPS; step++) {
      const share = step / GLIDE_STEPS;
      engine.sendAt(start + share * GLIDE, ["/c_set", bus, from + (value - from) * share]);
    }
  }
}

const keyOf = (track: number, control: Control): string => `${track}:${control}`;

/** Whoever's hand it is, an instrument is given nothing outside its knob's range. */
function within(track: Track | undefined, param: number, value: number): number {
  const instrument = track && instrumentById(track.instrument);
  const name = paramById(param)?.name;
  const range = instrument && name !== undefined ? knobRange(instrument, name) : null;
  return range ? Math.min(range.max, Math.max(range.min, value)) : value;
}
