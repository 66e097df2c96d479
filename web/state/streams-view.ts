/** What the screen knows of sound from and to others. */
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { AirKind } from "#shared/protocol/messages.ts";
import type { Arrival } from "../net/streams/arrival.ts";
import type { Quality } from "../net/streams/opus.ts";
import type { InputDevice, InputProblem } from "../platform-input.ts";
import type { Behind } from "./behind.ts";
import type { Programme } from "./broadcast.ts";
import type { StreamsParts } from "./live-streams.ts";

export interface MyInput {
  readonly label: string;
  readonly headphones: boolean;
  /** "push": open only while it is held. */
  readonly talk: "always" | "push";
  readonly isOpen: boolean;
  /** I hear it myself. */
  readonly monitor: boolean;
}

export interface MyAir {
  readonly mix: boolean;
  readonly input: MyInput | null;
  /** My mix carries my input too. */
  readonly mixHasInput: boolean;
  /** The tracks that my mix carries; null: all of them. */
  readonly parts: readonly number[] | null;
  readonly quality: Quality;
}

/** An input that is being tried in the dialogue: nobody hears it. */
export type Trial =
  | { readonly kind: "closed" }
  | { readonly kind: "opening" }
  | { readonly kind: "refused"; readonly problem: InputProblem }
  | {
      readonly kind: "open";
      readonly device: InputDevice;
      readonly channels: number;
      readonly devices: readonly InputDevice[];
      readonly headphones: boolean;
    };

export interface OtherStream {
  readonly actor: number;
  readonly kind: AirKind;
  readonly name: string;
  readonly color: number;
  /** A mix of some parts alone. */
  readonly isParts: boolean;
  /** It arrives. */
  readonly flows: boolean;
  /** Of an input: linear, 0 to 1. */
  readonly volume: number;
  readonly muted: boolean;
  /** Waits longer, and has fewer gaps. */
  readonly steady: boolean;
  readonly arrival: Arrival;
  /** How far it is behind my own rendering of the same; null before it is known. */
  readonly behind: Behind | null;
}

/** Whose mix is heard in place of mine, or of some parts of mine; "waiting": mine is still heard. */
export interface Ears {
  readonly actor: number;
  readonly name: string;
  readonly color: number;
  readonly isParts: boolean;
  readonly state: "waiting" | "heard";
}

/** What I send. */
export interface MyStreamsView {
  readonly air: ReadonlySignal<MyAir>;
  readonly trial: ReadonlySignal<Trial>;
  sendMix(on: boolean): void;
  setQuality(quality: Quality): void;
  setMixHasInput(has: boolean): void;
  /** What my mix carries; null: all parts. */
  setParts(parts: readonly number[] | null): void;
  /** The parts that are mine at first: those of which I wrote most notes. */
  myParts(): readonly number[];
  /** Opens a device for the dialogue, or another one; null asks for any. */
  tryInput(deviceId: string | null, headphones: boolean): Promise<void>;
  /** Ends the trial, unless it has gone live. */
  endTrial(): void;
  /** The input on trial is heard by the others from now on. */
  goLive(talk: MyInput["talk"], monitor: boolean): void;
  stopInput(): void;
  /** Opens or closes my own input, which is live. */
  setTalking(open: boolean): void;
  setMonitor(on: boolean): void;
  /** Peak, linear: of what is sent, or of the input before its gate. */
  level(of: AirKind | "source"): number;
}

/** What the others send, and what of it I hear. */
export interface OthersStreamsView {
  readonly list: ReadonlySignal<readonly OtherStream[]>;
  readonly ears: ReadonlySignal<Ears | null>;
  /** Peak, linear. */
  level(actor: number, kind: AirKind): number;
  setHeard(actor: number, heard: { volume?: number; muted?: boolean }): void;
  setSteady(actor: number, kind: AirKind, steady: boolean): void;
  /** Hears somebody's mix in place of mine; null: mine again. */
  hear(actor: number | null): void;
}

export interface StreamsView {
  readonly mine: MyStreamsView;
  readonly others: OthersStreamsView;
  /** Who broadcasts to the audience; null while nobody was told to. */
  readonly programme: ReadonlySignal<Programme | null>;
}

/** Where what is fetched late has it. */
export interface StreamsSlot {
  /** Null until `startStreams`. */
  readonly live: Signal<StreamsView | null>;
  /** What it is made of; null while there is no connection. */
  parts(): StreamsParts | null;
}
