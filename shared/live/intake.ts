/**
 * How many frames of each peer are looked at at all. On the fast path no server stands between: whoever sends more
 * than a hand can is thinned out by each receiver, before anything is decoded.
 */
import { LIMITS } from "../protocol/limits.ts";
import { type Bucket, fullBucket, takeToken } from "../room/rate.ts";

/** Twice a hand's: for a moment a frame may come by two paths. */
const RATE = { perSecond: 2 * LIMITS.livePerSecond, burst: 2 * LIMITS.livePerSecond };

export class Intake {
  readonly #peers = new Map<number, Bucket>();

  /** Whether a frame of this actor's that has come at `now` (monotonic seconds) is looked at. */
  admits(actor: number, now: number): boolean {
    if (!this.#peers.has(actor) && this.#peers.size >= LIMITS.liveHands) return false;
    const bucket = takeToken(this.#peers.get(actor) ?? fullBucket(RATE, now), RATE, now);
    if (bucket) this.#peers.set(actor, bucket);
    return bucket !== null;
  }

  leave(actor: number): void {
    this.#peers.delete(actor);
  }
}
