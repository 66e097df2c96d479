/**
 * Writes of mine that lost: somebody else's value stands where I wrote a moment before. Told by the
 * stamps in the document, so it makes no difference whether a delta, a floor or a snapshot brought it.
 * What a person sees of it, and how long, follows from the list alone; nothing here reads a clock.
 */
import { settledTempo, type Timeline } from "../music/timeline.ts";
import type { Delta, RegisterKey, RegisterValue, Stamp } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { isTransport, keyId, trackOf } from "./keys.ts";
import { sameValue } from "./values.ts";

/** Two writes of one register this near to each other in room time were made by hands that met, in ms. */
const MOMENT_MS = 2_000;
/** Seconds that a conflict stands when nobody does anything about it. */
export const CONFLICT_SHOWN = 8;
/** More at once would bury the score. */
const MAX_SHOWN = 3;
/** Own writes remembered: a whole pattern replaced, twice. */
const MAX_MINE = 1_024;

/** One register where somebody else's value stands in place of mine. */
export interface Lost {
  readonly key: RegisterKey;
  readonly mine: RegisterValue;
  readonly standing: RegisterValue;
}

/** What one actor's values stand in place of, on one track (null: the room). */
export interface Conflict {
  readonly id: number;
  readonly actor: number;
  readonly track: number | null;
  /** In the order in which they were lost. */
  readonly lost: readonly Lost[];
  /** When it goes by itself, in the seconds that `changed` was told. */
  readonly until: number;
}

interface Mine {
  readonly key: RegisterKey;
  readonly value: RegisterValue;
  readonly stamp: Stamp;
}

const holds = ({ lost }: Conflict, key: RegisterKey): boolean =>
  lost.some((each) => keyId(each.key) === keyId(key));

/** Of the transport only the tempo is anybody's value: starts and stops are heard by all. */
function sameMeaning(key: RegisterKey, a: RegisterValue, b: RegisterValue): boolean {
  return isTransport(key) ? newestTempo(a) === newestTempo(b) : sameValue(a, b);
}

/** The tempo that a transport register leads to; null for an empty one. */
export function newestTempo(value: RegisterValue): number | null {
  const timeline = value as Timeline | null;
  return timeline && settledTempo(timeline);
}

export class ConflictWatch {
  /** The newest own write of each register, oldest first. */
  readonly #mine = new Map<string, Mine>();
  #list: readonly Conflict[] = [];
  #nextId = 1;

  /** Oldest first, three at most. */
  get list(): readonly Conflict[] {
    return this.#list;
  }

  /**
   * An own delta was committed: what it wrote stands, and is no conflict any more. `tempoBefore` is the
   * tempo that the transport led to until then: a start or stop leaves it, and is nothing to contest.
   */
  wrote(delta: Delta, tempoBefore: number | null): void {
    for (const { key } of delta.writes) if (key.kind === "floor") this.#wroteFloor(key);
    for (const { key, value } of delta.writes) {
      if (key.kind === "floor" || (isTransport(key) && newestTempo(value) === tempoBefore)) continue;
      const id = keyId(key);
      this.#settle(key, null);
      this.#mine.delete(id);
      this.#mine.set(id, { key, value, stamp: delta.stamp });
    }
    for (const id of this.#mine.keys()) {
      if (this.#mine.size <= MAX_MINE) break;
      this.#mine.delete(id);
    }
  }

  /**
   * The registers of `keys` changed by others' hands and `document` holds what stands now. `isMine` says
   * whose an actor is: other tabs of mine are I. The room itself (actor 0) contests nothing.
   */
  changed(
    keys: readonly RegisterKey[],
    document: JamDocument,
    isMine: (actor: number) => boolean,
    now: number,
  ): void {
    for (const key of keys) {
      const mine = this.#mine.get(keyId(key));
      if (!mine) continue;
      const { actor, time } = document.stampOf(key);
      const standing = document.get(key)?.value ?? null;
      const isOver = actor === 0 || isMine(actor) || sameMeaning(key, mine.value, standing);
      // What is shown follows what stands, however much later that was written.
      const wasShown = this.#list.some((each) => holds(each, key));
      const isNew = wasShown || time - mine.stamp.time <= MOMENT_MS;
      if (isOver || !isNew) this.#settle(key, null);
      else this.#settle(key, { actor, lost: { key, mine: mine.value, standing }, now });
    }
  }

  /** What was lost, to be written again; the conflict is over. Empty when it is over already. */
  takeBack(id: number): readonly Lost[] {
    const conflict = this.#list.find((each) => each.id === id);
    this.dismiss(id);
    return conflict?.lost ?? [];
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((each) => each.id !== id);
  }

  /** Somebody is looking at it: it stands as long again. */
  renew(id: number, now: number): void {
    this.#list = this.#list.map((each) => (each.id === id ? { ...each, until: now + CONFLICT_SHOWN } : each));
  }

  /** What has stood long enough goes. */
  expire(now: number): void {
    if (this.#list.some(({ until }) => until <= now))
      this.#list = this.#list.filter(({ until }) => until > now);
  }

  /** A pattern replaced by me: what I wrote there before is not my wish any more. */
  #wroteFloor({ track, pattern }: { track: number; pattern: number }): void {
    for (const [id, { key }] of this.#mine) {
      if (key.kind !== "note" || key.track !== track || key.pattern !== pattern) continue;
      this.#settle(key, null);
      this.#mine.delete(id);
    }
  }

  /** The register leaves every conflict but the one with `to.actor`, where it is noted; conflicts without registers go. */
  #settle(key: RegisterKey, to: { actor: number; lost: Lost; now: number } | null): void {
    if (to === null && !this.#list.some((each) => holds(each, key))) return;
    const track = trackOf(key);
    const others = (each: Conflict) => each.lost.filter((lost) => keyId(lost.key) !== keyId(key));
    let isNoted = false;
    const list = this.#list.map((each) => {
      if (to === null || each.actor !== to.actor || each.track !== track)
        return { ...each, lost: others(each) };
      isNoted = true;
      return { ...each, lost: [...others(each), to.lost], until: to.now + CONFLICT_SHOWN };
    });
    if (to !== null && !isNoted) {
      const id = this.#nextId++;
      list.push({ id, actor: to.actor, track, lost: [to.lost], until: to.now + CONFLICT_SHOWN });
    }
    this.#list = list.filter(({ lost }) => lost.length > 0).slice(-MAX_SHOWN);
  }
}
