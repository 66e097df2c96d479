/**
 * The WebSocket's text messages: one schema a message, one union a direction. The receiver knows who
 * sent a message from its connection; no message names its own sender. Binary frames are in `frames.ts`.
 */
import * as v from "valibot";
import { Reaction } from "./chat.ts";
import { LIMITS } from "./limits.ts";

const integer = (min: number, max: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const id = integer(0, 0xffff_ffff);
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const name = v.pipe(v.string(), v.trim(), v.maxLength(LIMITS.nameLength));
/** Index of a person's colour, 0 to 15; from 8 on the same eight with a notch. */
const color = integer(0, 15);
const seconds = v.pipe(v.number(), v.finite());
/** Of what older versions do not know. */
const fewSeconds = v.optional(v.pipe(seconds, v.minValue(0), v.maxValue(10)), 0);
/** A row of the room's journal: the first delta that was stored is 1, and 0 is the room as it was made. */
const row = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const Role = v.picklist(["leader", "performer", "listener"]);
export type Role = v.InferOutput<typeof Role>;

export const Topology = v.picklist(["auto", "mesh", "sfu", "relay"]);
export type Topology = v.InferOutput<typeof Topology>;

/** Which way a peer's edits arrive. */
export const Rung = v.picklist(["relay", "mesh", "sfu"]);
export type Rung = v.InferOutput<typeof Rung>;

export const ClockStatus = v.object({
  state: v.picklist(["unlocked", "locking", "locked", "holdover"]),
  /** Seconds this replica's room clock stands off by its own newest good sample. */
  offset: seconds,
  errorBound: seconds,
  rtt: seconds,
});
export type ClockStatus = v.InferOutput<typeof ClockStatus>;

/** What a connection says of itself: at most once a second, and only when it has changed. */
export const Status = v.object({
  clock: ClockStatus,
  /** The rung its fast path stands on. */
  rung: Rung,
  /** Actors whose datagrams it hears on the fast path: the server forwards the others' deltas at once. */
  direct: v.pipe(v.array(id), v.maxLength(256)),
  /** The SFU has lately not brought it what the server had to: it is sent copies sooner. Since 1.1. */
  losing: v.optional(v.boolean()),
  sound: v.picklist(["off", "starting", "on", "interrupted"]),
  /** Seconds its device renders ahead of its speakers; 0 while it does not sound, and from those who do not know. */
  renderAhead: fewSeconds,
  /** How fit it is to broadcast: notes that came too late in the last minute, and whether it is a phone. Missing: it cannot. Since 1.1. */
  fit: v.optional(v.object({ late: id, small: v.boolean() })),
});
export type Status = v.InferOutput<typeof Status>;

export const Peer = v.object({
  actor: id,
  member: id,
  name,
  color,
  role: Role,
  /** Null until the connection has reported. */
  status: v.nullable(Status),
});
export type Peer = v.InferOutput<typeof Peer>;

/** A mediasoup request; what `params` holds is checked by the handler of the method. */
export const SfuMethod = v.picklist([
  "capabilities",
  "createTransport",
  "connectTransport",
  "restartIce",
  "produceData",
  "consumeData",
  "produce",
  "closeProducer",
  "consume",
  "resume",
  "pause",
  "closeConsumer",
]);
export type SfuMethod = v.InferOutput<typeof SfuMethod>;

/**
 * What one actor can send as sound: its microphone or line alone, what it hears of the room, or, when the room
 * names it, the room's programme for its audience.
 */
export type AirKind = "input" | "mix" | "programme";

const air = {
  input: v.boolean(),
  mix: v.boolean(),
  /** The mix carries the actor's own input as well. */
  mixHasInput: v.boolean(),
};
/** What an actor sends to whoever listens. */
export type Air = { readonly [K in keyof typeof air]: boolean };

/**
 * Where a hand is: a part, a step of it, a cell, or a knob, volume or pan by its parameter's name; or, without a
 * part, an effect of the room by its name, or a panel of the screen by its name.
 */
export const Place = v.object({
  track: v.optional(id),
  step: v.optional(integer(0, LIMITS.steps - 1)),
  pitch: v.optional(integer(0, 127)),
  param: v.optional(text(40)),
  /** It has taken hold of the knob. Since 1.1. */
  held: v.optional(v.boolean()),
  panel: v.optional(text(40)),
});
export type Place = v.InferOutput<typeof Place>;

export const ClientMessage = v.variant("type", [
  v.object({
    type: v.literal("hello"),
    major: id,
    minor: id,
    token: text(1_024),
    /** The secret of the member this browser is; without it a new member is made. */
    memberKey: v.optional(text(64)),
    /** A connection that was lost goes on as the same actor. */
    resume: v.optional(v.object({ actor: id, actorKey: text(64) })),
    /** Earlier lives of this page or browser, proved by their keys: edits of theirs that the server lacks may follow. Since 1.1. */
    earlier: v.optional(
      v.pipe(v.array(v.object({ actor: id, actorKey: text(64) })), v.maxLength(LIMITS.earlierActors)),
    ),
    /** Room time as this page holds it over, in seconds, for a server that has just come back. Since 1.1. */
    clock: v.optional(v.object({ roomTime: seconds, errorBound: seconds })),
    name: v.optional(name),
  }),
  v.object({ type: v.literal("profile"), name: v.optional(name), color: v.optional(color) }),
  v.object({ type: v.literal("status"), status: Status }),
  /** An offer, answer or candidate for another actor of a mesh. `data` is simple-peer's signal. */
  v.object({ type: v.literal("signal"), to: id, data: v.record(v.string(), v.unknown()) }),
  v.object({ type: v.literal("sfu"), id, method: SfuMethod, params: v.record(v.string(), v.unknown()) }),
  /** Where this person's hand is; null when it is nowhere. Told when it changes, and while it moves. */
  v.object({ type: v.literal("presence"), at: v.nullable(Place) }),
  /** What I send as sound from now on. Since 1.1. */
  v.object({ type: v.literal("air"), ...air }),
  /** The journal's rows below `before` (all of them without it), newest first. Since 1.1. */
  v.object({
    type: v.literal("history"),
    id,
    before: v.optional(row),
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.historyEntries)),
  }),
  /** The document as it stood right after row `n`. Since 1.1. */
  v.object({ type: v.literal("moment"), id, n: row }),
  /** A leader conducts; what `control` holds is checked by who takes it (`controls.ts`): pages need no schema of it. Since 1.1. */
  v.object({ type: v.literal("control"), id, control: v.unknown() }),
  /** Says something to the room. The `key` is the speaker's own: what is said again with it is said once. Since 1.1. */
  v.object({
    type: v.literal("chat"),
    key: id,
    text: v.pipe(text(LIMITS.chatLength), v.trim(), v.minLength(1)),
    /** The bar that the speaker hears, counted from 1. */
    bar: v.optional(v.pipe(id, v.minValue(1))),
  }),
  /** Asks for what was told before this page listened: all that is kept of the chat, and where hands are. Since 1.1. */
  v.object({ type: v.literal("catchUp") }),
  /** A sign for everybody, shown for a moment and not kept. Since 1.1. */
  v.object({ type: v.literal("reaction"), reaction: Reaction }),
]);
export type ClientMessage = v.InferOutput<typeof ClientMessage>;

/** One stored delta. */
export const HistoryEntry = v.object({
  n: row,
  actor: id,
  seq: id,
  /** Room time of its stamp, ms: when its author made it. */
  time: row,
  /** Room time at which the server had it, ms. */
  received: row,
  /** The actor that brought it in its author's stead. */
  via: v.optional(id),
  /** Base64 of the delta frame, with its actor and the full time. */
  delta: v.string(),
});
export type HistoryEntry = v.InferOutput<typeof HistoryEntry>;

const Links = v.object({
  leader: v.optional(v.string()),
  performer: v.optional(v.string()),
  listener: v.string(),
});
export type Links = v.InferOutput<typeof Links>;

/** STUN and TURN servers, as a browser takes them. */
const IceServers = v.array(
  v.object({
    urls: v.array(v.string()),
    username: v.optional(v.string()),
    credential: v.optional(v.string()),
  }),
);

export const ServerMessage = v.variant("type", [
  /** Followed by one binary snapshot frame. */
  v.object({
    type: v.literal("welcome"),
    room: v.string(),
    /** Seeds every chance in the jam. u32. */
    seed: id,
    /** Random for each life of the server process. u32. */
    clockEpoch: id,
    member: id,
    memberKey: v.string(),
    actor: id,
    actorKey: v.string(),
    role: Role,
    /** Room time when this message was made: the first clock sample, good to one trip. */
    roomTime: seconds,
    roster: v.array(Peer),
    /** Every actor that ever wrote here, with its member's name and colour: notes stay signed when people leave. */
    authors: v.pipe(v.array(v.object({ actor: id, member: id, name, color })), v.maxLength(LIMITS.authors)),
    links: Links,
    topology: Rung,
    iceServers: IceServers,
  }),
  /** A peer came, or what is known of it changed. */
  v.object({ type: v.literal("peer"), peer: Peer }),
  v.object({ type: v.literal("left"), actor: id }),
  v.object({ type: v.literal("topology"), topology: Rung }),
  v.object({ type: v.literal("signal"), from: id, data: v.record(v.string(), v.unknown()) }),
  v.object({
    type: v.literal("sfuReply"),
    id,
    result: v.optional(v.record(v.string(), v.unknown())),
    error: v.optional(v.string()),
  }),
  /** Where another performer's hand is. */
  v.object({ type: v.literal("presence"), from: id, at: v.nullable(Place) }),
  /** What an actor sends as sound; to who comes in, of each that sends any. To oneself when a leader has muted one's input. Since 1.1. */
  v.object({ type: v.literal("air"), from: id, ...air }),
  /**
   * Whose room mix the audience hears, and who sends it as well, to take over; of a planned switch the room time
   * at which it happens. On change, and after a welcome where there is one. Since 1.1.
   */
  v.object({
    type: v.literal("programme"),
    onAir: v.nullable(id),
    standBy: v.nullable(id),
    /** The bar line until which the one before is forwarded; without it, it is so already. */
    at: v.optional(seconds),
    /** Whom a leader has chosen; missing: the room chooses by itself. */
    chosen: v.optional(id),
  }),
  /** An actor's edits can be consumed from now on. */
  v.object({ type: v.literal("dataProducer"), actor: id, dataProducerId: v.string() }),
  /** The SFU lost the worker that one was on: transports are to be made anew. */
  v.object({
    type: v.literal("sfuReset"),
    /** At an instant of one's own choice within so many seconds. Since 1.1. */
    within: fewSeconds,
  }),
  /** The server cannot keep edits now (its disk is full), or can again. After a welcome only when it cannot. Since 1.1. */
  v.object({ type: v.literal("storage"), writable: v.boolean() }),
  /** The answer to `history`: `error`, or the other fields, all of them. Since 1.1. */
  v.object({
    type: v.literal("history"),
    id,
    /** Newest first. */
    entries: v.optional(v.array(HistoryEntry)),
    /** Whether there are older ones. */
    more: v.optional(v.boolean()),
    /** Room ms of the oldest moment that can be had. */
    since: v.optional(row),
    /** Moments from before the oldest entry that is kept, newest first; only beside the last entries. */
    moments: v.optional(v.array(v.object({ n: row, received: row }))),
    error: v.optional(v.string()),
  }),
  /** The answer to `moment`: `error`, or the document as base64 of a snapshot frame. Since 1.1. */
  v.object({
    type: v.literal("moment"),
    id,
    n: v.optional(row),
    snapshot: v.optional(v.string()),
    error: v.optional(v.string()),
  }),
  /** In place of those of the welcome, whose credentials end. Since 1.1. */
  v.object({ type: v.literal("iceServers"), iceServers: IceServers }),
  /** The answer to `control`: taken, or `error`. Since 1.1. */
  v.object({ type: v.literal("control"), id, error: v.optional(v.string()) }),
  /** Something was said; or, with `all`, everything that is kept, oldest first. `chat.ts` has its schema, for who shows it. Since 1.1. */
  v.object({ type: v.literal("chat"), lines: v.array(v.unknown()), all: v.optional(v.boolean()) }),
  /** What was to be said with this key is not said, for `error`. Since 1.1. */
  v.object({ type: v.literal("chatRefused"), key: id, error: v.string() }),
  /** Another's sign. Since 1.1. */
  v.object({ type: v.literal("reaction"), from: id, reaction: v.string() }),
  /** The receiver sends more of `what` than its share: the others get less of it. Since 1.1. */
  v.object({ type: v.literal("slowed"), what: v.string() }),
  /** The server goes away: come back after `afterMs`. */
  v.object({ type: v.literal("retry"), afterMs: v.pipe(v.number(), v.minValue(0), v.maxValue(60_000)) }),
  v.object({ type: v.literal("error"), code: v.string(), message: v.string() }),
]);
export type ServerMessage = v.InferOutput<typeof ServerMessage>;
