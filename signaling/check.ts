/**
 * The server's side of the connection check: echoes, and transports of the SFU for a page to reach, on a socket
 * that needs no room. It is open to everybody, so all of it is bounded: checks at once and by address, their
 * seconds, messages and transports. Everything that a check holds goes with its socket.
 */
import type { IncomingMessage } from "node:http";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import * as v from "valibot";
import type { WebSocket } from "ws";
import { CHECK, type CheckAnswer, CheckRequest, type Over, SfuEnd } from "#shared/protocol/check.ts";
import type { Counters } from "./counters.ts";
import { type IceSettings, iceServersFor } from "./ice.ts";
import { type OriginOptions, requestAddress } from "./links.ts";
import type { Log } from "./log.ts";
import type { ServerClock } from "./server-clock.ts";
import type { SfuRoom, SfuService } from "./sfu-port.ts";

type Bounds = { readonly [K in keyof typeof CHECK]: number };

export interface ChecksOptions {
  readonly sfu: SfuService | null;
  /** There is none although one was asked for. */
  readonly sfuIsDown: boolean;
  readonly ice: IceSettings;
  readonly clock: ServerClock;
  readonly origins: OriginOptions;
  readonly counters: Counters;
  readonly log: Log;
  readonly bounds?: Bounds;
}

/** No room has this id: theirs have no slash. */
const ROOM = "/check";
const POLICY_VIOLATION = 1008;

interface Check {
  readonly socket: WebSocket;
  /** One actor of the SFU's room for each way that is tried. */
  readonly actors: Map<Over, number>;
  readonly deadline: NodeJS.Timeout;
  messages: number;
}

export class Checks {
  readonly #options: ChecksOptions;
  readonly #bounds: Bounds;
  readonly #limiter: RateLimiterMemory;
  readonly #open = new Set<Check>();
  /** Of all checks together; made for the first transport, and gone with the last check. */
  #room: Promise<SfuRoom> | null = null;
  #lastActor = 0;

  constructor(options: ChecksOptions) {
    this.#options = options;
    this.#bounds = options.bounds ?? CHECK;
    this.#limiter = new RateLimiterMemory({ points: this.#bounds.perMinute, duration: 60 });
  }

  /** Checks under way. */
  get size(): number {
    return this.#open.size;
  }

  async begin(socket: WebSocket, request: IncomingMessage): Promise<void> {
    socket.on("error", () => socket.terminate());
    const { counters, origins } = this.#options;
    const waitMs = await this.#waitMs(requestAddress(request, origins));
    if (waitMs > 0) return this.#refuse(socket, "RATE", waitMs / 1_000);
    if (this.#open.size >= this.#bounds.atOnce) return this.#refuse(socket, "FULL", this.#bounds.seconds);
    if (socket.readyState !== socket.OPEN) return;
    counters.add("checks");
    const deadline = setTimeout(() => this.#end(check), this.#bounds.seconds * 1_000);
    const check: Check = { socket, actors: new Map(), deadline, messages: 0 };
    this.#open.add(check);
    socket.on("close", () => this.#end(check));
    socket.on("message", (bytes: Buffer, isBinary: boolean) => this.#handle(check, bytes, isBinary));
    this.#welcome(check);
  }

  /** Ends all of them. */
  close(): void {
    for (const check of this.#open) this.#end(check);
  }

  #welcome(check: Check): void {
    const { ice, sfu, sfuIsDown, clock } = this.#options;
    const alive = (sfu?.workers.alive ?? 0) > 0;
    send(check.socket, {
      type: "check",
      sfu: alive ? "here" : sfu === null && !sfuIsDown ? "none" : "down",
      iceServers: iceServersFor(ice, "check", clock.unixMs(), this.#bounds.credentialSeconds),
    });
  }

  #refuse(socket: WebSocket, reason: "RATE" | "FULL", afterSeconds: number): void {
    this.#options.counters.add("checks.refused");
    send(socket, { type: "busy", reason, afterSeconds: Math.ceil(afterSeconds) });
    socket.close();
  }

  #handle(check: Check, bytes: Buffer, isBinary: boolean): void {
    // What was on its way when it ended.
    if (!this.#open.has(check)) return;
    check.messages += 1;
    const isTooMuch = check.messages > this.#bounds.messages || bytes.length > this.#bounds.messageBytes;
    const request = isBinary || isTooMuch ? null : parse(bytes);
    if (request === null) return this.#end(check, POLICY_VIOLATION);
    if (request.type === "echo") return send(check.socket, request);
    if (check.actors.has(request.over)) return this.#end(check, POLICY_VIOLATION);
    void this.#answer(check, request);
  }

  async #answer(check: Check, request: Extract<CheckRequest, { type: "sfu" }>): Promise<void> {
    const { over, fingerprint } = request;
    const actor = ++this.#lastActor;
    check.actors.set(over, actor);
    try {
      const end = await this.#transport(check, actor, fingerprint);
      if (end) return send(check.socket, { type: "sfu", over, end });
    } catch (error) {
      this.#options.log.warn({ reason: String(error) }, "no transport for a check");
    }
    send(check.socket, { type: "sfu", over });
  }

  /** Null where the SFU refuses, or is none. */
  async #transport(check: Check, actor: number, fingerprint: object): Promise<SfuEnd | null> {
    if (this.#options.sfu === null) return null;
    this.#room ??= this.#options.sfu.room(ROOM);
    const room = await this.#room;
    const made = await room.handle(actor, "performer", "createTransport", { direction: "send" });
    if (!this.#open.has(check)) {
      // It ended meanwhile, before there was anything to leave.
      room.leave(actor);
      return null;
    }
    if (!made.ok) return null;
    const dtlsParameters = { role: "client", fingerprints: [fingerprint] };
    const params = { transportId: made.value["id"], dtlsParameters };
    const connected = await room.handle(actor, "performer", "connectTransport", params);
    return connected.ok ? v.parse(SfuEnd, made.value) : null;
  }

  /** What it holds goes at once, also where the other side does not answer the goodbye. */
  #end(check: Check, code?: number): void {
    if (!this.#open.delete(check)) return;
    clearTimeout(check.deadline);
    check.socket.close(code);
    const isLast = this.#open.size === 0;
    const actors = [...check.actors.values()];
    this.#room?.then(
      (room) => {
        for (const actor of actors) room.leave(actor);
        if (isLast) room.close();
      },
      () => undefined,
    );
    if (isLast) this.#room = null;
  }

  /** 0 when the address may check now. */
  async #waitMs(address: string): Promise<number> {
    try {
      await this.#limiter.consume(address);
      return 0;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
      throw error;
    }
  }
}

function parse(bytes: Buffer): CheckRequest | null {
  try {
    const parsed = v.safeParse(CheckRequest, JSON.parse(bytes.toString()));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function send(socket: WebSocket, answer: CheckAnswer): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(answer));
}
