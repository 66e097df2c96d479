/**
 * The words of the document: registers, stamps, writes and deltas. A delta is one command of one
 * actor, one logical message; `codec.ts` gives its bytes and `document.ts` the rule of merging.
 */
import type { RoomEffect, TrackEffect } from "../music/effects.ts";
import type { Chain, ScenePatterns } from "../music/model.ts";
import type { Staged } from "../music/staged.ts";
import type { Timeline } from "../music/timeline.ts";

/** Hybrid logical clock: room time in whole ms, then counter, then actor. */
export interface Stamp {
  readonly time: number;
  readonly counter: number;
  readonly actor: number;
}

/** The track's own fields, written one by one. The order is the wire's: append only. */
export const TRACK_FIELDS = [
  "alive",
  "name",
  "instrument",
  "order",
  "volume",
  "pan",
  "muted",
  "pattern",
  "shape",
  "padX",
  "padY",
] as const;
export type TrackField = (typeof TRACK_FIELDS)[number];

/** The room's fields. The order is the wire's: append only. */
export const ROOM_FIELDS = ["transport", "swing", "scale", "root", "name"] as const;
export type RoomField = (typeof ROOM_FIELDS)[number];

/** What a scene remembers, and what it is called. */
export type SceneField = "patterns" | "name";

/** The room's settings, of the room class: written by actor 0 alone. The order is the wire's: append only. */
export const SETTINGS = ["lock"] as const;
export type Setting = (typeof SETTINGS)[number];

/** What a leader changes on a bar line, of the room class too. The order is the wire's: append only. */
export const CONTROLS = ["polarity", "silence", "launch"] as const;
export type Control = (typeof CONTROLS)[number];

/** What a leader has done last, of the room class too: see `Conducted`. The order is the wire's: append only. */
export const DEEDS = ["polarity", "silence", "launch", "tempo", "lock", "follow", "lead"] as const;
export type Deed = (typeof DEEDS)[number];

/**
 * Who did it, as an actor, and what it was: polarity −1 as 1 and silence, 1 or 0; 1 + the scene, 0 for none; a
 * tempo in hundredths and bars; lock 1 or 0, and the track where it is one; a view (`room/shown-view.ts`), and
 * nothing when following is over; the actor to whom the lead went. Whole numbers, 8 at most.
 */
export type Conducted = readonly number[];

export type RegisterKey =
  | {
      readonly kind: "note";
      readonly track: number;
      readonly pattern: number;
      readonly step: number;
      readonly pitch: number;
    }
  /** Cells of this pattern whose stamp is at or below the floor's read empty. Its value is null. */
  | { readonly kind: "floor"; readonly track: number; readonly pattern: number }
  | { readonly kind: "length"; readonly track: number; readonly pattern: number }
  | { readonly kind: "track"; readonly track: number; readonly field: TrackField }
  /** `param` is the wire id of a synth parameter in `music/params.ts`. */
  | { readonly kind: "param"; readonly track: number; readonly param: number }
  | { readonly kind: "effect"; readonly track: number; readonly effect: TrackEffect }
  | { readonly kind: "roomEffect"; readonly effect: RoomEffect }
  | { readonly kind: "room"; readonly field: RoomField }
  | { readonly kind: "scene"; readonly scene: number; readonly field: SceneField }
  | { readonly kind: "chain" }
  | { readonly kind: "setting"; readonly setting: Setting }
  /** Its value is a `Staged`: polarity 0 or 1 for inverted, silence 0 or 1, launch 0 or 1 + the scene that is called. */
  | { readonly kind: "control"; readonly control: Control }
  /** A leader has locked the track; of the room class. */
  | { readonly kind: "trackLock"; readonly track: number }
  /** Its value is a `Conducted`: the server's deltas name nobody, and this says whose doing they are. */
  | { readonly kind: "conducted"; readonly deed: Deed };

export type NoteKey = RegisterKey & { readonly kind: "note" };

export interface NoteValue {
  readonly velocity: number;
  readonly gate: number;
  readonly probability: number;
  readonly ratchet: number;
}

/** null is "empty". Which shape stands under which key is the codec's to hold. */
export type RegisterValue =
  | null
  | number
  | boolean
  | string
  | NoteValue
  | Timeline
  | ScenePatterns
  | Chain
  | Staged
  | Conducted;

export interface Write {
  readonly key: RegisterKey;
  readonly value: RegisterValue;
}

export interface Delta {
  /** Who wrote it; 0 is the server. Taken from the connection, never from the message. */
  readonly actor: number;
  /** 1, 2, 3 … for each actor, without gaps. */
  readonly seq: number;
  /** All writes of a delta share one stamp; `stamp.actor === actor`. */
  readonly stamp: Stamp;
  readonly writes: readonly Write[];
}
