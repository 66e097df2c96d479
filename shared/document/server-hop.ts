/**
 * A client's hop to the server: the deltas it owes, what the server is known to have, and the reports of
 * what is here. Nothing goes out before the server's snapshot has said what it has, and what has gathered
 * goes no faster than the server takes it.
 */
import { LIMITS } from "../protocol/limits.ts";
import { encodeDelta, encodeVector } from "./codec.ts";
import type { Delta } from "./delta.ts";
import { Outbox, REPAIR_AGE } from "./outbox.ts";
import { HELPING_INTERVAL, Pace } from "./pace.ts";
import { VersionVector } from "./version-vector.ts";

export interface ServerSend {
  readonly to: "server";
  readonly bytes: Uint8Array;
  readonly kind: "delta" | "have";
}

export class ServerHop {
  readonly #actor: number;
  readonly #reportInterval: number;
  /** Deltas that the server is not known to have: own ones, and those of earlier lives. */
  readonly #outbox = new Outbox({ resendAfter: null, bound: LIMITS.unsentDeltas });
  #has = new VersionVector();
  /** Others' deltas that the server has asked for. */
  #answers: Delta[] = [];
  readonly #pace = new Pace();
  /** When more of what had to wait may go. */
  #helpingDue = Number.NEGATIVE_INFINITY;
  #open = false;
  #ready = false;
  /** Actors whose entries the server has not been told of; null: all of them. */
  #unreported: Set<number> | null = new Set();
  #reportDue: number | null = null;
  #lastReport = Number.NEGATIVE_INFINITY;

  constructor(options: { actor: number; reportInterval: number }) {
    this.#actor = options.actor;
    this.#reportInterval = options.reportInterval;
  }

  /** Deltas owed. */
  get size(): number {
    return this.#outbox.size;
  }

  /** Those of them that are of earlier lives. */
  earlier(): Delta[] {
    return this.#outbox.pending().filter(({ actor }) => actor !== this.#actor);
  }

  /** What the server is known to have. */
  get has(): VersionVector {
    return this.#has;
  }

  /** Open, and its snapshot has come. */
  get ready(): boolean {
    return this.#ready;
  }

  setOpen(open: boolean, now: number): void {
    if (open) this.#pace.open(now);
    if (open && !this.#open) this.#outbox.reopen(now);
    this.#open = open;
    this.#ready = false;
    this.#answers = [];
  }

  /** False when too many wait already. */
  owe(delta: Delta, dueAt: number): boolean {
    return this.#outbox.offer(delta, dueAt);
  }

  /** The server has what this vector says. */
  acknowledge(vector: VersionVector): void {
    this.#has.merge(vector);
    this.#outbox.acknowledge(vector);
  }

  /** A whole document of the server's has come: it has what this vector says, and no more. */
  begin(vector: VersionVector): void {
    this.#has = new VersionVector();
    this.acknowledge(vector);
    this.#ready = this.#open;
  }

  /** Once, since the server asks again for what does not come. */
  answer(deltas: readonly Delta[]): void {
    this.#answers = [...deltas];
  }

  report(actor: number, now: number): void {
    this.#unreported?.add(actor);
    this.#schedule(now);
  }

  reportAll(now: number): void {
    this.#unreported = null;
    this.#schedule(now);
  }

  /** The server knows what is here, or will see from the next ping that it does not. */
  agree(now: number): void {
    this.#unreported = new Set();
    this.#reportDue = null;
    this.#lastReport = now;
  }

  /** What was sent long ago, and seems not to have come, goes again. */
  rearm(now: number): void {
    this.#outbox.rearm(now, REPAIR_AGE);
  }

  /** What was held back goes now. */
  hurry(now: number): void {
    this.#outbox.hurry(now);
  }

  get nextDue(): number | null {
    if (!this.#ready) return null;
    const owed = this.#answers.length > 0 ? Number.NEGATIVE_INFINITY : this.#outbox.nextDue;
    if (owed === null) return this.#reportDue;
    return Math.min(Math.max(owed, this.#helpingDue), this.#reportDue ?? Number.POSITIVE_INFINITY);
  }

  /** What is due by now, as far as the pace allows. `vector`: what is here. `given`: own deltas that the server had to be given. */
  take(now: number, nowMs: number, vector: VersionVector): { sends: ServerSend[]; given: Delta[] } {
    const next = this.nextDue;
    if (next === null || next > now) return { sends: [], given: [] };
    const given = this.#outbox.take(now, { most: this.#allowance(now) });
    this.#pace.spend(given.length, now);
    const answers = this.#answers.splice(0, this.#allowance(now));
    this.#pace.spend(answers.length, now);
    if (this.#answers.length > 0 || (this.#outbox.nextDue ?? Number.POSITIVE_INFINITY) <= now)
      this.#helpingDue = now + HELPING_INTERVAL;
    const sends = [...given, ...answers].map((delta) => this.#encode(delta, nowMs));
    if (this.#reportDue !== null && this.#reportDue <= now) {
      const told = this.#unreported ? vector.subset(this.#unreported) : vector;
      sends.push({ to: "server", bytes: encodeVector(told), kind: "have" });
      this.agree(now);
    }
    return { sends, given };
  }

  #allowance(now: number): number {
    return this.#pace.allowance(now, this.#outbox.underway(this.#pace.underwaySince(now)));
  }

  /** Short numbers are for the own actor's: for an author that is not here the server would read them against nothing. */
  #encode(delta: Delta, nowMs: number): ServerSend {
    const options =
      delta.actor === this.#actor
        ? { explicitActor: false, nowMs, acknowledged: this.#has.highest(this.#actor) }
        : { explicitActor: true, nowMs: 0 };
    return { to: "server", bytes: encodeDelta(delta, options), kind: "delta" };
  }

  #schedule(now: number): void {
    this.#reportDue ??= Math.max(now, this.#lastReport + this.#reportInterval);
  }
}
