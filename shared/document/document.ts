/**
 * The document: one flat map of registers, each a last-writer-wins value with a stamp. Merging is
 * commutative, associative and idempotent; deltas may come twice, late or in any order. Who sent
 * what, and what is still missing, is `replica.ts`'s.
 */
import type { Jam, Scene } from "../music/model.ts";
import type { Delta, NoteKey, RegisterKey, RegisterValue, Stamp } from "./delta.ts";
import { Digest, type Entry, entryOf, HIGH_SEED } from "./digest.ts";
import { hashId, isRoomClass, keyId } from "./keys.ts";
import { readJam, type ReadRoom, readRoom, readScenes } from "./read.ts";
import { type PatternShelf, TrackShelf } from "./shelves.ts";
import type { Register } from "./snapshot-codec.ts";
import { compareStamps, ZERO_STAMP } from "./stamp.ts";
import { normaliseValue, sameValue } from "./values.ts";

type OtherKey = Exclude<RegisterKey, NoteKey>;

export class JamDocument {
  readonly #seed: number;
  /** All registers but notes, which stand with their tracks. */
  readonly #others = new Map<string, Entry>();
  readonly #tracks = new Map<number, TrackShelf>();
  readonly #digest = new Digest();
  #size = 0;
  #highest: Stamp = ZERO_STAMP;
  #jam: Jam | null = null;
  #stale = true;
  /** These are null when they are to be read anew. An edit of a track leaves them as they are, and the other tracks. */
  #scenes: readonly Scene[] | null = null;
  #room: ReadRoom | null = null;

  /** `seed` seeds every chance in the jam. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Registers held, floors and emptied cells too. */
  get size(): number {
    return this.#size;
  }

  /** The highest stamp seen: the next own one is above it. */
  get highest(): Stamp {
    return this.#highest;
  }

  /**
   * Merges a delta. Returns the registers of which something visible changed: the value, or whose note it is. Floors
   * are not among them, the cells they emptied are. One that was emptied and written again is named twice.
   */
  apply(delta: Delta): RegisterKey[] {
    const { stamp } = delta;
    return this.merge(
      delta.writes.map(({ key, value }) => ({ key, value: normaliseValue(key, value), stamp })),
    );
  }

  /** Merges registers that carry their own stamps, and regular values: a snapshot's. */
  merge(registers: Iterable<Register>): RegisterKey[] {
    const changed: RegisterKey[] = [];
    for (const register of registers) this.#mergeOne(register, changed);
    if (changed.length > 0) this.#stale = true;
    return changed;
  }

  /**
   * Takes these registers in place of all there are. The highest stamp stays: own later ones go above it.
   * Returns what changed visibly.
   */
  replace(registers: Iterable<Register>): RegisterKey[] {
    const before = new Map([...this.registers()].map((register) => [keyId(register.key), register]));
    this.#others.clear();
    this.#tracks.clear();
    this.#digest.clear();
    this.#size = 0;
    this.#stale = true;
    this.#scenes = null;
    this.#room = null;
    this.merge(registers);
    const changed: RegisterKey[] = [];
    for (const register of this.registers()) {
      const id = keyId(register.key);
      if (differs(before.get(id), register)) changed.push(register.key);
      before.delete(id);
    }
    for (const { key, value } of before.values()) if (value !== null) changed.push(key);
    return changed;
  }

  /** What stands there, and who wrote it; undefined when it was never written or lies under a floor. */
  get(key: RegisterKey): { readonly value: RegisterValue; readonly stamp: Stamp } | undefined {
    return key.kind === "note"
      ? this.#pattern(key.track, key.pattern)?.get(key)
      : this.#others.get(keyId(key));
  }

  /** The stamp that decides what is read there: the cell's own, or the floor's that emptied it. */
  stampOf(key: RegisterKey): Stamp {
    const entry = this.get(key);
    if (entry) return entry.stamp;
    return (key.kind === "note" && this.#pattern(key.track, key.pattern)?.floor) || ZERO_STAMP;
  }

  /** Cells of a pattern that hold a note. */
  notes(track: number, pattern: number): NoteKey[] {
    const cells = this.#pattern(track, pattern)?.cells ?? [];
    return [...cells].filter((cell) => cell.value !== null).map((cell) => cell.key as NoteKey);
  }

  /** Ids of all tracks that were ever written to, dead ones too. */
  trackIds(): number[] {
    return [...this.#tracks.keys()];
  }

  /** Every register, dead tracks' too; cells under a floor are gone. */
  *registers(): IterableIterator<Register> {
    yield* this.#others.values();
    for (const { patterns } of this.#tracks.values()) for (const { cells } of patterns.values()) yield* cells;
  }

  /** The same object as long as nothing in it changed, and so each track in it. */
  jam(): Jam {
    if (!this.#jam || this.#stale) {
      const read = (key: RegisterKey) => this.get(key)?.value ?? null;
      this.#scenes ??= readScenes(read);
      const room = (this.#room ??= readRoom(this.#seed, read, this.#scenes, this.#jam));
      const alive = [...this.#tracks.values()]
        .map((shelf) => shelf.read(room))
        .filter((track) => track !== null);
      this.#jam = readJam(room, alive, this.#jam);
      this.#stale = false;
    }
    return this.#jam;
  }

  /** 64 bits in hex: a sum over all registers of a hash of key and stamp, so independent of order. */
  digest(): string {
    return this.#digest.toString();
  }

  /** The low half of the digest, u32: what a ping says of it. */
  get digestLow(): number {
    return this.#digest.low;
  }

  #mergeOne(register: Register, changed: RegisterKey[]): void {
    const { key, stamp } = register;
    if (stamp.actor !== 0 && isRoomClass(key)) return;
    if (compareStamps(stamp, this.#highest) > 0) this.#highest = stamp;
    if (key.kind === "note") this.#mergeNote(key, register, changed);
    else this.#mergeOther(key, register, changed);
  }

  #mergeNote(key: NoteKey, register: Register, changed: RegisterKey[]): void {
    const { stamp } = register;
    const track = this.#track(key.track);
    const pattern = track.shelf(key.pattern);
    const old = pattern.get(key);
    if (old && compareStamps(stamp, old.stamp) <= 0) return;
    if (pattern.floor && compareStamps(stamp, pattern.floor) < 0) return;
    const entry = entryOf(key, register, pattern.hashes(key));
    pattern.put(entry, old);
    track.touch();
    this.#count(entry, old);
    if (differs(old, register)) changed.push(key);
  }

  #mergeOther(key: OtherKey, register: Register, changed: RegisterKey[]): void {
    const { stamp } = register;
    const id = keyId(key);
    const old = this.#others.get(id);
    if (old && compareStamps(stamp, old.stamp) <= 0) return;
    const entry = entryOf(key, register, [hashId(id, 0), hashId(id, HIGH_SEED)]);
    this.#others.set(id, entry);
    this.#count(entry, old);
    this.#shelve(key, register, changed);
    if (differs(old, register)) changed.push(key);
  }

  #shelve(key: OtherKey, { value, stamp }: Register, changed: RegisterKey[]): void {
    if (key.kind === "scene") this.#scenes = null;
    if (!("track" in key)) {
      this.#room = null;
      return;
    }
    const track = this.#track(key.track);
    track.touch();
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
      case "trackLock":
        track.locked = value;
        return;
      case "length": {
        const pattern = track.shelf(key.pattern);
        pattern.length = value;
        pattern.touch();
        return;
      }
      case "floor":
        this.#raise(track.shelf(key.pattern), stamp, changed);
    }
  }

  /** Drops the cells below a new floor. Those of the floor's own delta have its stamp, and stay. */
  #raise(pattern: PatternShelf, floor: Stamp, changed: RegisterKey[]): void {
    pattern.floor = floor;
    for (const cell of pattern.cells) {
      if (compareStamps(cell.stamp, floor) >= 0) continue;
      pattern.delete(cell);
      this.#size -= 1;
      this.#digest.subtract(cell);
      if (cell.value !== null) changed.push(cell.key);
    }
  }

  /** Made when there is none. */
  #track(id: number): TrackShelf {
    let track = this.#tracks.get(id);
    if (!track) this.#tracks.set(id, (track = new TrackShelf(id)));
    return track;
  }

  #pattern(track: number, index: number): PatternShelf | undefined {
    return this.#tracks.get(track)?.patterns.get(index);
  }

  /** The entry stands now in the place of `old`, where there was one. */
  #count(entry: Entry, old: Entry | undefined): void {
    if (old) this.#digest.subtract(old);
    else this.#size += 1;
    this.#digest.add(entry);
  }
}

/** To whoever looks at it. A note also shows whose it is. */
function differs(before: Register | undefined, { key, value, stamp }: Register): boolean {
  if (!sameValue(before?.value ?? null, value)) return true;
  return key.kind === "note" && value !== null && before?.stamp.actor !== stamp.actor;
}
