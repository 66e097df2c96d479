/**
 * What one hop still owes: deltas from their due time on until the other side is known to have
 * them. One outbox a hop (client → server, client → mesh peer, server → client); what travels, and
 * over what, is for its owner to say. `now` is any monotonic clock in seconds.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { Delta } from "./delta.ts";
import type { VersionVector } from "./version-vector.ts";

export interface OutboxOptions {
  /** Seconds until an unacknowledged delta goes out again; null on a hop that is reliable while open. */
  readonly resendAfter: (() => number) | null;
  /** Deltas it holds at most. */
  readonly bound: number;
}

interface TakeOptions {
  /** Seconds after which what goes out for the first time goes out once more; null for not. */
  readonly copyAfter?: number | null;
  /** So many at most: of the newest actor's first, since what is made now is not to wait for an earlier life's. */
  readonly most?: number;
}

interface Owed {
  readonly delta: Delta;
  /** Infinity: sent, and waiting for nothing but the acknowledgement. */
  due: number;
  /** The last sending, and how many there were. */
  sentAt: number | null;
  sendings: number;
  /** What the next resending waits. */
  patience: number;
}

/** Seconds after which something sent over an open socket, and still said to be missing, is sent again. */
export const REPAIR_AGE = 1;
const BACKOFF = 1.5;
const MAX_PATIENCE = 1;

export class Outbox {
  readonly #options: OutboxOptions;
  /** By actor, then sequence number; both in the order of offering. */
  readonly #owed = new Map<number, Map<number, Owed>>();
  #size = 0;
  /** The earliest due time, Infinity for none; null when it is to be found anew. */
  #nextDue: number | null = Number.POSITIVE_INFINITY;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Everything owed, each actor's in the order of offering. */
  pending(): Delta[] {
    return [...this.#owed.values()].flatMap((actor) => [...actor.values()].map(({ delta }) => delta));
  }

  owes(actor: number, seq: number): boolean {
    return this.#owed.get(actor)?.has(seq) ?? false;
  }

  /** The earliest instant at which `take` has something, or null for nothing. */
  get nextDue(): number | null {
    if (this.#nextDue === null) {
      this.#nextDue = Number.POSITIVE_INFINITY;
      for (const actor of this.#owed.values()) {
        const end = this.#endOf(actor);
        for (const { due, delta } of actor.values())
          if (delta.seq < end) this.#nextDue = Math.min(this.#nextDue, due);
      }
    }
    return this.#nextDue === Number.POSITIVE_INFINITY ? null : this.#nextDue;
  }

  /** False when the bound is reached: nothing was taken, and the owner decides what happens instead. */
  offer(delta: Delta, dueAt: number): boolean {
    let actor = this.#owed.get(delta.actor);
    if (actor?.has(delta.seq)) return true;
    if (this.#size >= this.#options.bound) return false;
    if (!actor) this.#owed.set(delta.actor, (actor = new Map()));
    actor.set(delta.seq, {
      delta,
      due: dueAt,
      sentAt: null,
      sendings: 0,
      patience: this.#patience(),
    });
    this.#size += 1;
    // On a resending hop the window may keep it back.
    if (this.#options.resendAfter !== null) this.#nextDue = null;
    else if (this.#nextDue !== null) this.#nextDue = Math.min(this.#nextDue, dueAt);
    return true;
  }

  /**
   * The other side has what this vector says. Returns when the newest of those that were sent just once
   * went out: from then to now is a round trip.
   */
  acknowledge(vector: VersionVector): number | null {
    let sentAt: number | null = null;
    for (const [actor, owed] of this.#owed)
      for (const [seq, each] of owed) {
        if (!vector.has(actor, seq)) continue;
        if (each.sendings === 1) sentAt = Math.max(sentAt ?? 0, each.sentAt ?? 0);
        this.acknowledgeOne(actor, seq);
      }
    return sentAt;
  }

  acknowledgeOne(actor: number, seq: number): void {
    const owed = this.#owed.get(actor);
    if (!owed?.delete(seq)) return;
    if (owed.size === 0) this.#owed.delete(actor);
    this.#size -= 1;
    this.#nextDue = null;
  }

  /**
   * What goes out now, each actor's in order: a delta that is due takes along those before it that
   * were never sent, so that a reliable hop never runs past the receiver's window. On a resending hop
   * no more than a window's worth is in flight.
   */
  take(now: number, { copyAfter = null, most = Number.POSITIVE_INFINITY }: TakeOptions = {}): Delta[] {
    const next = this.nextDue;
    if (next === null || next > now) return [];
    const taken: Delta[] = [];
    const newestFirst = [...this.#owed.keys()].toSorted((a, b) => b - a);
    for (const actor of newestFirst) {
      if (taken.length >= most) break;
      for (const owed of this.#dueOf(actor, now).slice(0, most - taken.length)) {
        this.#send(owed, now, copyAfter);
        taken.push(owed.delta);
      }
    }
    this.#nextDue = null;
    return taken;
  }

  /** How many were sent at this instant or later, and are not acknowledged. */
  underway(since: number): number {
    let count = 0;
    for (const actor of this.#owed.values())
      for (const { sentAt } of actor.values()) if (sentAt !== null && sentAt >= since) count += 1;
    return count;
  }

  /** This one is due again, whatever was sent. */
  repeat(actor: number, seq: number, now: number): void {
    const owed = this.#owed.get(actor)?.get(seq);
    if (!owed) return;
    owed.due = now;
    this.#nextDue = null;
  }

  /** This one has time until then, unless it went out already. */
  postpone(actor: number, seq: number, until: number): void {
    const owed = this.#owed.get(actor)?.get(seq);
    if (!owed || owed.sentAt !== null) return;
    owed.due = Math.max(owed.due, until);
    this.#nextDue = null;
  }

  /** The hop was broken and is open again: everything is due. */
  reopen(now: number): void {
    this.rearm(now, 0);
    this.hurry(now);
  }

  /** What was sent `age` seconds ago or longer, and is not acknowledged, is due again. What waits goes on waiting. */
  rearm(now: number, age: number): void {
    for (const actor of this.#owed.values())
      for (const owed of actor.values()) {
        if (owed.sentAt === null || owed.sentAt > now - age) continue;
        owed.due = Math.min(owed.due, now);
        owed.patience = this.#patience();
      }
    this.#nextDue = null;
  }

  /** What was held back is due now. */
  hurry(now: number): void {
    for (const actor of this.#owed.values())
      for (const owed of actor.values()) if (owed.sentAt === null) owed.due = Math.min(owed.due, now);
    this.#nextDue = null;
  }

  /** Forgets all but one of the lowest number. */
  keepFirst(): void {
    const [first] = this.pending().toSorted((a, b) => a.seq - b.seq);
    for (const { actor, seq } of this.pending())
      if (actor !== first?.actor || seq !== first.seq) this.acknowledgeOne(actor, seq);
  }

  clear(): void {
    this.#owed.clear();
    this.#size = 0;
    this.#nextDue = null;
  }

  #patience(): number {
    return this.#options.resendAfter?.() ?? Number.POSITIVE_INFINITY;
  }

  /** Of one actor, in order. */
  #dueOf(actor: number, now: number): Owed[] {
    const owed: ReadonlyMap<number, Owed> = this.#owed.get(actor) ?? new Map();
    const end = this.#endOf(owed);
    let last = 0;
    for (const { due, delta } of owed.values())
      if (due <= now && delta.seq < end) last = Math.max(last, delta.seq);
    const dues: Owed[] = [];
    for (const each of owed.values())
      if (each.delta.seq <= last && (each.due <= now || each.sentAt === null)) dues.push(each);
    return dues.toSorted((a, b) => a.delta.seq - b.delta.seq);
  }

  #send(owed: Owed, now: number, copyAfter: number | null): void {
    owed.sentAt = now;
    owed.sendings += 1;
    if (owed.sendings === 1 && copyAfter !== null) {
      owed.due = now + copyAfter;
      return;
    }
    owed.due = now + owed.patience;
    owed.patience = Math.min(Math.max(MAX_PATIENCE, owed.patience), owed.patience * BACKOFF);
  }

  /** From this number on its deltas wait: on a resending hop a window's worth goes before the oldest is acknowledged. */
  #endOf(actor: ReadonlyMap<number, Owed>): number {
    if (this.#options.resendAfter === null) return Number.POSITIVE_INFINITY;
    let first = Number.POSITIVE_INFINITY;
    for (const seq of actor.keys()) first = Math.min(first, seq);
    return first + LIMITS.sequenceWindow;
  }
}
