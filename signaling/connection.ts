/**
 * One WebSocket: reads each message once (rate, size, form, schema), and hands it to the room as what it
 * means. A message that cannot be read ends this connection with a code, and touches nothing else.
 */
import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import type { WebSocket } from "ws";
import { decodeLive } from "#shared/live/movement.ts";
import { areNotes, decodeNotes } from "#shared/live/played-notes.ts";
import { ERRORS, type ErrorCode } from "#shared/protocol/errors.ts";
import { decodePing, frameKind } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { ClientMessage, type Role, type ServerMessage } from "#shared/protocol/messages.ts";
import { VERSION } from "#shared/protocol/version.ts";
import { mayWrite } from "#shared/room/membership.ts";
import { ControlRequests } from "./control-requests.ts";
import type { Counters } from "./counters.ts";
import { linksFor, type OriginOptions, requestOrigin } from "./links.ts";
import type { Log } from "./log.ts";
import { isPatient, MessageRates, sortOf } from "./message-rates.ts";
import { type PastQuestion, PastRequests } from "./past-requests.ts";
import type { Outlet } from "./outlets.ts";
import type { Room } from "./room.ts";
import type { Rooms } from "./rooms.ts";
import type { ServerClock } from "./server-clock.ts";
import type { Tokens } from "./tokens.ts";

/** Seconds from the opening of a socket to its hello. */
const HELLO_DEADLINE = 10;
/** A little more than between two of a client's own pings. */
const PING_INTERVAL = 2.2;
/** Silent for this long is gone; with the beat of half a second it shows within five. */
const SILENCE = 4.2;
/** What may wait for a client that does not read: a few snapshots. */
const BACKLOG_BYTES = 4 * LIMITS.snapshotBytes;
/** How deep the values of a forwarded message may nest. */
const DEPTH = 12;
/** Who sends too much of a sort that is waited out is not read for so long. ms */
const UNREAD_MS = 250;

const SENTENCES: Readonly<Record<ErrorCode, string>> = {
  HELLO_EXPECTED: "The first message must be hello.",
  MALFORMED: "The message cannot be read.",
  OVERSIZE: "The message is too large.",
  RATE: "Too many messages in a short time.",
  VERSION: "The server speaks another version of the protocol.",
  TOKEN_INVALID: "The link is not valid.",
  TOKEN_EXPIRED: "The link has expired.",
  ROOM_UNKNOWN: "There is no such room.",
  ROOM_FULL: "The room is full.",
  FORBIDDEN: "This role may not do that.",
  TIMEOUT: "The connection was silent for too long.",
  REPLACED: "This page has connected anew elsewhere.",
  RESTART: "The server is going away.",
  STAMP_AHEAD: "The clock of this page is more than a minute ahead.",
  INTERNAL: "The server made a mistake.",
};

export interface ConnectionContext {
  readonly rooms: Rooms;
  readonly tokens: Tokens;
  readonly counters: Counters;
  readonly clock: ServerClock;
  readonly log: Log;
  readonly origins: OriginOptions;
}

type Hello = Extract<ClientMessage, { type: "hello" }>;
type Joined = {
  readonly kind: "joined";
  readonly room: Room;
  readonly actor: number;
  /** What it came in as. Who leads may change; who only listens does not. */
  readonly role: Role;
};
type State =
  | { readonly kind: "greeting" }
  /** What comes while the hello is looked into; bounded by the rates. */
  | { readonly kind: "joining"; readonly held: { bytes: Buffer; isBinary: boolean }[] }
  | Joined
  | { readonly kind: "closed" };

export class Connection implements Outlet {
  readonly #socket: WebSocket;
  readonly #context: ConnectionContext;
  readonly #origin: string;
  readonly #past: PastRequests;
  readonly #controls: ControlRequests;
  #state: State = { kind: "greeting" };
  readonly #rates: MessageRates;
  #openedAt: number;
  #heardAt: number;
  #pingedAt: number;

  constructor(socket: WebSocket, request: IncomingMessage, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#origin = requestOrigin(request, context.origins);
    const now = context.clock.now();
    this.#rates = new MessageRates(now);
    this.#past = new PastRequests(now, context.log);
    this.#controls = new ControlRequests(now);
    this.#openedAt = this.#heardAt = this.#pingedAt = now;
    socket.on("message", (bytes: Buffer, isBinary: boolean) => this.#handleMessage(bytes, isBinary));
    socket.on("pong", () => this.#heard());
    socket.on("ping", () => this.#heard());
    socket.on("error", (error) => this.#handleSocketError(error));
  }

  sendText(message: ServerMessage): void {
    if (this.#canSend()) this.#socket.send(written(message));
  }

  sendBinary(bytes: Uint8Array): void {
    if (this.#canSend()) this.#socket.send(bytes);
  }

  /** Says why, closes with the code that belongs to it, and is silent afterwards. */
  fail(code: ErrorCode, detail?: string): void {
    if (this.#state.kind === "closed") return;
    this.#context.counters.add(`errors.${code}`);
    const message = detail === undefined ? SENTENCES[code] : `${SENTENCES[code]} (${detail})`;
    this.sendText({ type: "error", code, message: message.slice(0, 300) });
    this.#end();
    this.#socket.close(ERRORS[code].close, code);
  }

  /** Called twice a second: pings, and ends what has been silent for too long. */
  beat(now: number): void {
    if (this.#state.kind === "closed") {
      if (now - this.#heardAt > SILENCE) this.#socket.terminate();
      return;
    }
    if (this.#state.kind === "greeting" && now - this.#openedAt > HELLO_DEADLINE)
      return this.fail("HELLO_EXPECTED");
    if (now - this.#heardAt > SILENCE) return this.fail("TIMEOUT");
    // Who has just spoken needs not be asked.
    if (now - Math.max(this.#heardAt, this.#pingedAt) < PING_INTERVAL) return;
    this.#pingedAt = now;
    this.#socket.ping();
  }

  /** The server itself was stopped for a while (sleep, debugger): nobody is to be blamed for silence. */
  forgive(now: number): void {
    this.#heardAt = now;
  }

  /** The socket is gone. */
  handleClosed(): void {
    this.#end();
  }

  #canSend(): boolean {
    if (this.#state.kind === "closed") return false;
    if (this.#socket.bufferedAmount <= BACKLOG_BYTES) return true;
    this.#end();
    this.#context.counters.add("errors.TIMEOUT");
    this.#socket.close(ERRORS.TIMEOUT.close, "TIMEOUT");
    return false;
  }

  #end(): void {
    const state = this.#state;
    this.#state = { kind: "closed" };
    if (state.kind === "joined") state.room.leave(state.actor, this);
  }

  #heard(): void {
    this.#heardAt = this.#context.clock.now();
  }

  #handleSocketError(error: Error & { code?: string }): void {
    const isOversize = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    this.#context.counters.add(`errors.${isOversize ? "OVERSIZE" : "MALFORMED"}`);
    this.#context.log.debug({ reason: error.code ?? "unknown" }, "socket error");
    this.#end();
  }

  #handleMessage(bytes: Buffer, isBinary: boolean): void {
    const state = this.#state;
    if (state.kind === "closed") return;
    this.#heard();
    const sort = sortOf(bytes, isBinary);
    if (!this.#rates.take(sort, this.#context.clock.now())) {
      if (!isPatient(sort)) return this.fail("RATE");
      this.#rest();
    }
    if (bytes.length > (isBinary ? LIMITS.clientFrameBytes : LIMITS.clientTextBytes))
      return this.fail("OVERSIZE");
    if (state.kind === "joining") {
      state.held.push({ bytes, isBinary });
      return;
    }
    this.#read(bytes, isBinary);
  }

  #read(bytes: Buffer, isBinary: boolean): void {
    try {
      if (isBinary) this.#handleFrame(bytes);
      else this.#handleText(bytes);
    } catch (error) {
      this.#handleBug(error);
    }
  }

  #handleBug(error: unknown): void {
    this.#context.log.error({ err: error }, "message not handled");
    this.fail("INTERNAL");
  }

  /**
   * What was sent stays in the sender's own computer meanwhile. What has been read already still comes, which
   * is one piece of the stream at most: each person's share of the room bounds what becomes of it.
   */
  #rest(): void {
    if (this.#socket.isPaused) return;
    this.#context.counters.add("connections.rested");
    this.#socket.pause();
    setTimeout(() => {
      this.#heard();
      this.#socket.resume();
    }, UNREAD_MS).unref();
  }

  #handleFrame(bytes: Uint8Array): void {
    const state = this.#state;
    if (state.kind !== "joined") return this.fail("HELLO_EXPECTED");
    const { room, actor, role } = state;
    const kind = frameKind(bytes);
    this.#context.counters.add(`received.${kind ?? "unknown"}`);
    switch (kind) {
      case "ping": {
        const ping = decodePing(bytes);
        return ping ? room.ping(actor, ping) : this.fail("MALFORMED", "ping");
      }
      case "delta": {
        if (!mayWrite(role)) return this.fail("FORBIDDEN", "a listener writes nothing");
        const error = room.delta(actor, bytes, "socket");
        return error === null ? undefined : this.fail("MALFORMED", error);
      }
      case "have": {
        const error = room.have(actor, bytes);
        return error === null ? undefined : this.fail("MALFORMED", error);
      }
      case "live":
        if (!mayWrite(role)) return this.fail("FORBIDDEN", "a listener moves nothing");
        // Only its form is looked at here: when it was is the listeners' affair.
        if ((areNotes(bytes) ? decodeNotes : decodeLive)(bytes, 0)?.actor !== null)
          return this.fail("MALFORMED", "live");
        return room.live(actor, bytes);
      case "probe":
      case "ack":
      case "part":
      case "replacement":
      case "pong":
      case "snapshot":
      case null:
        return this.fail("MALFORMED", "no frame of a client's");
    }
  }

  #handleText(bytes: Buffer): void {
    const message = parse(bytes);
    const isHello = message?.type === "hello";
    if (this.#state.kind === "greeting" && !isHello) return this.fail("HELLO_EXPECTED");
    if (!message) return this.fail("MALFORMED");
    this.#context.counters.add(`received.${message.type}`);
    if (message.type === "hello") {
      if (this.#state.kind === "greeting") void this.#join(message);
      else this.fail("MALFORMED", "hello comes once");
    } else if (this.#state.kind === "joined") this.#handleJoined(this.#state, message);
  }

  #handleJoined(state: Joined, message: Exclude<ClientMessage, Hello>): void {
    const { room, actor, role } = state;
    switch (message.type) {
      case "profile":
        return room.profile(actor, message);
      case "status":
        return room.status(actor, message.status);
      case "signal":
        if (!mayWrite(role)) return this.fail("FORBIDDEN", "a listener is in no mesh");
        return room.signal(actor, message.to, message.data);
      case "presence":
        if (!mayWrite(role)) return this.fail("FORBIDDEN", "a listener has no hand in it");
        return room.presence(actor, message.at);
      case "air":
        if (!mayWrite(role)) return this.fail("FORBIDDEN", "a listener sends no sound");
        return room.air(actor, message);
      case "sfu":
        if ((message.method === "produceData" || message.method === "produce") && !mayWrite(role))
          return this.fail("FORBIDDEN", "a listener produces nothing");
        room.sfu(actor, role, message).catch((error: unknown) => this.#handleBug(error));
        return;
      case "chat":
        return room.say(actor, message);
      case "catchUp":
        return room.catchUp(actor);
      case "reaction":
        return room.reaction(actor, message.reaction);
      case "control":
        return this.#conduct(state, message);
      case "history":
      case "moment":
        void this.#askPast(state, message);
    }
  }

  #conduct({ room, actor }: Joined, message: Extract<ClientMessage, { type: "control" }>): void {
    const seat = room.seat(actor);
    if (seat) this.sendText(this.#controls.ask(room, seat, message, this.#context.clock.now()));
  }

  async #askPast({ room, role }: Joined, question: PastQuestion): Promise<void> {
    this.sendText(await this.#past.ask(room, role, question, this.#context.clock.now()));
  }

  async #join(hello: Hello): Promise<void> {
    const held: { bytes: Buffer; isBinary: boolean }[] = [];
    this.#state = { kind: "joining", held };
    try {
      await this.#enter(hello);
    } catch (error) {
      return this.#handleBug(error);
    }
    for (const { bytes, isBinary } of held) {
      // The state is read anew each time: what was held may end the connection.
      if (this.#currentState().kind !== "joined") return;
      this.#read(bytes, isBinary);
    }
  }

  #currentState(): State {
    return this.#state;
  }

  async #enter(hello: Hello): Promise<void> {
    const { rooms, tokens, clock, log } = this.#context;
    if (hello.major !== VERSION.major) return this.fail("VERSION", `here ${VERSION.major}.${VERSION.minor}`);
    const now = clock.unixMs() / 1000;
    const claims = await tokens.verify(hello.token, now);
    if (!claims.ok) return this.fail(claims.error);
    const { room: id, role, generation } = claims.value;
    const room = await rooms.get(id);
    if (!room) return this.fail("ROOM_UNKNOWN");
    if (room.generations[role] !== generation) return this.fail("TOKEN_INVALID");
    const at = { origin: this.#origin, room: id, generations: room.generations, now };
    const links = await linksFor(role, at, tokens);
    if (this.#state.kind === "closed") return;
    const { memberKey, resume, earlier, clock: held, name } = hello;
    const seat = await room.enter({ role, memberKey, resume, earlier, clock: held, name, links }, this);
    if (!seat.ok) return this.fail(seat.error);
    const { actor, member } = seat.value;
    // The socket may have gone while a lease was saved.
    if (this.#currentState().kind === "closed") return room.leave(actor, this);
    this.#state = { kind: "joined", room, actor, role };
    log.info({ room: id, actor, member, role, resumed: hello.resume?.actor === actor }, "joined");
  }
}

function parse(bytes: Buffer): ClientMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (!isShallow(value, DEPTH)) return null;
  const message = v.safeParse(ClientMessage, value);
  return message.success ? message.output : null;
}

/** Whether writing this out again, which recurses, is safe. */
function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

let last: { readonly message: ServerMessage; readonly text: string } | null = null;

/** As JSON. What goes to a whole room is written once: messages are not changed once they are made. */
function written(message: ServerMessage): string {
  if (last?.message !== message) last = { message, text: JSON.stringify(message) };
  return last.text;
}
