/** What the screen knows of hands: on their way to an edit, on a control, and playing live. */
import type { ReadonlySignal } from "@preact/signals";
import type { LiveCounts } from "#shared/live/jitter-buffer.ts";
import type { DelayChoice } from "#shared/live/playout-delay.ts";
import type { Place } from "#shared/protocol/messages.ts";
import type { LiveNotes } from "./live-notes.ts";

/** Another person's hand on its way to an edit. */
export interface Approach {
  readonly actor: number;
  readonly name: string;
  readonly color: number;
  readonly at: Place;
}

export interface PresenceView {
  /** Who moved last stands last. */
  readonly others: ReadonlySignal<readonly Approach[]>;
  /** Where my hand is, as often as it moves; null for nowhere. */
  move(at: Place | null): void;
}

/** How long others' hands wait until they are heard, and what became of their frames. */
export interface HandDelayView {
  readonly choice: ReadonlySignal<DelayChoice>;
  /** Kept for this browser. */
  choose(choice: DelayChoice): void;
  /** What a fixed delay can be, seconds. */
  readonly fixed: { readonly min: number; readonly max: number };
  /** Seconds, as it is now, of the hand that waits longest; null while nobody has moved anything. */
  readonly delay: number | null;
  readonly counts: LiveCounts;
}

/** A key that sounds because somebody plays it live. */
export interface LiveKey {
  readonly track: number;
  readonly pitch: number;
  /** Null: me. */
  readonly by: string | null;
  /** 0 to 15; null for nobody known. */
  readonly color: number | null;
}

/** Notes played live: mine, and the others' as they are heard. */
export interface NotesView {
  readonly sounding: ReadonlySignal<readonly LiveKey[]>;
  /** What I play while the music plays is written into the pattern. */
  readonly recording: ReadonlySignal<boolean>;
  setRecording(on: boolean): void;
  /** `at`: when the key went down, an instant of `performance.now()` in ms. Null: it sounds; else why not, in words. */
  press(key: { readonly track: number; readonly pitch: number }, velocity: number, at: number): string | null;
  release(key: { readonly track: number; readonly pitch: number }, at: number): void;
  /** All of mine. */
  letGo(): void;
}

/** Hands on a part's controls: `control` is a parameter's name, "volume" or "pan". */
export interface HandsView {
  /** Where somebody else's hand has it, in the control's own unit; null: it stands where the document says. */
  at(track: number, control: string): ReadonlySignal<number | null>;
  /** My hand moves these, all in one frame, heard by everybody. False where that cannot be told just now: dispatch it instead. */
  move(track: number, values: Readonly<Record<string, number>>): boolean;
  /** After the edit that says where they stay. */
  letGo(track: number, ...controls: readonly string[]): void;
  /** Null until the sound is on. */
  readonly delay: ReadonlySignal<HandDelayView | null>;
  /** Null until `fit`. */
  readonly notes: ReadonlySignal<NotesView | null>;
  /** Notes can be played and heard from now on: the code for it is here. */
  fit(code: typeof LiveNotes): void;
}
