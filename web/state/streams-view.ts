/** What the screen knows of sound from and to others. */
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { AirKind } from "#shared/protocol/messages.ts";
import type { Arrival } from "../net/streams/arrival.ts";
import type { Quality } from "../net/streams/opus.ts";
import type { InputDevice, InputProblem } from "../platform-input.ts";
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
  /** It arrives. */
  readonly flows: boolean;
  /** Of an input: linear, 0 to 1. */
  readonly volume: number;
  readonly muted: boolean;
  /** Waits longer, and has fewer gaps. */
  readonly steady: boolean;
  readonly arrival: Arrival;
}

/** Whose mix is heard in place of mine; "waiting": mine is still heard. */
export interface Ears {
  readonly actor: number;
  readonly name: string;
  readonly color: number;
  readonly state: "waiting" | "heard";
}

export interface StreamsView {
  readonly mine: ReadonlySignal<MyAir>;
  readonly trial: ReadonlySignal<Trial>;
  readonly others: ReadonlySignal<readonly OtherStream[]>;
  readonly ears: ReadonlySignal<Ears | null>;
  /** Who broadcasts to the audience; null while nobody was told to. */
  readonly programme: ReadonlySignal<Programme | null>;
  sendMix(on: boolean): void;
  setQuality(quality: Quality): void;
  setMixHasInput(has: boolean): void;
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
  levelOf(actor: number, kind: AirKind): number;
  setHeard(actor: number, heard: { volume?: number; muted?: boolean }): void;
  setSteady(actor: number, kind: AirKind, steady: boolean): void;
  /** Hears somebody's mix in place of mine; null: mine again. */
  hear(actor: number | null): void;
  /** As a leader; null lets the room choose. */
  chooseBroadcaster(actor: number | null): void;
  /** As a leader. */
  muteInput(actor: number): void;
}

/** Where a session has it. */
export interface StreamsSlot {
  /** Null until `startStreams` has been fetched, with what else lies over the score. */
  readonly live: Signal<StreamsView | null>;
  /** What it is made of; null while there is no connection. */
  parts(): StreamsParts | null;
}
