/**
 * Where the registers of one track stand, as they are read: notes, which are nearly all there is, by their
 * place in their pattern, so that none of them needs a name. What may stand there is `document.ts`'s.
 */
import type { TrackEffect } from "../music/effects.ts";
import type { Pattern } from "../music/model.ts";
import type { NoteKey, RegisterValue, Stamp, TrackField } from "./delta.ts";
import { type Entry, HIGH_SEED } from "./digest.ts";
import { hashId, hashNote, noteStart } from "./keys.ts";
import { readPattern, type ReadRoom, readTrack, type ReadTrack } from "./read.ts";

export interface Cell extends Entry {
  readonly key: NoteKey;
}

const notesIn = ({ value }: Cell): number => (value === null ? 0 : 1);
const placeOf = ({ step, pitch }: NoteKey): number => (step << 7) | pitch;

export class PatternShelf {
  floor: Stamp | null = null;
  length: RegisterValue = null;
  readonly #cells = new Map<number, Cell>();
  /** Of what the ids of its cells begin with. */
  readonly #low: number;
  readonly #high: number;
  /** Cells that hold a note. */
  #notes = 0;
  /** Null when it is to be read anew. */
  #read: Pattern | null = null;

  constructor(track: number, index: number) {
    const start = noteStart(track, index);
    this.#low = hashId(start, 0);
    this.#high = hashId(start, HIGH_SEED);
  }

  get cells(): Iterable<Cell> {
    return this.#cells.values();
  }

  get holdsNotes(): boolean {
    return this.#notes > 0;
  }

  /** Hashes of the cell's id, without a seed and with `HIGH_SEED`. */
  hashes(key: NoteKey): [low: number, high: number] {
    return [hashNote(this.#low, key), hashNote(this.#high, key)];
  }

  get(key: NoteKey): Cell | undefined {
    return this.#cells.get(placeOf(key));
  }

  /** In the place of `old`, where there was one. */
  put(cell: Cell, old: Cell | undefined): void {
    this.#notes += notesIn(cell) - (old ? notesIn(old) : 0);
    this.#cells.set(placeOf(cell.key), cell);
    this.#read = null;
  }

  delete(cell: Cell): void {
    this.#notes -= notesIn(cell);
    this.#cells.delete(placeOf(cell.key));
    this.#read = null;
  }

  touch(): void {
    this.#read = null;
  }

  read(): Pattern {
    return (this.#read ??= readPattern(this));
  }
}

export class TrackShelf {
  readonly id: number;
  readonly fields = new Map<TrackField, RegisterValue>();
  readonly params = new Map<number, RegisterValue>();
  readonly effects = new Map<TrackEffect, RegisterValue>();
  readonly patterns = new Map<number, PatternShelf>();
  locked: RegisterValue = null;
  #read: ReadTrack | null = null;
  /** What it was read by; null when it is to be read anew. */
  #readBy: ReadRoom | null = null;

  constructor(id: number) {
    this.id = id;
  }

  /** Something of it has changed. */
  touch(): void {
    this.#readBy = null;
  }

  shelf(index: number): PatternShelf {
    let shelf = this.patterns.get(index);
    if (!shelf) this.patterns.set(index, (shelf = new PatternShelf(this.id, index)));
    return shelf;
  }

  pattern(index: number): Pattern {
    return this.shelf(index).read();
  }

  read(by: ReadRoom): ReadTrack | null {
    if (this.#readBy !== by) this.#read = readTrack(this, by, this.#read);
    this.#readBy = by;
    return this.#read;
  }
}
