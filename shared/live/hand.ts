/**
 * My hand: what it holds and where, as frames for the others. They go out while something moves, at most
 * `LIMITS.livePerSecond` a second, the newest place each; a hand that rests says so twice more, since a
 * lost last frame would leave the others elsewhere, and then nothing. Pure; instants are room time.
 */
import { LIMITS } from "../protocol/limits.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";
import type { LiveFrame, Movement } from "./movement.ts";
import { type Target, targetKey } from "./target.ts";

/** Seconds between two frames, at least. */
export const FRAME_INTERVAL = 1 / LIMITS.livePerSecond;
/** Seconds from a resting hand's newest frame to its repetition, and from there to the next. */
const REPETITIONS = [0.05, 0.1] as const;
/** Screens and timers are not exact: a frame may come so much early, and the next one waits for it. Seconds. */
const SLACK = 0.002;

interface Gesture {
  readonly begunMs: number;
  seq: number;
  /** When the newest frame left. */
  sentAt: number;
  /** When the next one may leave. */
  freeAt: number;
  /** When the newest place was taken that has not gone out yet; null if all has. */
  movedAt: number | null;
  /** Repetitions that have gone out since. */
  repeated: number;
  ended: boolean;
}

export class Hand {
  readonly #held = new Map<string, Movement>();
  /** Let go with others still held: named in one more frame. */
  readonly #released = new Set<string>();
  #gesture: Gesture | null = null;

  /** When and by whose beginning my gesture counts against others'; null while I hold nothing. */
  get begunMs(): number | null {
    return this.#gesture && !this.#gesture.ended ? this.#gesture.begunMs : null;
  }

  /** False where the hand is full. */
  move(target: Target, travel: number, now: RoomTime): boolean {
    const key = targetKey(target);
    let gesture = this.#gesture;
    if (gesture?.ended) this.#holdNothing();
    if (!this.#held.has(key) && this.#held.size >= LIMITS.liveParameters) return false;
    if (!gesture || gesture.ended || now - gesture.begunMs / 1_000 > LIMITS.gestureSeconds)
      this.#gesture = gesture = newGesture(now, gesture);
    if (this.#held.get(key)?.travel === travel) return true;
    this.#held.set(key, { target, travel });
    this.#released.delete(key);
    gesture.movedAt = now;
    gesture.repeated = 0;
    return true;
  }

  /** It stays where it was moved to last. */
  letGo(target: Target, now: RoomTime): void {
    const key = targetKey(target);
    const gesture = this.#gesture;
    if (!gesture || !this.#held.has(key) || this.#released.has(key)) return;
    this.#released.add(key);
    gesture.ended = this.#released.size === this.#held.size;
    gesture.movedAt = now;
    gesture.repeated = 0;
  }

  /** When `take` has a frame; null for never. */
  get due(): RoomTime | null {
    const gesture = this.#gesture;
    if (!gesture) return null;
    if (gesture.movedAt !== null) return roomTime(gesture.ended ? gesture.sentAt : gesture.freeAt);
    const wait = REPETITIONS[gesture.repeated];
    return wait === undefined ? null : roomTime(gesture.sentAt + wait);
  }

  take(now: RoomTime): LiveFrame | null {
    const gesture = this.#gesture;
    const { due } = this;
    if (!gesture || due === null || now < due - SLACK) return null;
    if (gesture.movedAt === null) gesture.repeated += 1;
    const stamp = gesture.movedAt ?? now;
    const frame = {
      actor: null,
      begunMs: gesture.begunMs,
      sinceMs: Math.min(0xffff, Math.max(0, Math.round(stamp * 1_000) - gesture.begunMs)),
      seq: gesture.seq,
      end: gesture.ended,
      movements: [...this.#held.values()],
    };
    gesture.seq = (gesture.seq + 1) & 0xff;
    gesture.sentAt = now;
    gesture.freeAt = Math.max(gesture.freeAt, now - SLACK) + FRAME_INTERVAL;
    gesture.movedAt = null;
    if (!gesture.ended) this.#forgetReleased();
    else if (this.due === null) this.drop();
    return frame;
  }

  /** Nobody is told any more: the connection is another. */
  drop(): void {
    this.#holdNothing();
    this.#gesture = null;
  }

  #holdNothing(): void {
    this.#held.clear();
    this.#released.clear();
  }

  #forgetReleased(): void {
    for (const key of this.#released) this.#held.delete(key);
    this.#released.clear();
  }
}

/** Two gestures of one hand never begin in the same ms. */
const newGesture = (now: RoomTime, before: Gesture | null): Gesture => ({
  begunMs: Math.max(Math.round(now * 1_000), before ? before.begunMs + 1 : 0),
  seq: 0,
  sentAt: Number.NEGATIVE_INFINITY,
  freeAt: before?.freeAt ?? Number.NEGATIVE_INFINITY,
  movedAt: null,
  repeated: 0,
  ended: false,
});
