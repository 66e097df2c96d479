/**
 * How much of what one connection sends is read, each sort of message by a count of its own: who turns a knob while a
 * backlog drains must not exceed either. Of some sorts too much ends the connection; who sends too much of the others
 * is not read for a while.
 */
import { frameKind } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { type Bucket, fullBucket, type Rate, takeToken } from "#shared/room/rate.ts";

/** `live`: hands. `talk`: what is told and said. */
export type Sort = "text" | "binary" | "live" | "talk";

const BINARY: Rate = { perSecond: LIMITS.binaryPerSecond, burst: LIMITS.binaryBurst };
const TEXT: Rate = { perSecond: LIMITS.textPerSecond, burst: 60 };
const RATES: Readonly<Record<Sort, Rate>> = { text: TEXT, binary: BINARY, live: BINARY, talk: TEXT };

/** How a message of the sort "talk" begins: as it is written by whoever writes its type first. */
const TALK = /^\{"type":"(?:presence|chat|catchUp|reaction)"/;

/** Told by its first bytes, before anything of it is read. */
export function sortOf(bytes: Buffer, isBinary: boolean): Sort {
  if (isBinary) return frameKind(bytes) === "live" ? "live" : "binary";
  return TALK.test(bytes.toString("latin1", 0, 32)) ? "talk" : "text";
}

/** Whether too much of it is waited out, and ends nothing. */
export const isPatient = (sort: Sort): boolean => sort === "live" || sort === "talk";

export class MessageRates {
  readonly #buckets: Record<Sort, Bucket>;

  /** `now` in monotonic seconds, here and below. */
  constructor(now: number) {
    this.#buckets = {
      text: fullBucket(RATES.text, now),
      binary: fullBucket(RATES.binary, now),
      live: fullBucket(RATES.live, now),
      talk: fullBucket(RATES.talk, now),
    };
  }

  /** Counts one; false when it is too much, which counts nothing. */
  take(sort: Sort, now: number): boolean {
    const next = takeToken(this.#buckets[sort], RATES[sort], now);
    if (next) this.#buckets[sort] = next;
    return next !== null;
  }
}
