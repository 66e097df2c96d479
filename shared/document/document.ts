/**
 * The document: one flat map of registers, each a last-writer-wins value with a stamp. Merging is
 * commutative, associative and idempotent; deltas may come twice, late or in any order. Who sent
 * what, and what is still missing, is `replica.ts`'s.
 */
import type { TrackEffect } from "../music/effects.ts";
import type { Jam, Pattern, Scene } from "../music/model.ts";
import type { Delta, NoteKey, RegisterKey, RegisterValue, Stamp, TrackField } from "./delta.ts";
import { hashId, isRoomClass, keyId } from "./keys.ts";
import {
  readChain,
  readJam,
  readPattern,
  readScenes,
  readSections,
  readTrack,
  type ReadTrack,
  type Section,
} from "./read.ts";
import type { Register } from "./snapshot-codec.ts";
import { compareStamps, ZERO_STAMP } from "./stamp.ts";
import { normaliseValue, sameValue } from "./values.ts";

interface Entry extends Register {
  readonly id: string;
  /** Two 32-bit lanes of the hash of key and stamp. */
  readonly low: number;
  readonly high: number;
}

const notesIn = ({ value }: Entry): number => (value === null ? 0 : 1);

class PatternShelf {
  floor: Stamp | null = null;
  length: RegisterValue = null;
  readonly #cells = new Set<Entry>();
  /** Cells that hold a note. */
  #notes = 0;
  /** Null when it is to be read anew. */
  #read: Pattern | null = null;

  get cells(): ReadonlySet<Entry> {
    return this.#cells;
  }

  get holdsNotes(): boolean {
    return this.#notes > 0;
  }

  /** In the place of `old`, where there was one. */
  put(cell: Entry, old: Entry | undefined): void {
    if (old) this.delete(old);
    this.#notes += notesIn(cell);
    this.#cells.add(cell);
  }

  delete(cell: Entry): void {
    if (this.#cells.delete(cell)) this.#notes -= notesIn(cell);
  }

  touch(): void {
    this.#read = null;
  }

  read(): Pattern {
    return (this.#read ??= readPattern(this));
  }
}

class TrackShelf {
  readonly id: number;
  readonly fields = new Map<TrackField, RegisterValue>();
  readonly params = new Map<number, RegisterValue>();
  readonly effects = new Map<TrackEffect, RegisterValue>();
  readonly patterns = new Map<number, PatternShelf>();
  #read: ReadTrack | null = null;

  constructor(id: number) {
    this.id = id;
  }

  shelf(index: number): PatternShelf {
    let shelf = this.patterns.get(index);
    if (!shelf) this.patterns.set(index, (shelf = new PatternShelf()));
    return shelf;
  }

  pattern(index: number): Pattern {
    return this.shelf(index).read();
  }

  read(sections: readonly Section[]): ReadTrack | null {
    return (this.#read = readTrack(this, sections, this.#read));
  }
}

/** Sets the second lane apart from the first, whose seed is 0. */
const HIGH_SEED = 0x9e3779b9;

const mix = (hash: number): number => {
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** One lane of a register's hash, from that of its id. */
function lane(idHash: number, stamp: Stamp, seed: number): number {
  let hash = mix(idHash ^ seed);
  hash = mix(hash ^ (stamp.time >>> 0));
  hash = mix(hash ^ Math.floor(stamp.time / 2 ** 32));
  hash = mix(hash ^ stamp.counter);
  return mix(hash ^ stamp.actor ^ seed);
}

const hex = (lane32: number): string => lane32.toString(16).padStart(8, "0");

export class JamDocument {
  readonly #seed: number;
  readonly #entries = new Map<string, Entry>();
  readonly #tracks = new Map<number, TrackShelf>();
  #highest: Stamp = ZERO_STAMP;
  #low = 0;
  #high = 0;
  #jam: Jam | null = null;
  #stale = true;
  /** Null when they are to be read anew. */
  #scenes: readonly Scene[] | null = null;

  /** `seed` seeds every chance in the jam. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Registers held, floors and emptied cells too. */
  get size(): number {
    return this.#entries.size;
  }

  /** The highest stamp seen: the next own one is above it. */
  get highest(): Stamp {
    return this.#highest;
  }

  /** Merges a delta. Returns the registers whose visible value changed; floors are not among them, the cells they emptied are. */
  apply(delta: Delta): RegisterKey[] {
    const { stamp } = delta;
    return this.merge(
      delta.writes.map(({ key, value }) => ({ key, value: normaliseValue(key, value), stamp })),
    );
  }

  /** Merges registers that carry their own stamps, and regular values: a snapshot's. */
  merge(registers: Iterable<Register>): RegisterKey[] {
    const changed = new Map<string, RegisterKey>();
    for (const register of registers) this.#mergeOne(register, changed);
    if (changed.size > 0) this.#stale = true;
    return [...changed.values()];
  }

  /**
   * Takes these registers in place of all there are. The highest stamp stays: own later ones go above it.
   * Returns what changed visibly.
   */
  replace(registers: Iterable<Register>): RegisterKey[] {
    const before = new Map(this.#entries);
    this.#entries.clear();
    this.#tracks.clear();
    this.#low = this.#high = 0;
    this.#stale = true;
    this.merge(registers);
    const changed: RegisterKey[] = [];
    for (const [id, { key, value }] of this.#entries)
      if (!sameValue(before.get(id)?.value ?? null, value)) changed.push(key);
    for (const [id, { key, value }] of before)
      if (value !== null && !this.#entries.has(id)) changed.push(key);
    return changed;
  }

  /** What stands there, and who wrote it; undefined when it was never written or lies under a floor. */
  get(key: RegisterKey): { readonly value: RegisterValue; readonly stamp: Stamp } | undefined {
    return this.#entries.get(keyId(key));
  }

  /** The stamp that decides what is read there: the cell's own, or the floor's that emptied it. */
  stampOf(key: RegisterKey): Stamp {
    const entry = this.get(key);
    if (entry) return entry.stamp;
    return (key.kind === "note" && this.#floor(key.track, key.pattern)) || ZERO_STAMP;
  }

  /** Cells of a pattern that hold a note. */
  notes(track: number, pattern: number): NoteKey[] {
    const cells = this.#tracks.get(track)?.patterns.get(pattern)?.cells ?? [];
    return [...cells].filter((cell) => cell.value !== null).map((cell) => cell.key as NoteKey);
  }

  /** Ids of all tracks that were ever written to, dead ones too. */
  trackIds(): number[] {
    return [...this.#tracks.keys()];
  }

  /** Every register, dead tracks' too; cells under a floor are gone. */
  registers(): IterableIterator<Register> {
    return this.#entries.values();
  }

  /** The same object as long as nothing in it changed, and so each track in it. */
  jam(): Jam {
    if (!this.#jam || this.#stale) {
      const read = (key: RegisterKey) => this.get(key)?.value ?? null;
      const scenes = (this.#scenes ??= readScenes(read));
      const sections = readSections(readChain(read), scenes);
      const alive = [...this.#tracks.values()]
        .map((shelf) => shelf.read(sections))
        .filter((track) => track !== null);
      this.#jam = readJam(this.#seed, read, scenes, alive, this.#jam);
      this.#stale = false;
    }
    return this.#jam;
  }

  /** 64 bits in hex: a sum over all registers of a hash of key and stamp, so independent of order. */
  digest(): string {
    return hex(this.#high) + hex(this.#low);
  }

  /** The low half of the digest, u32: what a ping says of it. */
  get digestLow(): number {
    return this.#low;
  }

  #mergeOne({ key, value, stamp }: Register, changed: Map<string, RegisterKey>): void {
    if (stamp.actor !== 0 && isRoomClass(key)) return;
    if (compareStamps(stamp, this.#highest) > 0) this.#highest = stamp;
    const id = keyId(key);
    const old = this.#entries.get(id);
    if (old && compareStamps(stamp, old.stamp) <= 0) return;
    const floor = key.kind === "note" ? this.#floor(key.track, key.pattern) : null;
    if (floor && compareStamps(stamp, floor) < 0) return;
    const [low, high] = hashId(id, HIGH_SEED);
    const entry: Entry = {
      id,
      key,
      value,
      stamp,
      low: lane(low, stamp, 0),
      high: lane(high, stamp, HIGH_SEED),
    };
    if (old) this.#uncount(old);
    this.#entries.set(id, entry);
    this.#low = (this.#low + entry.low) >>> 0;
    this.#high = (this.#high + entry.high) >>> 0;
    this.#shelve(entry, old, changed);
    if (!sameValue(old?.value ?? null, value)) changed.set(id, key);
  }

  #shelve(entry: Entry, old: Entry | undefined, changed: Map<string, RegisterKey>): void {
    const { key, value } = entry;
    if (key.kind === "scene") this.#scenes = null;
    if (!("track" in key)) return;
    let track = this.#tracks.get(key.track);
    if (!track) this.#tracks.set(key.track, (track = new TrackShelf(key.track)));
    switch (key.kind) {
      case "track":
        track.fields.set(key.field, value);
        return;
      case "param":
        track.params.set(key.param, value);
        return;
      case "effect":
        track.effects.set(key.effect, value);
        return;
      case "note": {
        const pattern = track.shelf(key.pattern);
        pattern.put(entry, old);
        pattern.touch();
        return;
      }
      case "length": {
        const pattern = track.shelf(key.pattern);
        pattern.length = value;
        pattern.touch();
        return;
      }
      case "floor":
        this.#raise(track.shelf(key.pattern), entry.stamp, changed);
    }
  }

  /** Drops the cells below a new floor. Those of the floor's own delta have its stamp, and stay. */
  #raise(pattern: PatternShelf, floor: Stamp, changed: Map<string, RegisterKey>): void {
    pattern.floor = floor;
    for (const cell of pattern.cells) {
      if (compareStamps(cell.stamp, floor) >= 0) continue;
      pattern.delete(cell);
      this.#entries.delete(cell.id);
      this.#uncount(cell);
      if (cell.value !== null) changed.set(cell.id, cell.key);
    }
    pattern.touch();
  }

  #floor(track: number, pattern: number): Stamp | null {
    return this.#tracks.get(track)?.patterns.get(pattern)?.floor ?? null;
  }

  #uncount(entry: Entry): void {
    this.#low = (this.#low - entry.low) >>> 0;
    this.#high = (this.#high - entry.high) >>> 0;
  }
}
