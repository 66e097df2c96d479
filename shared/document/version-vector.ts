/**
 * What a replica has: for each actor the number up to which nothing is missing, and a window of 64
 * above it. It says nothing of what the deltas were.
 */
import { LIMITS } from "../protocol/limits.ts";

/** One actor's part of a vector. Bit i of `low`, then `high`, stands for `contiguous + 2 + i`: the one next to the mark is missing. */
export interface VectorEntry {
  readonly actor: number;
  readonly contiguous: number;
  /** u32 */
  readonly low: number;
  /** u32 */
  readonly high: number;
}

interface Mark {
  contiguous: number;
  low: number;
  high: number;
}

const NOTHING: Readonly<Mark> = { contiguous: 0, low: 0, high: 0 };

/** An actor that is named without anything of its: where a vector asks, not where it tells. */
const isEmpty = (mark: Readonly<Mark>): boolean => mark.contiguous === 0 && mark.low === 0 && mark.high === 0;

const mix = (h: number): number => {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const hashOf = (actor: number, mark: Readonly<Mark>): number =>
  mix(mix(mix(mix(actor + 0x9e3779b9) ^ mark.contiguous) ^ mark.low) ^ (mark.high + 1));

function bit(mark: Readonly<Mark>, index: number): boolean {
  return ((index < 32 ? mark.low >>> index : mark.high >>> (index - 32)) & 1) === 1;
}

/** Moves the mark over the one it was missing and over all that directly follow. */
function advance(mark: Mark): void {
  for (;;) {
    mark.contiguous += 1;
    const next = (mark.low & 1) === 1;
    mark.low = ((mark.low >>> 1) | ((mark.high & 1) << 31)) >>> 0;
    mark.high >>>= 1;
    if (!next) return;
  }
}

export class VersionVector {
  readonly #marks = new Map<number, Mark>();
  #hash = 0;

  static of(entries: Iterable<VectorEntry>): VersionVector {
    const vector = new VersionVector();
    for (const entry of entries) {
      vector.#mergeEntry(entry);
      if (!vector.#marks.has(entry.actor)) vector.#marks.set(entry.actor, { ...NOTHING });
    }
    return vector;
  }

  /** False when it was there already, or lies beyond the window (see `accepts`): then nothing is noted. */
  add(actor: number, seq: number): boolean {
    if (seq < 1 || this.has(actor, seq) || !this.accepts(actor, seq)) return false;
    this.#change(actor, (mark) => {
      const index = seq - mark.contiguous - 2;
      if (index < 0) advance(mark);
      else if (index < 32) mark.low = (mark.low | (1 << index)) >>> 0;
      else mark.high = (mark.high | (1 << (index - 32))) >>> 0;
    });
    return true;
  }

  has(actor: number, seq: number): boolean {
    const mark = this.#marks.get(actor) ?? NOTHING;
    if (seq <= mark.contiguous) return true;
    const index = seq - mark.contiguous - 2;
    return index >= 0 && index < LIMITS.sequenceWindow && bit(mark, index);
  }

  /** Whether this sequence number is near enough to be noted: at most 64 above the contiguous mark. */
  accepts(actor: number, seq: number): boolean {
    return seq <= this.highest(actor) + LIMITS.sequenceWindow;
  }

  /** The number up to which nothing of this actor's is missing; 0 for an actor never heard of. */
  highest(actor: number): number {
    return this.#marks.get(actor)?.contiguous ?? 0;
  }

  *entries(): IterableIterator<VectorEntry> {
    for (const [actor, mark] of this.#marks) yield { actor, ...mark };
  }

  /** Law: afterwards it has exactly what either had, as far as the windows reach. */
  merge(other: VersionVector): void {
    for (const entry of other.entries()) this.#mergeEntry(entry);
  }

  /** Only these actors' entries. `empty`: those of whom nothing is here are named too. */
  subset(actors: Iterable<number>, options: { empty: boolean } = { empty: false }): VersionVector {
    const result = new VersionVector();
    for (const actor of actors) {
      const mark = this.#marks.get(actor);
      if (mark) result.#mergeEntry({ actor, ...mark });
      else if (options.empty) result.#marks.set(actor, { ...NOTHING });
    }
    return result;
  }

  /** Whether it has everything that this entry says. */
  coversEntry(entry: VectorEntry): boolean {
    const mark = this.#marks.get(entry.actor) ?? NOTHING;
    if (mark.contiguous === entry.contiguous && mark.low === entry.low && mark.high === entry.high)
      return true;
    if (mark.contiguous < entry.contiguous) return false;
    for (let index = 0; index < LIMITS.sequenceWindow; index++)
      if (bit(entry, index) && !this.has(entry.actor, entry.contiguous + 2 + index)) return false;
    return true;
  }

  /** Whether it has everything that `other` has. */
  covers(other: VersionVector): boolean {
    const union = this.clone();
    union.merge(other);
    return union.hash() === this.hash();
  }

  /** The tip: equal for equal vectors, independent of order. u32. */
  hash(): number {
    return this.#hash;
  }

  /** Forgets everything. */
  clear(): void {
    this.#marks.clear();
    this.#hash = 0;
  }

  clone(): VersionVector {
    return VersionVector.of(this.entries());
  }

  #mergeEntry(entry: VectorEntry): void {
    if (isEmpty(entry)) return;
    this.#change(entry.actor, (mark) => {
      const ahead = mark.contiguous >= entry.contiguous ? { ...mark } : entry;
      const behind = ahead === entry ? { ...mark } : entry;
      mark.contiguous = ahead.contiguous;
      mark.low = ahead.low;
      mark.high = ahead.high;
      for (let index = 0; index < LIMITS.sequenceWindow; index++) {
        if (!bit(behind, index)) continue;
        const seq = behind.contiguous + 2 + index;
        const at = seq - mark.contiguous - 2;
        if (at === -1) advance(mark);
        else if (at >= 0 && at < 32) mark.low = (mark.low | (1 << at)) >>> 0;
        else if (at >= 32) mark.high = (mark.high | (1 << (at - 32))) >>> 0;
      }
    });
  }

  #change(actor: number, change: (mark: Mark) => void): void {
    let mark = this.#marks.get(actor);
    if (mark && !isEmpty(mark)) this.#hash = (this.#hash - hashOf(actor, mark)) >>> 0;
    if (!mark) this.#marks.set(actor, (mark = { ...NOTHING }));
    change(mark);
    this.#hash = (this.#hash + hashOf(actor, mark)) >>> 0;
  }
}
