/** A leader's controls from one connection: who may conduct, how often, and what a refusal says. */
import * as v from "valibot";
import { type ControlRefusal, LeaderControl } from "#shared/protocol/controls.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { ClientMessage, ServerMessage } from "#shared/protocol/messages.ts";
import { mayConduct, type Seat } from "#shared/room/membership.ts";
import { type Bucket, fullBucket, takeToken } from "#shared/room/rate.ts";
import type { Room } from "./room.ts";

const RATE = { perSecond: LIMITS.controlsPerSecond, burst: 8 };

type Asked = Extract<ClientMessage, { type: "control" }>;

export class ControlRequests {
  #bucket: Bucket;

  constructor(now: number) {
    this.#bucket = fullBucket(RATE, now);
  }

  /** Always answers; a refusal ends no connection. `now` is in monotonic seconds. */
  ask(room: Room, seat: Seat, { id, control }: Asked, now: number): ServerMessage {
    const refuse = (error: ControlRefusal): ServerMessage => ({ type: "control", id, error });
    // Who holds a leader's link may take the lead.
    if (!mayConduct(seat.role) && !mayConduct(seat.link)) return refuse("FORBIDDEN");
    const read = v.safeParse(LeaderControl, control);
    if (!read.success) return refuse("INVALID");
    if (!mayConduct(seat.role) && read.output.type !== "LEAD") return refuse("FORBIDDEN");
    const bucket = takeToken(this.#bucket, RATE, now);
    if (!bucket) return refuse("RATE");
    this.#bucket = bucket;
    const error = room.control(seat.actor, read.output);
    return error === null ? { type: "control", id } : refuse(error);
  }
}
