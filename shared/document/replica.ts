/**
 * One life of one copy of the jam: its document, what it has heard, its own sequence and hybrid
 * clock. It sends nothing; `hub.ts` and `spoke.ts` decide what travels.
 */
import { assert } from "../lib/assert.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { DecodeContext } from "./codec.ts";
import type { Delta, RegisterKey, Stamp, Write } from "./delta.ts";
import { JamDocument } from "./document.ts";
import type { Snapshot } from "./snapshot-codec.ts";
import { compareStamps, MAX_STAMP_TIME, nextStamp, ZERO_STAMP } from "./stamp.ts";
import { normaliseWrites } from "./values.ts";
import { VersionVector } from "./version-vector.ts";

export class Replica {
  readonly actor: number;
  readonly document: JamDocument;
  readonly vector = new VersionVector();
  /** Own deltas, oldest first: kept also when acknowledged, for a server that comes back from a backup. */
  #own: Delta[] = [];
  #seq = 0;
  readonly #newest = new Map<number, { seq: number; stamp: Stamp }>();

  constructor(options: { actor: number; seed: number }) {
    this.actor = options.actor;
    this.document = new JamDocument(options.seed);
  }

  /**
   * Makes these writes one delta, stamps it and applies it here.
   *
   * `nowMs` is room time; 0 while there is none: then the stamp comes just above the highest seen.
   */
  commit(writes: readonly Write[], nowMs: number): Delta {
    this.#seq = Math.max(this.#seq, this.vector.highest(this.actor)) + 1;
    const delta: Delta = {
      actor: this.actor,
      seq: this.#seq,
      stamp: nextStamp(this.document.highest, nowMs, this.actor),
      writes: normaliseWrites(writes),
    };
    this.vector.add(delta.actor, delta.seq);
    this.document.apply(delta);
    this.#note(delta);
    this.#own.push(delta);
    return delta;
  }

  /** Takes in a delta of another actor; not fresh when it was here already or lies beyond the window. */
  receive(delta: Delta): { fresh: boolean; changed: RegisterKey[] } {
    if (!this.vector.add(delta.actor, delta.seq)) return { fresh: false, changed: [] };
    this.#note(delta);
    return { fresh: true, changed: this.document.apply(delta) };
  }

  /**
   * Gives an own delta the stamp that it would have been given by room time: once, and before it was sent
   * to anybody. `nowMs` is room time when it was made.
   *
   * Law: the stamp does not fall, and own stamps still rise with their numbers.
   */
  restamp(delta: Delta, nowMs: number): { delta: Delta; changed: RegisterKey[] } {
    const place = this.#placeOf(delta);
    const before = this.#own[place - 1]?.stamp ?? ZERO_STAMP;
    const least =
      compareStamps(before, delta.stamp) < 0 ? delta.stamp : { ...before, counter: before.counter + 1 };
    const time = Math.min(MAX_STAMP_TIME, Math.floor(nowMs));
    const stamp = { ...(time > least.time ? { time, counter: 0 } : least), actor: this.actor };
    const restamped = { ...delta, stamp };
    this.#own[place] = restamped;
    this.#note(restamped);
    return { delta: restamped, changed: this.document.apply(restamped) };
  }

  /** Takes writes out of an own delta that was never sent, or that were not admitted. The document is to be replaced next. */
  withdraw(delta: Delta, isLeftOut: (write: Write) => boolean): Delta {
    const rest = { ...delta, writes: delta.writes.filter((write) => !isLeftOut(write)) };
    this.#own[this.#placeOf(delta)] = rest;
    return rest;
  }

  /** Takes a snapshot in place of everything, and these deltas on top of it. Returns what changed visibly. */
  replace(snapshot: Snapshot, kept: readonly Delta[]): RegisterKey[] {
    const registers = [...snapshot.registers];
    this.vector.clear();
    this.vector.merge(snapshot.vector);
    const onTop = kept.filter(({ actor, seq }) => this.vector.add(actor, seq));
    for (const { writes, stamp } of onTop) for (const write of writes) registers.push({ ...write, stamp });
    return this.document.replace(registers);
  }

  /** Merges a snapshot: nothing that is here and newer is lost. Returns what changed visibly. */
  load(snapshot: Snapshot): RegisterKey[] {
    const changed = this.document.merge(snapshot.registers);
    this.vector.merge(snapshot.vector);
    return changed;
  }

  /** Own deltas above this sequence number, as far as they are kept (the newest 2,000 and all after `trim`'s mark). */
  ownSince(seq: number): Delta[] {
    return this.#own.filter((delta) => delta.seq > seq);
  }

  /** Forgets own deltas up to `acknowledged`, except the newest 2,000. */
  trim(acknowledged: number): void {
    if (this.#own.length < 2 * LIMITS.ownDeltas) return;
    const keepFrom = this.#seq - LIMITS.ownDeltas;
    this.#own = this.#own.filter((delta) => delta.seq > Math.min(acknowledged, keepFrom));
  }

  /** How many own deltas this vector lacks. */
  unacknowledged(vector: VersionVector): number {
    let count = 0;
    for (let i = this.#own.length - 1; i >= 0; i--) {
      const delta = this.#own[i];
      if (!delta || delta.seq <= vector.highest(this.actor)) break;
      if (!vector.has(this.actor, delta.seq)) count += 1;
    }
    return count;
  }

  /** What a frame from this actor's link is read against; null for the server's, whose deltas name their author. */
  context(actor: number | null, nowMs: number): DecodeContext {
    return {
      actor,
      nowMs,
      highestSeq: (author) => this.vector.highest(author),
      newest: (author) => this.#newest.get(author),
    };
  }

  /** Where among the own deltas it stands: their numbers rise. */
  #placeOf({ seq }: Delta): number {
    let [low, high] = [0, this.#own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#own[middle]?.seq ?? seq) < seq) low = middle + 1;
      else high = middle;
    }
    assert(this.#own[low]?.seq === seq, "an own delta that is kept");
    return low;
  }

  #note(delta: Delta): void {
    const newest = this.#newest.get(delta.actor);
    if (!newest || compareStamps(delta.stamp, newest.stamp) > 0)
      this.#newest.set(delta.actor, { seq: delta.seq, stamp: delta.stamp });
  }
}
