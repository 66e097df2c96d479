/**
 * What the screen knows of a jam: signals to read, and calls to make. `session.ts` implements it on
 * the real net and engine; nothing of either is visible here.
 */
import type { ReadonlySignal } from "@preact/signals";
import type { Conducted, Deed } from "#shared/document/delta.ts";
import type { RoomEffect, RoomEffects } from "#shared/music/effects.ts";
import type { Chain, Scene, Track } from "#shared/music/model.ts";
import type { Staged } from "#shared/music/staged.ts";
import type { CommandError, CommandInput } from "#shared/protocol/commands.ts";
import type { LeaderControl } from "#shared/protocol/controls.ts";
import type { ErrorCode } from "#shared/protocol/errors.ts";
import type { ClientMessage, Links, Role, Rung } from "#shared/protocol/messages.ts";
import type { Result } from "#shared/lib/result.ts";
import type { SoundWait } from "../audio/rig.ts";
import type { RoomMessage, Welcome } from "../net/signaling-socket.ts";
import type { Author } from "./jam-signals.ts";
import type { Company } from "./company.ts";
import type { HandsView } from "./hands-view.ts";
import type { HistoryView } from "./history-view.ts";
import type { JamFilesView } from "./jam-files.ts";
import type { Output } from "./outputs.ts";
import type { StreamsSlot } from "./streams-view.ts";
import type { SyncEntry, SyncLogFile, SyncReading } from "./sync-log.ts";

/** Why a page cannot go on; each has its own words and its own button. */
export type EndCode = ErrorCode | "NO_ROOM_IN_LINK" | "SOUND_UNSUPPORTED" | "NEEDS_HTTPS" | "UNREACHABLE";

/** What joining may wait for. */
export type WaitsFor = SoundWait | "room" | "clock";

export type Phase =
  /** No room yet: the landing page. */
  | { readonly kind: "landing" }
  /** The link is open, the score not here yet. */
  | { readonly kind: "connecting" }
  /** The live score behind a veil; "Join the jam" or "Listen" is to be pressed. */
  | { readonly kind: "arriving"; readonly role: Role }
  /** Getting sound ready. `progress` 0 to 1; `waitsFor` is told when it takes long. */
  | { readonly kind: "tuning"; readonly progress: number; readonly waitsFor: WaitsFor | null }
  | { readonly kind: "jamming" }
  | { readonly kind: "ended"; readonly code: EndCode };

export interface Person {
  readonly actor: number;
  readonly member: number;
  readonly name: string;
  /** Two letters for the chip. */
  readonly initials: string;
  /** 0 to 15; from 8 on the same eight colours with a notch. */
  readonly color: number;
  readonly role: Role;
  readonly self: boolean;
  readonly rung: Rung;
  /** Their clock, as they report it; null until they have. Seconds. */
  readonly clock: {
    readonly state: "unlocked" | "locking" | "locked" | "holdover";
    readonly offset: number;
    readonly errorBound: number;
    readonly rtt: number;
  } | null;
  readonly sound: "off" | "starting" | "on" | "interrupted";
  /** Gone; the chip stands outlined for 5 s more. */
  readonly lost: boolean;
}

export interface Cell {
  /** 0 is empty, else 1 to 127. */
  readonly velocity: number;
  /** In steps. */
  readonly gate: number;
  /** 0 to 1. */
  readonly probability: number;
  /** Strikes within the step, 1 to 8. */
  readonly ratchet: number;
  /** Colour of the member who wrote it last, 0 to 15; null for nobody (the room's first pattern). */
  readonly color: number | null;
  /** Name of that member, for the label. */
  readonly by: string | null;
}

/** The jam as signals, one for each place of the screen. */
export interface JamView {
  readonly roomName: ReadonlySignal<string>;
  /**
   * Tracks in their order. The array changes when a track's own fields, length or place do, when a pattern
   * gets its first note or loses its last, and with what the chain lets a track play: not with each note.
   */
  readonly tracks: ReadonlySignal<readonly Track[]>;
  /** One signal a cell, made on demand and kept. */
  cell(track: number, step: number, pitch: number): ReadonlySignal<Cell>;
  /** Pitches that hold a note anywhere in the track's pattern, ascending. */
  pitches(track: number): ReadonlySignal<readonly number[]>;
  /** A parameter of its instrument, or an effect of the track. */
  knob(track: number, name: string): ReadonlySignal<number>;
  readonly roomEffects: ReadonlySignal<RoomEffects>;
  readonly tempo: ReadonlySignal<number>;
  readonly swing: ReadonlySignal<number>;
  readonly scale: ReadonlySignal<{ readonly name: string; readonly root: number }>;
  /** True from the press on, before the first beat is heard. */
  readonly playing: ReadonlySignal<boolean>;
  readonly scenes: ReadonlySignal<readonly Scene[]>;
  readonly chain: ReadonlySignal<Chain>;
}

/** An edit or a transport change by another, to be signed with a flag for 1.2 s. */
export interface Touch {
  /** Changes with every touch, so that the same place twice shows twice. */
  readonly id: number;
  readonly name: string;
  readonly color: number;
  readonly target:
    | { readonly kind: "cell"; readonly track: number; readonly step: number; readonly pitch: number }
    /** `param`: a parameter or an effect of the part. */
    | { readonly kind: "param"; readonly track: number; readonly param: string }
    | { readonly kind: "roomEffect"; readonly effect: RoomEffect }
    | { readonly kind: "track"; readonly track: number }
    | { readonly kind: "scene"; readonly scene: number }
    | { readonly kind: "chain" }
    /** All parts gave way to others. */
    | { readonly kind: "jam" }
    | { readonly kind: "transport"; readonly what: "started" | "stopped" | "tempo" | "swing" };
}

/** What is told in passing. */
export interface NoticesView {
  readonly touch: ReadonlySignal<Touch | null>;
  /** A sentence for the status line ("3 edits by NAME just now", what was skipped in an undo); null for none. */
  readonly notice: ReadonlySignal<string | null>;
}

/** Something on the screen that has a last writer. */
export type Spot =
  | { readonly kind: "cell"; readonly track: number; readonly step: number; readonly pitch: number }
  | { readonly kind: "param"; readonly track: number; readonly param: string }
  | { readonly kind: "field"; readonly track: number; readonly field: "volume" | "pan" }
  | { readonly kind: "roomEffect"; readonly effect: RoomEffect }
  | { readonly kind: "room"; readonly field: "transport" | "swing" };

export interface LastChange {
  /** Null: I did it. */
  readonly by: string | null;
  readonly color: number;
  readonly deed: "set" | "cleared" | "started" | "stopped";
  /** Seconds; null while there is no clock. */
  readonly ago: number | null;
}

/** A write of mine that lost against somebody else's, where it happened. */
export interface ConflictNotice {
  readonly id: number;
  readonly name: string;
  readonly color: number;
  /** Whose value stands and what it is. */
  readonly sentence: string;
  readonly target: Touch["target"];
}

export interface ConflictsView {
  /** Oldest first, three at most; each goes by itself after some seconds. */
  readonly list: ReadonlySignal<readonly ConflictNotice[]>;
  /** Writes mine again. */
  takeBack(id: number): void;
  dismiss(id: number): void;
  /** One that is being looked at stays; null lets it go. */
  hold(id: number | null): void;
}

/** The way to the room, for what is fetched late and speaks to it for itself (`company.ts`). */
export interface Wire {
  /** Told of each message of the server's, its welcomes too. Returns the end of it. */
  on(listener: (message: RoomMessage | Welcome) => void): () => void;
  /** False where it did not go out. */
  send(message: ClientMessage): boolean;
  /** The newest; null before the first. */
  welcome(): Welcome | null;
  roomNow(): number | null;
  author(actor: number): Author | null;
  /** A sentence for the status line. */
  say(sentence: string): void;
}

/** What a leader conducts. */
export interface ConductedState {
  /** 1 is upside down. */
  readonly polarity: Staged;
  /** 1 is silent. */
  readonly silence: Staged;
  /** 1 + the scene that is called; 0 for none. */
  readonly launch: Staged;
  /** All editing, for everybody but leaders. */
  readonly locked: boolean;
  /** The last ramp, over or not. */
  readonly ramp: { readonly fromBeat: number; readonly beats: number; readonly to: number } | null;
  /** Who did each of these last, and what it was; empty for nobody. */
  readonly deeds: Readonly<Partial<Record<Deed, Conducted>>>;
}

export interface ConductingView {
  readonly state: ReadonlySignal<ConductedState>;
  /** As a leader; what is refused is said on the status line. */
  conduct(control: LeaderControl): void;
  /** Whoever is or was here as this actor; null for nobody who is known. */
  who(actor: number): { readonly name: string; readonly color: number; readonly isMe: boolean } | null;
  /** On the status line. */
  say(sentence: string): void;
}

/** Where the music is *heard* to be at an instant. */
export interface Heard {
  /** Beats since the start; negative during the count-in. */
  readonly beat: number;
  readonly tempo: number;
  readonly running: boolean;
}

/** What is heard here. */
export interface PlayerView {
  /** The heard position at `performanceNow` (ms); the baton asks it. */
  heard(performanceNow: number): Heard;
  /** Told for each note about to be heard; `at` is a `performance.now()` instant in ms. Returns the end of it. */
  onSounding(
    listener: (note: { track: number; step: number; pitch: number; at: number }) => void,
  ): () => void;
  /** Peak of the last frame, linear, 0 to 1.5. `track` null is the room mix. */
  level(track: number | null): number;
  /** Sounds a note for me alone, at once. */
  audition(track: number, pitch: number, velocity: number): void;
}

export interface MyMix {
  readonly muted: boolean;
  readonly solo: boolean;
}

/** What I hear in a way of my own: nobody else hears or sees it. */
export interface MyMixView {
  of(track: number): ReadonlySignal<MyMix>;
  set(track: number, change: Partial<MyMix>): void;
  /** Linear, 0 to 1. */
  readonly volume: ReadonlySignal<number>;
  setVolume(volume: number): void;
  readonly metronome: ReadonlySignal<boolean>;
  setMetronome(on: boolean): void;
  readonly countIn: ReadonlySignal<boolean>;
  setCountIn(on: boolean): void;
}

export interface SoundStatus {
  readonly state: "off" | "starting" | "running" | "interrupted" | "failed";
  /** In words, where it is interrupted or failed. */
  readonly cause: string | null;
}

/** How one comes in, and comes to hear. The calls make and resume the AudioContext: in a gesture's own handler. */
export interface EntranceView {
  readonly phase: ReadonlySignal<Phase>;
  readonly sound: ReadonlySignal<SoundStatus>;
  createJam(): void;
  join(): void;
  /** After an interruption, too. */
  soundOn(): void;
}

/** How well this browser is in sync, and what can be done about its speakers. */
export interface SyncView {
  /** Made anew twice a second. */
  readonly reading: ReadonlySignal<SyncReading>;
  /** One a second, oldest first, ten minutes at most. */
  readonly entries: ReadonlySignal<readonly SyncEntry[]>;
  /** Seconds since the page was opened, as in the entries. */
  now(): number;
  readonly output: ReadonlySignal<Output>;
  /** The output is, or may be, another than the trim was set for. */
  readonly outputChanged: ReadonlySignal<boolean>;
  /** That the output changed has been read. */
  setSeen(): void;
  /** Seconds by which my speakers are later than the device says; kept for this output. */
  readonly trim: ReadonlySignal<number>;
  setTrim(seconds: number): void;
  /** The log for a file. */
  file(): SyncLogFile;
}

/** Whether the work is safe. */
export interface ConnectionState {
  /**
   * "saved": every own edit is on the server's disk. "saving": one is on its way there. "offline": no server,
   * edits wait. "full": the server is there and its disk takes no edits, so that they wait too.
   */
  readonly state: "saved" | "saving" | "offline" | "full";
  /** Own edits that the server has not confirmed. */
  readonly waiting: number;
  /** Those outlive this page: this browser keeps them. */
  readonly kept: boolean;
}

/** What a jam can do besides being played. */
export interface LateView {
  readonly files: JamFilesView;
  readonly history: HistoryView;
  readonly company: Company;
  readonly streams: StreamsSlot;
}

export interface SessionView {
  readonly sync: SyncView;
  /** Null until it has been fetched. */
  readonly late: ReadonlySignal<LateView | null>;
  /** Rejects where the server is away and the browser has not kept it. */
  fetchLate(): Promise<LateView>;
  readonly conflicts: ConflictsView;
  readonly wire: Wire;
  readonly hands: HandsView;
  readonly conducting: ConductingView;
  readonly entrance: EntranceView;
  readonly jam: JamView;
  readonly player: PlayerView;
  readonly myMix: MyMixView;
  readonly role: ReadonlySignal<Role>;
  /** Another tab of this browser is in this room: two would sound twice. */
  readonly openElsewhere: ReadonlySignal<boolean>;
  readonly links: ReadonlySignal<Links | null>;
  readonly people: ReadonlySignal<readonly Person[]>;
  readonly connection: ReadonlySignal<ConnectionState>;
  readonly notices: NoticesView;

  /** Who last changed what stands there, as of now; null for nobody. */
  lastChange(spot: Spot): LastChange | null;
  /** The rung that all edits come by now, for a moment after it has become another one. */
  readonly rungNotice: ReadonlySignal<Rung | null>;

  dispatch(command: CommandInput): Result<null, CommandError>;
  /** What is dispatched until the returned end is called is one entry of undo: a painted row, a turned knob. */
  gesture(): () => void;
  undo(): void;
  redo(): void;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;

  setProfile(profile: { name?: string; color?: number }): void;
}
