/**
 * The document as signals: one a cell and one a parameter, so that an edit repaints what it changed
 * and nothing else. Signals are made when the screen first asks and kept; `updateCells` and `update` are told
 * the registers that changed and touch only theirs.
 */
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { NoteValue, RegisterKey } from "#shared/document/delta.ts";
import { knobOf } from "#shared/document/keys.ts";
import type { JamDocument } from "#shared/document/document.ts";
import { DEFAULT_ROOM_EFFECTS, isTrackEffect, type RoomEffects } from "#shared/music/effects.ts";
import type { Chain, Jam, Scene, Track, Turn } from "#shared/music/model.ts";
import { isPlaying, tempoAt } from "#shared/music/timeline.ts";
import type { RoomTime } from "#shared/time/instants.ts";
import type { Cell, JamView } from "./view.ts";

export interface Author {
  readonly name: string;
  readonly color: number;
}

export interface JamSignalsOptions {
  /** What is on the screen: the present, or a moment of the past. */
  readonly shown: () => JamDocument;
  /** What is heard here, whatever is shown. */
  readonly jam: () => Jam;
  readonly author: (actor: number) => Author | null;
  /** Null while there is no room time. */
  readonly roomNow: () => RoomTime | null;
}

const EMPTY: Cell = { velocity: 0, gate: 1, probability: 1, ratchet: 1, color: null, by: null };

/** Cells of one track by `step * 128 + pitch`. */
type TrackCells = Map<number, Signal<Cell>>;

export class JamSignals implements JamView {
  readonly #options: JamSignalsOptions;
  readonly #cells = new Map<number, TrackCells>();
  /** Parameters and effects of tracks: their names are different. */
  readonly #knobs = new Map<string, Signal<number>>();
  readonly #pitches = new Map<number, Signal<readonly number[]>>();

  readonly tracks = signal<readonly Track[]>([]);
  readonly roomName = signal("");
  readonly tempo = signal(120);
  readonly swing = signal(50);
  readonly scale = signal<{ readonly name: string; readonly root: number }>({ name: "minor", root: 0 });
  readonly playing = signal(false);
  readonly scenes = signal<readonly Scene[]>([]);
  readonly roomEffects = signal<RoomEffects>(DEFAULT_ROOM_EFFECTS);
  readonly chain = signal<Chain>({ on: false, entries: [] });

  constructor(options: JamSignalsOptions) {
    this.#options = options;
  }

  cell(track: number, step: number, pitch: number): ReadonlySignal<Cell> {
    const cells = this.#cells.get(track) ?? new Map<number, Signal<Cell>>();
    this.#cells.set(track, cells);
    const id = step * 128 + pitch;
    let cell = cells.get(id);
    if (!cell) {
      cell = signal(this.#readCell(this.#track(track), step, pitch));
      cells.set(id, cell);
    }
    return cell;
  }

  pitches(track: number): ReadonlySignal<readonly number[]> {
    let pitches = this.#pitches.get(track);
    if (!pitches) {
      pitches = signal(readPitches(this.#track(track)));
      this.#pitches.set(track, pitches);
    }
    return pitches;
  }

  knob(track: number, name: string): ReadonlySignal<number> {
    const id = `${track}.${name}`;
    let value = this.#knobs.get(id);
    if (!value) {
      value = signal(readKnob(this.#track(track), name) ?? 0);
      this.#knobs.set(id, value);
    }
    return value;
  }

  /** Everything anew: another document, or other names and colours for its authors. */
  refresh(): void {
    batch(() => {
      this.#readRoom();
      this.#readTracks();
      for (const track of this.#cells.keys()) this.#readTrack(track);
    });
  }

  /** The cells among what changed, as their registers say: first of all, since this is what people wait for. */
  updateCells(changed: readonly RegisterKey[]): void {
    batch(() => {
      for (const key of changed) {
        if (key.kind !== "note") continue;
        const cell = this.#cells.get(key.track)?.get(key.step * 128 + key.pitch);
        const track = this.tracks.peek().find(({ id }) => id === key.track);
        // What stands in a pattern that is not shown is nothing to the screen.
        if (cell && track?.patternIndex === key.pattern)
          cell.value = this.#readCell(track, key.step, key.pitch);
      }
    });
  }

  /** All but the cells, which are up to date. */
  update(changed: readonly RegisterKey[]): void {
    batch(() => {
      const whole = new Set<number>();
      const pitched = new Set<number>();
      for (const key of changed) {
        switch (key.kind) {
          case "note":
            pitched.add(key.track);
            break;
          case "floor":
          case "length":
          case "track":
            whole.add(key.track);
            break;
          case "param":
          case "effect":
            this.#readKnob(key.track, knobOf(key));
            break;
          case "room":
          case "roomEffect":
          case "scene":
          case "chain":
          case "setting":
          case "control":
            this.#readRoom();
            break;
          case "trackLock":
          case "conducted":
            break;
        }
      }
      this.#readTracks();
      for (const track of whole) this.#readTrack(track);
      for (const track of pitched) this.#readPitches(track);
    });
  }

  /** The transport changes with time too: a pending start becomes a running one. */
  readTransport(): void {
    const { jam, roomNow } = this.#options;
    const { timeline } = jam();
    const at = roomNow() ?? timeline.base.fromTime;
    // One that is set shows at once; one that is on its way shows where it is.
    const { next } = timeline;
    const tempo = next && !next.ramp && next.fromTime > at ? next.tempo : tempoAt(timeline, at);
    this.tempo.value = Math.round(tempo * 100) / 100;
    this.playing.value = isPlaying(timeline, at);
  }

  #jam(): Jam {
    return this.#options.shown().jam();
  }

  #track(id: number): Track | undefined {
    return this.#jam().tracks.find((track) => track.id === id);
  }

  #readRoom(): void {
    const jam = this.#jam();
    this.roomName.value = jam.name;
    this.swing.value = jam.swing;
    const scale = this.scale.peek();
    if (scale.name !== jam.scale || scale.root !== jam.root)
      this.scale.value = { name: jam.scale, root: jam.root };
    this.scenes.value = jam.scenes;
    this.chain.value = jam.chain;
    this.roomEffects.value = jam.effects;
    this.readTransport();
  }

  #readTracks(): void {
    const before = this.tracks.peek();
    const after = this.#jam().tracks;
    if (before.length !== after.length || after.some((track, i) => !sameHead(track, before[i])))
      this.tracks.value = after;
  }

  #readTrack(id: number): void {
    const track = this.#track(id);
    for (const [cellId, cell] of this.#cells.get(id) ?? []) {
      const next = this.#readCell(track, Math.floor(cellId / 128), cellId % 128);
      if (!sameCell(next, cell.peek())) cell.value = next;
    }
    for (const name of Object.keys({ ...track?.params, ...track?.effects })) this.#readKnob(id, name);
    this.#readPitches(id);
  }

  #readPitches(id: number): void {
    const pitches = this.#pitches.get(id);
    if (!pitches) return;
    const next = readPitches(this.#track(id));
    if (next.join() !== pitches.peek().join()) pitches.value = next;
  }

  #readKnob(track: number, name: string | null): void {
    const value = this.#knobs.get(`${track}.${name}`);
    if (value && name !== null) value.value = readKnob(this.#track(track), name) ?? value.peek();
  }

  #readCell(track: Track | undefined, step: number, pitch: number): Cell {
    if (!track || step >= track.pattern.length) return EMPTY;
    const key = { kind: "note", track: track.id, pattern: track.patternIndex, step, pitch } as const;
    const register = this.#options.shown().get(key);
    if (!register?.value) return EMPTY;
    const { actor } = register.stamp;
    const author = actor === 0 ? null : this.#options.author(actor);
    return {
      ...(register.value as NoteValue),
      color: author?.color ?? null,
      by: author?.name ?? null,
    };
  }
}

const readKnob = (track: Track | undefined, name: string): number | undefined =>
  isTrackEffect(name) ? track?.effects[name] : track?.params[name];

function readPitches(track: Track | undefined): readonly number[] {
  const pitches = new Set(track?.pattern.notes.map((note) => note.pitch));
  return [...pitches].toSorted((a, b) => a - b);
}

const sameCell = (a: Cell, b: Cell): boolean =>
  a.velocity === b.velocity &&
  a.gate === b.gate &&
  a.probability === b.probability &&
  a.ratchet === b.ratchet &&
  a.color === b.color &&
  a.by === b.by;

const sameTurn = (a: Turn, b: Turn | undefined): boolean =>
  a.bars === b?.bars && a.patternIndex === b.patternIndex;

/** Equal in all that a part shows of its patterns as a whole: notes and parameters have signals of their own. */
function sameHead(a: Track, b: Track | undefined): boolean {
  if (a === b) return true;
  return (
    b !== undefined &&
    a.id === b.id &&
    a.name === b.name &&
    a.instrument === b.instrument &&
    a.shape === b.shape &&
    a.volume === b.volume &&
    a.pan === b.pan &&
    a.padX === b.padX &&
    a.padY === b.padY &&
    a.muted === b.muted &&
    a.locked === b.locked &&
    a.patternIndex === b.patternIndex &&
    a.pattern.length === b.pattern.length &&
    a.filled === b.filled &&
    a.turns.length === b.turns.length &&
    a.turns.every((turn, at) => sameTurn(turn, b.turns[at]))
  );
}
