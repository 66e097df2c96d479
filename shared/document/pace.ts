/**
 * How much a client may hand the server now: a little under what the server takes from one connection, so
 * that what has gathered in an hour without a network drains and never ends the connection with RATE.
 */
import { LIMITS } from "../protocol/limits.ts";
import { type Bucket, fullBucket, type Rate, tokensAt } from "../room/rate.ts";

/** Messages a second that are left to others: 20 reports, and the pings of a clock that begins anew. */
const RESERVED_PER_SECOND = 40;
/** The same of the burst: as many as gather while the network stands still for as long as the server bears it. */
const RESERVED_BURST = 100;
const SHARE = (LIMITS.binaryBurst - RESERVED_BURST) / 2;
/** Seconds after which what was sent counts as there: a connection that is silent for longer is ended. */
const UNDERWAY_FOR = 5;

/** What goes out, at most. */
export const PACE: Rate = { perSecond: LIMITS.binaryPerSecond - RESERVED_PER_SECOND, burst: SHARE };
/** What may have been sent and not been acknowledged: a network that stalls lets it all through at once. */
export const UNDERWAY = SHARE;
/** Seconds between two helpings of what has to wait. */
export const HELPING_INTERVAL = 0.05;

/** Law: in any `t` seconds the server hears at most `UNDERWAY + PACE.burst + PACE.perSecond × t` of what is paced. */
export class Pace {
  #bucket: Bucket = fullBucket(PACE, 0);
  #openedAt = 0;

  /** A connection begins, and the server's own count with it. */
  open(now: number): void {
    this.#bucket = fullBucket(PACE, now);
    this.#openedAt = now;
  }

  /** From when on something that was sent may still be under way. */
  underwaySince(now: number): number {
    return Math.max(this.#openedAt, now - UNDERWAY_FOR);
  }

  /** How many messages may go now, while so many are under way. */
  allowance(now: number, underway: number): number {
    return Math.max(0, Math.min(Math.floor(tokensAt(this.#bucket, PACE, now)), UNDERWAY - underway));
  }

  spend(count: number, now: number): void {
    this.#bucket = { tokens: tokensAt(this.#bucket, PACE, now) - count, at: now };
  }
}
