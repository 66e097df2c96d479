/**
 * A jam without a server or an engine, for looking at the screen: notes in memory, a baton that moves
 * with the page's clock, and people who drift, touch knobs and write notes. Never part of the build.
 */
import { computed, signal, type Signal } from "@preact/signals";
import {
  DEFAULT_ROOM_EFFECTS,
  isTrackEffect,
  nearestValue,
  NO_EFFECTS,
  type RoomEffects,
} from "#shared/music/effects.ts";
import { instrumentById } from "#shared/music/instruments.ts";
import { isLevel } from "#shared/music/levels.ts";
import { type Chain, type Scene, type Track, OWN_PAD, UNCONDUCTED } from "#shared/music/model.ts";
import { JamDocument } from "#shared/document/document.ts";
import { Company } from "../../state/company.ts";
import { Conducting } from "../../state/conducting.ts";
import type { CommandError, CommandInput } from "#shared/protocol/commands.ts";
import type { Links, Role, Rung } from "#shared/protocol/messages.ts";
import { ok, type Result } from "#shared/lib/result.ts";
import type {
  Cell,
  ConnectionState,
  Heard,
  LastChange,
  MyMix,
  Person,
  Phase,
  LateView,
  SessionView,
  SoundStatus,
  Spot,
  Touch,
  Wire,
} from "../../state/view.ts";
import type { FileNews } from "../../state/jam-files.ts";
import { DemoFiles } from "./demo-files.ts";
import { type DemoNote, demoTracks } from "./demo-score.ts";
import { DemoHistory, type DemoHistoryOptions } from "./demo-history.ts";
import { DemoConflicts, demoWire, LOST, NEAR, NO_HANDS } from "./demo-hands.ts";
import { DemoSync, type DemoSyncOptions } from "./demo-sync.ts";

const EMPTY: Cell = { velocity: 0, gate: 1, probability: 1, ratchet: 1, color: null, by: null };
const NAMES = ["Ada", "Viola", "Ben", "Harp", "Mira", "Oboe", "Jun", "Rosa"];

const person = (index: number, extra: Partial<Person> = {}): Person => ({
  actor: index + 1,
  member: index + 1,
  name: NAMES[index] ?? `P${index}`,
  initials: (NAMES[index] ?? "PP").slice(0, 2).toUpperCase(),
  color: [0, 3, 4, 7, 2, 5, 6, 1][index] ?? index,
  role: "performer",
  self: index === 0,
  rung: "mesh",
  clock: {
    state: "locked",
    offset: [0.0004, -0.0019, 0.0031, 0.011][index] ?? 0,
    errorBound: [0.001, 0.003, 0.002, 0.008][index] ?? 0.002,
    rtt: 0.02,
  },
  sound: "on",
  lost: false,
  ...extra,
});

export interface DemoOptions {
  readonly phase: Phase;
  readonly role?: Role;
  readonly alone?: boolean;
  readonly empty?: boolean;
  readonly held?: boolean;
  readonly lost?: boolean;
  readonly sound?: SoundStatus;
  readonly playing?: boolean;
  /** Somebody else edits every now and then. */
  readonly lively?: boolean;
  readonly sync?: DemoSyncOptions;
  readonly news?: FileNews | undefined;
  /** Others' hands, and writes of mine that lost. */
  readonly met?: boolean;
  readonly history?: DemoHistoryOptions;
}

export class DemoSession implements SessionView {
  readonly phase;
  readonly role;
  readonly openElsewhere = signal(false);
  readonly roomName = signal("Late Rehearsal");
  readonly links: Signal<Links | null> = signal({
    leader: `${location.origin}/r/k3J9q#leader-token-that-is-long`,
    performer: `${location.origin}/r/k3J9q#performer-token-that-is-long`,
    listener: `${location.origin}/l/k3J9q#listener-token-that-is-long`,
  });
  readonly people;
  readonly sync: DemoSync;
  readonly late: Signal<LateView>;
  readonly conflicts: DemoConflicts;
  readonly wire: Wire;
  readonly hands = NO_HANDS;
  readonly streams = { live: signal(null), parts: () => null };
  readonly conducting = new Conducting({
    document: () => new JamDocument(0),
    author: () => null,
    isMe: () => false,
    ask: () => null,
    say: () => undefined,
  });
  readonly connection;
  readonly tracks: Signal<readonly Track[]>;
  readonly tempo = signal(124);
  readonly swing = signal(54);
  readonly scale = signal({ name: "minor", root: 0 });
  readonly playing = signal(false);
  readonly scenes = signal<readonly Scene[]>([]);
  readonly roomEffects = signal<RoomEffects>(DEFAULT_ROOM_EFFECTS);
  readonly chain = signal<Chain>({ on: false, entries: [] });
  readonly touch = signal<Touch | null>(null);
  readonly notice = signal<string | null>(null);
  readonly rungNotice = signal<Rung | null>(null);
  readonly canUndo = signal(false);
  readonly canRedo = signal(false);
  readonly sound;
  readonly volume = signal(0.8);
  readonly metronome = signal(false);
  readonly countIn = signal(true);

  readonly #cells = new Map<string, Signal<Cell>>();
  readonly #params = new Map<string, Signal<number>>();
  readonly #pitches = new Map<number, Signal<readonly number[]>>();
  readonly #mixes = new Map<number, Signal<MyMix>>();
  readonly #levels = new Map<number, { at: number; velocity: number }>();
  readonly #undo: (() => void)[] = [];
  readonly #redo: (() => void)[] = [];
  #startedAt = 0;
  #touches = 0;

  constructor(options: DemoOptions) {
    this.phase = signal<Phase>(options.phase);
    this.role = signal<Role>(options.role ?? "leader");
    const band = options.alone ? 1 : 4;
    this.people = signal<readonly Person[]>(
      Array.from({ length: band }, (_, index) =>
        person(index, options.lost && index === 2 ? { lost: true } : index === 3 ? { rung: "sfu" } : {}),
      ),
    );
    this.wire = demoWire(options.met ? NEAR : [], []);
    this.late = signal<LateView>({
      files: new DemoFiles(options.news ?? null),
      history: new DemoHistory(options.history),
      company: new Company(this),
    });
    this.sync = new DemoSync(this.people, { state: options.held ? "holdover" : "locked", ...options.sync });
    this.conflicts = new DemoConflicts(options.met ? LOST : []);
    this.connection = signal<ConnectionState>(
      options.held
        ? { state: "offline", waiting: 3, kept: true }
        : { state: "saved", waiting: 0, kept: true },
    );
    this.sound = signal<SoundStatus>(options.sound ?? { state: "running", cause: null });
    const score = demoTracks();
    this.tracks = signal(score.map(({ track }) => track));
    for (const { track, notes } of score) {
      const kept = options.empty && (track.name === "Lead" || track.name === "Clap") ? [] : notes;
      for (const note of kept) this.#put(track.id, note);
    }
    this.#read();
    if (options.playing) this.#start();
    if (options.lively) this.#liven();
  }

  readonly #read = (): void => {
    for (const track of this.tracks.value) this.#pitchesOf(track.id).value = this.#pitchesNow(track.id);
  };

  #put(track: number, note: DemoNote): void {
    const by =
      note.color === null
        ? null
        : (this.people.value.find((each) => each.color === note.color)?.name ?? null);
    this.#cell(track, note.step, note.pitch).value = {
      velocity: note.velocity,
      gate: note.gate,
      probability: 1,
      ratchet: 1,
      color: note.color,
      by,
    };
  }

  #cell(track: number, step: number, pitch: number): Signal<Cell> {
    const key = `${track}:${step}:${pitch}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = signal(EMPTY);
      this.#cells.set(key, cell);
    }
    return cell;
  }

  cell(track: number, step: number, pitch: number) {
    return this.#cell(track, step, pitch);
  }

  #pitchesNow(track: number): readonly number[] {
    const found = new Set<number>();
    for (const [key, cell] of this.#cells) {
      const [id, , pitch] = key.split(":").map(Number);
      if (id === track && pitch !== undefined && cell.peek().velocity > 0) found.add(pitch);
    }
    return [...found].toSorted((a, b) => a - b);
  }

  #pitchesOf(track: number): Signal<readonly number[]> {
    let pitches = this.#pitches.get(track);
    if (pitches === undefined) {
      pitches = signal(this.#pitchesNow(track));
      this.#pitches.set(track, pitches);
    }
    return pitches;
  }

  pitches(track: number) {
    return this.#pitchesOf(track);
  }

  param(track: number, param: string) {
    const key = `${track}:${param}`;
    let value = this.#params.get(key);
    if (value === undefined) {
      const found = this.tracks.peek().find((each) => each.id === track);
      value = signal((isTrackEffect(param) ? found?.effects[param] : found?.params[param]) ?? 0);
      this.#params.set(key, value);
    }
    return value;
  }

  lastChange(spot: Spot): LastChange | null {
    if (spot.kind !== "cell") return { by: "Viola", color: 3, deed: "set", ago: 130 };
    const { by, color } = this.cell(spot.track, spot.step, spot.pitch).peek();
    return by === null || color === null ? null : { by, color, deed: "set", ago: 20 };
  }

  heard(performanceNow: number): Heard {
    const tempo = this.tempo.peek();
    if (!this.playing.peek()) return { beat: 0, tempo, running: false };
    return { beat: ((performanceNow - this.#startedAt) / 60_000) * tempo, tempo, running: true };
  }

  onSounding(listener: (note: { track: number; step: number; pitch: number; at: number }) => void) {
    let told = -1;
    const timer = setInterval(() => {
      const now = performance.now();
      const { beat, tempo, running } = this.heard(now + 100);
      if (!running || beat < 0) {
        told = -1;
        return;
      }
      const step = Math.floor(beat * 4);
      if (step === told) return;
      told = step;
      const at = this.#startedAt + (step / 4 / tempo) * 60_000;
      for (const track of this.tracks.peek()) {
        const length = track.pattern.length;
        for (const pitch of this.#pitchesNow(track.id)) {
          const velocity = this.#cell(track.id, step % length, pitch).peek().velocity;
          if (velocity === 0 || track.muted) continue;
          this.#levels.set(track.id, { at, velocity });
          listener({ track: track.id, step: step % length, pitch, at });
        }
      }
    }, 20);
    return () => clearInterval(timer);
  }

  level(track: number | null): number {
    if (track === null) return Math.max(0, ...this.tracks.peek().map((each) => this.level(each.id)));
    const last = this.#levels.get(track);
    if (last === undefined) return 0;
    const age = performance.now() - last.at;
    return age < 0 ? 0 : (last.velocity / 127) * 0.8 * Math.exp(-age / 180);
  }

  dispatch(command: CommandInput): Result<null, CommandError> {
    if (command.type === "NOTE_TOGGLE" || command.type === "NOTE_SET") {
      const cell = this.#cell(command.track, command.step, command.pitch);
      const before = cell.peek();
      const velocity =
        command.type === "NOTE_SET" ? command.velocity : before.velocity > 0 ? 0 : (command.velocity ?? 100);
      const gate = command.type === "NOTE_SET" ? (command.gate ?? 1) : 1;
      const after: Cell =
        velocity === 0
          ? EMPTY
          : {
              velocity,
              gate,
              probability: command.type === "NOTE_SET" ? (command.probability ?? 1) : 1,
              ratchet: command.type === "NOTE_SET" ? (command.ratchet ?? 1) : 1,
              color: this.#me.color,
              by: this.#me.name,
            };
      this.#do(
        () => this.#show(cell, command.track, after),
        () => this.#show(cell, command.track, before),
      );
    } else if (command.type === "PARAM_SET") this.param(command.track, command.param).value = command.value;
    else if (command.type === "EFFECT_SET")
      this.param(command.track, command.effect).value = nearestValue(command.effect, command.value);
    else if (command.type === "CONTROLS_SET") {
      for (const [name, value] of Object.entries(command.values))
        if (isLevel(name)) this.#track({ type: "TRACK_SET", track: command.track, [name]: value });
        else this.param(command.track, name).value = value;
    } else if (command.type === "ROOM_EFFECT_SET")
      this.roomEffects.value = {
        ...this.roomEffects.value,
        [command.effect]: nearestValue(command.effect, command.value),
      };
    else if (command.type === "TEMPO_SET") this.#retempo(command.tempo);
    else if (command.type === "SWING_SET") this.swing.value = command.swing;
    else if (command.type === "PLAYBACK_START") this.#start();
    else if (command.type === "PLAYBACK_STOP") this.playing.value = false;
    else if (command.type === "ROOM_SET") {
      if (command.name !== undefined) this.roomName.value = command.name;
      const { name, root } = this.scale.value;
      this.scale.value = { name: command.scale ?? name, root: command.root ?? root };
    } else this.#track(command);
    this.connection.value = { state: "saving", waiting: 1, kept: true };
    setTimeout(() => {
      this.connection.value = { state: "saved", waiting: 0, kept: true };
    }, 200);
    return ok(null);
  }

  #track(command: CommandInput): void {
    const tracks = this.tracks.value;
    if (command.type === "TRACK_REMOVE") {
      const gone = tracks.find((each) => each.id === command.track);
      this.tracks.value = tracks.filter((each) => each.id !== command.track);
      this.notice.value = `${gone?.name ?? "A part"} is removed.`;
      this.#do(
        () => undefined,
        () => {
          this.tracks.value = tracks;
        },
      );
    } else if (command.type === "TRACK_SET") {
      const { type: _, track: id, before: __, ...fields } = command;
      const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      this.tracks.value = tracks.map((each) => (each.id === id ? { ...each, ...set } : each));
    } else if (command.type === "LENGTH_SET") {
      this.tracks.value = tracks.map((each) =>
        each.id === command.track ? { ...each, pattern: { ...each.pattern, length: command.length } } : each,
      );
    } else if (command.type === "TRACK_ADD") {
      const instrument = instrumentById(command.instrument);
      if (instrument === undefined) return;
      const id = Math.max(0, ...tracks.map((each) => each.id)) + 1;
      const params = Object.fromEntries(instrument.knobs.map((knob) => [knob.param, knob.default]));
      const mix = { shape: (id - 1) % 16, volume: 0.8, pan: 0, muted: false };
      const rest = {
        ...mix,
        patternIndex: 0,
        filled: [],
        turns: [],
        ...UNCONDUCTED,
        ...OWN_PAD,
        params,
        effects: NO_EFFECTS,
      };
      const name = command.name ?? instrument.label;
      this.tracks.value = [
        ...tracks,
        { id, name, instrument: instrument.id, pattern: { length: 16, notes: [] }, ...rest },
      ];
    }
  }

  #show(cell: Signal<Cell>, track: number, value: Cell): void {
    cell.value = value;
    this.#pitchesOf(track).value = this.#pitchesNow(track);
  }

  #do(forward: () => void, back: () => void): void {
    forward();
    this.#undo.push(() => {
      back();
      this.#redo.push(() => this.#do(forward, back));
    });
    this.canUndo.value = true;
  }

  undo(): void {
    this.#undo.pop()?.();
    this.canUndo.value = this.#undo.length > 0;
    this.canRedo.value = this.#redo.length > 0;
  }

  redo(): void {
    this.#redo.pop()?.();
    this.canRedo.value = this.#redo.length > 0;
  }

  gesture(): () => void {
    return () => undefined;
  }

  #start(): void {
    if (this.playing.peek()) return;
    const lead =
      this.countIn.peek() && this.phase.peek().kind === "jamming" ? 4 * (60_000 / this.tempo.peek()) : 200;
    this.#startedAt = performance.now() + lead;
    this.playing.value = true;
  }

  #retempo(tempo: number): void {
    const now = performance.now();
    const { beat } = this.heard(now);
    this.tempo.value = tempo;
    this.#startedAt = now - (beat / tempo) * 60_000;
  }

  readonly #self = computed(() => this.people.value.find((each) => each.self) ?? person(0));
  get #me(): Person {
    return this.#self.value;
  }

  fetchLate(): Promise<LateView> {
    return Promise.resolve(this.late.value);
  }

  createJam(): void {
    this.join();
  }

  join(): void {
    let progress = 0;
    this.phase.value = { kind: "tuning", progress, waitsFor: "engine" };
    const timer = setInterval(() => {
      progress += 0.1;
      this.phase.value =
        progress >= 1 ? { kind: "jamming" } : { kind: "tuning", progress, waitsFor: "engine" };
      if (progress >= 1) clearInterval(timer);
    }, 100);
  }

  soundOn(): void {
    this.sound.value = { state: "running", cause: null };
  }

  setProfile(profile: { name?: string; color?: number }): void {
    this.people.value = this.people.value.map((each) =>
      each.self
        ? { ...each, ...profile, initials: (profile.name ?? each.name).slice(0, 2).toUpperCase() }
        : each,
    );
  }

  myMix(track: number) {
    return this.#mix(track);
  }

  #mix(track: number): Signal<MyMix> {
    let mix = this.#mixes.get(track);
    if (mix === undefined) {
      mix = signal({ muted: false, solo: false });
      this.#mixes.set(track, mix);
    }
    return mix;
  }

  setMyMix(track: number, mix: Partial<MyMix>): void {
    const signalOf = this.#mix(track);
    signalOf.value = { ...signalOf.value, ...mix };
  }

  setVolume(volume: number): void {
    this.volume.value = volume;
  }

  setMetronome(on: boolean): void {
    this.metronome.value = on;
  }

  setCountIn(on: boolean): void {
    this.countIn.value = on;
  }

  audition(track: number, _pitch: number, velocity: number): void {
    this.#levels.set(track, { at: performance.now(), velocity });
  }

  /** The others play: a note every two seconds, a knob now and then, clocks that wander. */
  #liven(): void {
    let turn = 0;
    setInterval(() => {
      const other = this.people.peek().filter((each) => !each.self && !each.lost)[turn % 2];
      const track = this.tracks.peek()[turn % Math.max(1, this.tracks.peek().length)];
      if (other === undefined || track === undefined) return;
      turn++;
      const id = ++this.#touches;
      const signed = { id, name: other.name, color: other.color };
      const pitch = this.#pitchesNow(track.id)[0] ?? instrumentById(track.instrument)?.pitch ?? 60;
      const step = (turn * 5) % track.pattern.length;
      const cell = this.#cell(track.id, step, pitch);
      const velocity = cell.peek().velocity > 0 ? 0 : 100;
      this.#show(
        cell,
        track.id,
        velocity === 0 ? EMPTY : { ...EMPTY, velocity, color: other.color, by: other.name },
      );
      this.touch.value = { ...signed, target: { kind: "cell", track: track.id, step, pitch } };
      this.notice.value = `${turn} ${turn === 1 ? "edit" : "edits"} by ${other.name} just now`;
    }, 2_000);
    setInterval(() => {
      this.people.value = this.people.peek().map((each, index) =>
        each.clock === null
          ? each
          : {
              ...each,
              clock: {
                ...each.clock,
                offset: each.clock.offset + Math.sin(performance.now() / 900 + index * 2) * 0.0004,
              },
            },
      );
    }, 1_000);
  }
}
