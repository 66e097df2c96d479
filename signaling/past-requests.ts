/** Questions about a room's past from one connection: who may ask, how often, and what a refusal says. */
import { LIMITS } from "#shared/protocol/limits.ts";
import type { ClientMessage, Role, ServerMessage } from "#shared/protocol/messages.ts";
import { mayWrite } from "#shared/room/membership.ts";
import { type Bucket, fullBucket, takeToken } from "#shared/room/rate.ts";
import type { Log } from "./log.ts";
import type { Room } from "./room.ts";

const RATE = { perSecond: LIMITS.historyPerSecond, burst: 10 };

export type PastQuestion = Extract<ClientMessage, { type: "history" | "moment" }>;
type PastAnswer = Extract<ServerMessage, { type: "history" | "moment" }>;

export class PastRequests {
  readonly #log: Log;
  #bucket: Bucket;

  constructor(now: number, log: Log) {
    this.#bucket = fullBucket(RATE, now);
    this.#log = log;
  }

  /** Always answers; `now` is in monotonic seconds. */
  async ask(room: Room, role: Role, question: PastQuestion, now: number): Promise<PastAnswer> {
    const { type, id } = question;
    if (!mayWrite(role)) return { type, id, error: "FORBIDDEN" };
    const bucket = takeToken(this.#bucket, RATE, now);
    if (!bucket) return { type, id, error: "RATE" };
    this.#bucket = bucket;
    try {
      return await answer(room, question);
    } catch (error) {
      this.#log.error({ room: room.id, err: error }, "the past could not be read");
      return { type, id, error: "UNAVAILABLE" };
    }
  }
}

async function answer(room: Room, question: PastQuestion): Promise<PastAnswer> {
  const { type, id } = question;
  if (type === "history") {
    const { before = null, limit } = question;
    return { type, id, ...(await room.history({ before, limit })) };
  }
  const { n } = question;
  const snapshot = await room.moment(n);
  return snapshot === null ? { type, id, error: "NOT_FOUND" } : { type, id, n, snapshot };
}
