/**
 * The others' hands as they are to be heard: each actor's frames wait until stamp + delay, come out in the
 * order of their stamps and become points a few ms apart. Of two hands on one control the one that began
 * later is heard for as long as it holds it (at the same ms: the higher actor), and a write to the document
 * is newer than every frame stamped before it. Pure: instants are room time and come from outside.
 */
import { LIMITS } from "../protocol/limits.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";
import { type Heard, type Held, HandStream } from "./hand-stream.ts";
import type { LiveFrame } from "./movement.ts";
import { type DelayBounds, PlayoutDelay, USUAL_DELAY } from "./playout-delay.ts";
import { type Target, targetKey } from "./target.ts";

/** Seconds between two points of a moving control. */
export const POINT_INTERVAL = 0.004;
/** Where two sources differ (a hand and the document, two hands, a frame that came late) the sound glides this long. */
const BLEND = 0.03;
/** After a hand has let go its last place holds until the edit is here, or this many seconds. */
const GRACE = 1;
/** A hand of which nothing has come for so long rests; for less, its frames are late or lost. Seconds. */
const REST = 0.3;
/** Seconds for which a write is remembered; by then frames from before it are refused. */
const WRITES_KEPT = 5;
/** A travel that differs by less is the same. */
const SAME = 1e-6;

export interface Instant {
  readonly time: RoomTime;
  readonly values: readonly { readonly target: Target; readonly travel: number }[];
}

export interface Taken {
  /** Ordered by time; only what has moved. */
  readonly instants: readonly Instant[];
  /** No hand moves these any more: the document says again how they stand. */
  readonly released: readonly Target[];
}

export interface JitterBufferOptions {
  readonly delay?: DelayBounds;
  /** The travel at which a control that no hand has held so far stands; null where that is not known. */
  readonly standing?: (target: Target) => number | null;
}

interface Listened {
  readonly stream: HandStream;
  readonly delay: PlayoutDelay;
}

/** A control as it is heard. */
interface Sounding {
  readonly target: Target;
  actor: number;
  begunMs: number;
  /** What was given out last, and what the hand itself was at there. */
  out: number;
  source: number;
  /** Added to the hand's place, going to 0 within `BLEND`. */
  offset: number;
  offsetAt: number;
  /** When a hand was last heard on it. */
  heardAt: number;
}

export type LiveCounts = Record<Heard | "missed", number>;

export class JitterBuffer {
  readonly #options: JitterBufferOptions;
  #bounds: DelayBounds;
  readonly #hands = new Map<number, Listened>();
  readonly #sounding = new Map<string, Sounding>();
  /** Newest write to each control, room time in seconds. */
  readonly #writes = new Map<string, number>();
  /** My own, by the beginning of my gesture. */
  readonly #mine = new Map<string, { readonly begunMs: number; readonly actor: number }>();
  readonly #counts = { heard: 0, late: 0, dropped: 0, repeated: 0, refused: 0 };
  #missedBefore = 0;
  /** As of the latest `take`: points are given out so long before they are heard. */
  #reach = 0;
  /** The newest instant given out, in intervals; null while nothing is held. */
  #at: number | null = null;

  constructor(options: JitterBufferOptions = {}) {
    this.#options = options;
    this.#bounds = options.delay ?? USUAL_DELAY;
  }

  /** In force from now on, also for gestures that sound: none of them jumps. */
  setDelay(bounds: DelayBounds): void {
    this.#bounds = bounds;
    for (const { delay } of this.#hands.values()) delay.setBounds(bounds);
  }

  get counts(): LiveCounts {
    const missed = [...this.#hands.values()].reduce((sum, { stream }) => sum + stream.missed, 0);
    return { ...this.#counts, missed: this.#missedBefore + missed };
  }

  /** Seconds from the stamp of this actor's frames to their sound; null for who has moved nothing. */
  delayOf(actor: number): number | null {
    return this.#hands.get(actor)?.delay.seconds ?? null;
  }

  /** The longest of all hands that are listened to; null for none. */
  get delay(): number | null {
    const delays = [...this.#hands.values()].map(({ delay }) => delay.seconds);
    return delays.length > 0 ? Math.max(...delays) : null;
  }

  /** Frames that wait or are heard, of all hands. */
  get frames(): number {
    return [...this.#hands.values()].reduce((sum, { stream }) => sum + stream.frames, 0);
  }

  /** Controls whose newest write is remembered. */
  get writes(): number {
    return this.#writes.size;
  }

  /** Whether `take` may have something to give. */
  get isActive(): boolean {
    return this.#sounding.size > 0 || this.frames > 0;
  }

  /** Somebody else's hand is heard on it. */
  isMoved(target: Target): boolean {
    return this.#sounding.has(targetKey(target));
  }

  hear(actor: number, frame: LiveFrame, now: RoomTime): Heard {
    const hand = this.#listenTo(actor);
    if (!hand) {
      this.#counts.refused += 1;
      return "refused";
    }
    const { stream, delay } = hand;
    if (this.#at === null) delay.pass(0, false);
    const heardTo = this.#at === null ? now + this.#reach : this.#at * POINT_INTERVAL;
    const playhead = heardTo - delay.seconds;
    const { heard, need } = stream.hear(frame, now, playhead);
    this.#counts[heard] += 1;
    if (need !== undefined) delay.needed(need);
    return heard;
  }

  /** Somebody has written to the control, at this stamp (room time in seconds). */
  wrote(target: Target, stamp: number): void {
    const key = targetKey(target);
    const newest = Math.max(stamp, this.#writes.get(key) ?? 0);
    // Written last stands last: the first is the oldest, where there are too many.
    this.#writes.delete(key);
    this.#writes.set(key, newest);
    this.#forgetWrites(stamp);
    for (const each of this.#writes.keys()) {
      if (this.#writes.size <= LIMITS.liveWrites) break;
      this.#writes.delete(each);
    }
  }

  /** My own hand holds it, or (null) does not any more. What I hear of it myself is not this buffer's. */
  hold(target: Target, mine: { readonly begunMs: number; readonly actor: number } | null): void {
    if (mine) this.#mine.set(targetKey(target), mine);
    else this.#mine.delete(targetKey(target));
  }

  leave(actor: number): void {
    this.#missedBefore += this.#hands.get(actor)?.stream.missed ?? 0;
    this.#hands.delete(actor);
  }

  /** The clock has stepped, or the sound stood still: what waits belongs to another time. */
  reset(): Taken {
    for (const actor of this.#hands.keys()) this.leave(actor);
    return { instants: [], released: this.#releaseAll() };
  }

  /**
   * The points from the last ones on up to `reach + ahead` from now, each given once. Those nearer than
   * `reach` can not be heard in time any more and are left out; `ahead` is what lies until the next call.
   */
  take(now: RoomTime, reach: number, ahead: number): Taken {
    const to = Math.floor((now + reach + ahead) / POINT_INTERVAL);
    const first = Math.ceil((now + reach) / POINT_INTERVAL);
    const from = Math.max(first, (this.#at ?? Number.NEGATIVE_INFINITY) + 1);
    this.#reach = reach + ahead;
    for (const { delay } of this.#hands.values()) delay.setReach(this.#reach);
    if (!this.isActive || to < from) return { instants: [], released: [] };
    const stalled = this.#at === null ? 0 : from - 1 - this.#at;
    this.#pass((from - 1) * POINT_INTERVAL, stalled);
    this.#mendJumps((from - 1) * POINT_INTERVAL, stalled > 0);
    const instants: Instant[] = [];
    for (let at = from; at <= to; at++) {
      const time = at * POINT_INTERVAL;
      this.#pass(time, 1);
      const values = this.#valuesAt(time);
      this.#at = at;
      if (values.length > 0) instants.push({ time: roomTime(time), values });
    }
    return { instants, released: this.#settle(now) };
  }

  #listenTo(actor: number): Listened | null {
    const known = this.#hands.get(actor);
    if (known) return known;
    if (this.#hands.size >= LIMITS.liveHands) return null;
    const hand = { stream: new HandStream(), delay: new PlayoutDelay(this.#bounds) };
    hand.delay.setReach(this.#reach);
    this.#hands.set(actor, hand);
    return hand;
  }

  #pass(time: number, intervals: number): void {
    for (const { stream, delay } of this.#hands.values()) {
      const { newest } = stream;
      const isSounding = newest !== null && time - Math.max(delay.seconds, delay.target) < newest + REST;
      delay.pass(intervals * POINT_INTERVAL, isSounding);
    }
  }

  /** Whether a hand still has its say: nothing newer was written, and it has not let go for good. */
  #hasItsSay(key: string, held: Held, playhead: number): boolean {
    const written = this.#writes.get(key) ?? Number.NEGATIVE_INFINITY;
    if (written > held.stamp && written <= playhead) return false;
    if (!held.ended) return true;
    return written < held.begunMs / 1_000 && playhead < held.stamp + GRACE;
  }

  #valuesAt(time: number): Instant["values"] {
    const winners = new Map<string, { readonly actor: number; readonly held: Held }>();
    for (const [actor, { stream, delay }] of this.#hands) {
      const playhead = time - delay.seconds;
      for (const [key, held] of stream.heldAt(playhead)) {
        const mine = this.#mine.get(key);
        const other = winners.get(key);
        if (!this.#hasItsSay(key, held, playhead)) continue;
        if (mine && !isLater(held.begunMs, actor, mine.begunMs, mine.actor)) continue;
        if (other && !isLater(held.begunMs, actor, other.held.begunMs, other.actor)) continue;
        winners.set(key, { actor, held });
      }
    }
    const values: { target: Target; travel: number }[] = [];
    for (const [key, { actor, held }] of winners) {
      const moved = this.#sound(key, actor, held, time);
      if (moved) values.push(moved);
    }
    return values;
  }

  /** The control's next point, or null where it stands still. */
  #sound(key: string, actor: number, held: Held, time: number): { target: Target; travel: number } | null {
    const { movement, travel: source, begunMs } = held;
    const { target } = movement;
    const before = this.#sounding.get(key);
    const standing = before ? null : (this.#options.standing?.(target) ?? null);
    const isKnown = standing !== null;
    const sounding: Sounding = before ?? {
      target,
      actor,
      begunMs,
      out: standing ?? source,
      source,
      offset: 0,
      offsetAt: time,
      heardAt: time,
    };
    if (!before || before.actor !== actor || before.begunMs !== begunMs) {
      sounding.offset = sounding.out - source;
      sounding.offsetAt = time - POINT_INTERVAL;
    }
    const share = Math.max(0, 1 - (time - sounding.offsetAt) / BLEND);
    const travel = source + sounding.offset * share;
    const isStill = Math.abs(travel - sounding.out) < SAME && (before !== undefined || isKnown);
    this.#sounding.set(key, Object.assign(sounding, { actor, begunMs, source, out: travel, heardAt: time }));
    return isStill ? null : { target, travel };
  }

  /** Where a frame came late, or points were left out, the hand is elsewhere than it was heard: from there it glides. */
  #mendJumps(time: number, hasStalled: boolean): void {
    for (const [key, sounding] of this.#sounding) {
      const hand = this.#hands.get(sounding.actor);
      const held = hand?.stream.at(key, time - hand.delay.seconds);
      if (!held || held.begunMs !== sounding.begunMs) continue;
      if (!hasStalled && Math.abs(held.travel - sounding.source) < SAME) continue;
      sounding.offset = sounding.out - held.travel;
      sounding.offsetAt = time;
    }
  }

  /** Ends what has ended, and forgets what is of no use any more. */
  #settle(now: number): Target[] {
    const released: Target[] = [];
    const time = (this.#at ?? 0) * POINT_INTERVAL;
    for (const [key, { target, heardAt }] of this.#sounding) {
      if (heardAt === time) continue;
      released.push(target);
      this.#sounding.delete(key);
    }
    const moving = new Set([...this.#sounding.values()].map(({ actor }) => actor));
    for (const [actor, { stream, delay }] of this.#hands)
      stream.prune(time - delay.seconds, { keepLast: moving.has(actor) });
    this.#forgetWrites(now);
    if (!this.isActive) this.#at = null;
    return released;
  }

  #forgetWrites(now: number): void {
    for (const [key, written] of this.#writes) {
      if (written > now - WRITES_KEPT) continue;
      for (const { stream } of this.#hands.values()) stream.drop(key, written);
      this.#writes.delete(key);
    }
  }

  #releaseAll(): Target[] {
    const released = [...this.#sounding.values()].map(({ target }) => target);
    this.#sounding.clear();
    this.#at = null;
    return released;
  }
}

/** Of two gestures on one control the later one, which is heard. */
export const isLater = (begunMs: number, actor: number, otherBegunMs: number, otherActor: number): boolean =>
  begunMs > otherBegunMs || (begunMs === otherBegunMs && actor > otherActor);
