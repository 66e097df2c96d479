/**
 * Where hands are before they act: what one person tells of theirs, how it is slowed down, and what is
 * known of the others'. It is told and forgotten; nothing of it is in the document. Time comes from outside.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { Place } from "../protocol/messages.ts";

/** Seconds between two words of one person's, at least. */
export const PRESENCE_INTERVAL = 1 / LIMITS.presencePerSecond;
/** Seconds without news after which a hand counts as gone. */
export const PRESENCE_FORGOTTEN = 10;
/** A hand that moves without leaving its place is told again after this many seconds, before it is forgotten. */
const REFRESH = 5;

export const samePlace = (a: Place | null, b: Place | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.panel === b.panel &&
    a.held === b.held &&
    a.track === b.track &&
    a.step === b.step &&
    a.pitch === b.pitch &&
    a.param === b.param);

/** Lets the newest of a stream through, at most one each interval: what comes too soon waits, what is overtaken is dropped. */
export class Paced<T> {
  #waiting: { readonly value: T } | null = null;
  #passedAt = Number.NEGATIVE_INFINITY;

  offer(value: T): void {
    this.#waiting = { value };
  }

  cancel(): void {
    this.#waiting = null;
  }

  /** When `take` has something; null for never. */
  get due(): number | null {
    return this.#waiting && this.#passedAt + PRESENCE_INTERVAL;
  }

  take(now: number): { readonly value: T } | null {
    if (this.due === null || this.due > now) return null;
    const passed = this.#waiting;
    this.#waiting = null;
    this.#passedAt = now;
    return passed;
  }
}

/** What I tell of my own hand: only changes, and that it still moves. */
export class PresenceReport {
  readonly #paced = new Paced<Place | null>();
  #told: Place | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** The hand is there at `now`; null: nowhere. */
  move(at: Place | null, now: number): void {
    const isNews = !samePlace(at, this.#told) || (at !== null && now - this.#toldAt >= REFRESH);
    if (isNews) this.#paced.offer(at);
    else this.#paced.cancel();
  }

  get due(): number | null {
    return this.#paced.due;
  }

  take(now: number): { readonly at: Place | null } | null {
    const passed = this.#paced.take(now);
    if (!passed) return null;
    this.#told = passed.value;
    this.#toldAt = now;
    return { at: passed.value };
  }

  /** Nobody knows any more what was told: the connection is another. */
  forget(): void {
    this.#told = null;
    this.#paced.cancel();
  }
}

/** Where the others' hands are, as far as they have told lately. */
export class PresenceBoard {
  readonly #hands = new Map<number, { readonly at: Place; readonly until: number }>();

  get hands(): { readonly actor: number; readonly at: Place }[] {
    return [...this.#hands].map(([actor, { at }]) => ({ actor, at }));
  }

  /** When the next one is forgotten; null for none. */
  get due(): number | null {
    const due = Math.min(...[...this.#hands.values()].map(({ until }) => until));
    return due < Number.POSITIVE_INFINITY ? due : null;
  }

  /** The one who moved last stands last. A hand that holds a knob is not forgotten: held still, it says nothing. */
  heard(actor: number, at: Place | null, now: number): void {
    this.#hands.delete(actor);
    const until = at?.held === true ? Number.POSITIVE_INFINITY : now + PRESENCE_FORGOTTEN;
    if (at) this.#hands.set(actor, { at, until });
  }

  left(actor: number): void {
    this.#hands.delete(actor);
  }

  expire(now: number): void {
    for (const [actor, { until }] of this.#hands) if (until <= now) this.#hands.delete(actor);
  }

  clear(): void {
    this.#hands.clear();
  }
}
