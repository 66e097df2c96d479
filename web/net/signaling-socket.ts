/**
 * The connection to the signaling server: one WebSocket after another, so that the rest of the app
 * sees a single one that is sometimes away. It greets, resumes as the same actor, parses each text
 * message once, notices silence, and waits before it comes back. What the messages mean is not its
 * affair, and neither is what to send again after a gap.
 */
import * as v from "valibot";
import { Emitter } from "#shared/lib/emitter.ts";
import type { Random } from "#shared/lib/random.ts";
import { ERRORS, type ErrorCode } from "#shared/protocol/errors.ts";
import { decodePong, frameKind, type Pong } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { type ClientMessage, ServerMessage } from "#shared/protocol/messages.ts";
import { VERSION } from "#shared/protocol/version.ts";
import { backoffMs } from "./backoff.ts";
import { type CounterKind, type Counters, counterKind } from "./counters.ts";
import { openWorkerSocket, type SocketMessage, type WebSocketPort } from "./worker-socket.ts";

export type Welcome = Extract<ServerMessage, { type: "welcome" }>;
/** Everything a server says after its welcome but for what the socket deals with itself. */
export type RoomMessage = Exclude<ServerMessage, { type: "welcome" | "retry" | "error" }>;

export interface SignalingEvents extends Record<string, unknown> {
  /** A WebSocket is open and has said hello. Comes in pairs with `closed`. */
  open: null;
  /** It is gone. `retryMs` is the wait before the next attempt; null when there will be none. */
  closed: { readonly retryMs: number | null };
  /** The server has let us in: first at the start, then after every gap. */
  welcome: Welcome;
  message: RoomMessage;
  /** A binary frame, as it came; pongs come apart. */
  frame: Uint8Array;
  /** With the instants of `performance.now()`, in ms, at which its ping went and it came. */
  pong: { readonly pong: Pong; readonly sent: number; readonly received: number };
  /** Stamps of this page lie too far ahead: it comes back as a new actor, and its clock is not to be trusted. */
  stampAhead: null;
  /** The server refuses for good; nothing follows. */
  ended: { readonly code: ErrorCode };
}

/** An actor that this browser was, and what proves it. */
export interface EarlierLife {
  readonly actor: number;
  readonly actorKey: string;
}

export interface SignalingOptions {
  /** Of `/ws`, with its scheme. */
  readonly url: string;
  readonly token: string;
  /** Who this browser was before; without it the server makes a new member. */
  readonly memberKey?: string | null;
  readonly name?: string | null;
  readonly counters: Counters;
  readonly random: Random;
  /** Room time as it is held over, told to a server that may have forgotten it; null while there is none. */
  readonly heldTime?: () => { readonly roomTime: number; readonly errorBound: number } | null;
  readonly earlier?: () => readonly EarlierLife[];
  readonly openWebSocket?: (url: string) => WebSocketPort;
}

type Timer = ReturnType<typeof setTimeout>;

type State =
  | { readonly kind: "idle" }
  /** Until the welcome; `opened` once hello is said. `attempt` counts retries since the last steady connection. */
  | {
      readonly kind: "greeting";
      readonly socket: WebSocketPort;
      readonly attempt: number;
      readonly deadline: Timer;
      readonly opened: boolean;
    }
  | {
      readonly kind: "ready";
      readonly socket: WebSocketPort;
      readonly attempt: number;
      /** Runs out once the connection has lasted long enough for the next wait to be a first one. */
      readonly steady: Timer;
      /** Set while a ping is unanswered. */
      readonly silence: Timer | null;
    }
  | { readonly kind: "waiting"; readonly attempt: number; readonly timer: Timer }
  | { readonly kind: "ended"; readonly code: ErrorCode }
  | { readonly kind: "closed" };

export type SignalingPhase = State["kind"];

/** From dialling to the welcome: a slow mobile network needs three round trips of TLS and one of ours. */
const WELCOME_DEADLINE_MS = 8_000;
/** No frame for so long after a ping went out: the connection is dead, whatever the WebSocket thinks. */
const SILENCE_MS = 6_000;
/** A connection that lasted this long was a good one: the next wait is a first wait again. */
const STEADY_MS = 5_000;
const BACKOFF = { firstMs: 500, capMs: 5_000 } as const;
/** More than this unsent means that the network has stopped: further frames are refused, and their sender repeats them. */
const MAX_BUFFERED_BYTES = 1_048_576;

export class SignalingSocket {
  readonly #options: SignalingOptions;
  readonly #events = new Emitter<SignalingEvents>();
  #state: State = { kind: "idle" };
  #memberKey: string | null;
  #resume: { readonly actor: number; readonly actorKey: string } | null = null;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#memberKey = options.memberKey ?? null;
  }

  on<K extends keyof SignalingEvents & string>(
    name: K,
    listener: (event: SignalingEvents[K]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  get phase(): SignalingPhase {
    return this.#state.kind;
  }

  /** Says hello anew, at once if it was said: what there is to prove has changed. `asNew`: as a new actor. */
  greetAgain(asNew: boolean): void {
    if (asNew) this.#resume = null;
    this.#retry(0);
  }

  /** An attempt to be let in has failed, and none has succeeded since. */
  get retrying(): boolean {
    const state = this.#state;
    return state.kind === "waiting" || (state.kind === "greeting" && state.attempt > 0);
  }

  /** Bytes handed over that have not left this computer. */
  get bufferedAmount(): number {
    return this.#state.kind === "ready" ? this.#state.socket.bufferedAmount : 0;
  }

  /** Dials; or, while it waits for the next attempt, dials at once (the browser says that it is online again). */
  connect(): void {
    const state = this.#state;
    if (state.kind === "idle") this.#dial(0);
    else if (state.kind === "waiting") {
      clearTimeout(state.timer);
      this.#dial(state.attempt);
    }
  }

  /** False when it did not go out: not welcomed, or the network has stopped. */
  send(message: ClientMessage): boolean {
    return this.#transmit(JSON.stringify(message), "control");
  }

  /** A binary frame. A delta counts as one for the journal unless the caller says what else it is. */
  sendFrame(bytes: Uint8Array, kind?: CounterKind): boolean {
    if (bytes.length > LIMITS.clientFrameBytes) return false;
    const isDelta = frameKind(bytes) === "delta";
    if (!this.#transmit(bytes, kind ?? (isDelta ? "journal" : counterKind(bytes)))) return false;
    if (frameKind(bytes) === "ping") this.#expectAnswer();
    return true;
  }

  /** Ends for good. Idempotent, silent afterwards. */
  close(): void {
    if (this.#state.kind === "closed") return;
    this.#leave({ kind: "closed" }, null);
    this.#events.close();
  }

  #transmit(payload: string | Uint8Array, kind: CounterKind): boolean {
    const state = this.#state;
    if (state.kind !== "ready" || state.socket.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    state.socket.send(payload);
    this.#options.counters.sent[kind] += 1;
    return true;
  }

  #dial(attempt: number): void {
    const socket = (this.#options.openWebSocket ?? openWorkerSocket)(this.#options.url);
    socket.onopen = () => this.#greet();
    socket.onmessage = (message) => this.#receive(message);
    socket.onclose = (event) => this.#handleGone(event.code);
    const deadline = setTimeout(() => this.#retry(null), WELCOME_DEADLINE_MS);
    this.#state = { kind: "greeting", socket, attempt, deadline, opened: false };
  }

  #greet(): void {
    const state = this.#state;
    if (state.kind !== "greeting") return;
    const { token, name } = this.#options;
    const clock = this.#resume === null ? null : (this.#options.heldTime?.() ?? null);
    const earlier = (this.#options.earlier?.() ?? []).slice(-LIMITS.earlierActors);
    const hello: ClientMessage = {
      type: "hello",
      ...VERSION,
      token,
      ...(this.#memberKey === null ? {} : { memberKey: this.#memberKey }),
      ...(this.#resume === null ? {} : { resume: this.#resume }),
      ...(earlier.length === 0 ? {} : { earlier: [...earlier] }),
      ...(clock === null ? {} : { clock }),
      ...(typeof name === "string" ? { name } : {}),
    };
    state.socket.send(JSON.stringify(hello));
    this.#options.counters.sent.control += 1;
    this.#state = { ...state, opened: true };
    this.#events.emit("open", null);
  }

  #receive(message: SocketMessage): void {
    this.#handleHeard();
    const { data } = message;
    if (typeof data === "string") this.#receiveText(data);
    else if (data instanceof ArrayBuffer) this.#receiveFrame(new Uint8Array(data), message);
    else this.#options.counters.rejected += 1;
  }

  #receiveFrame(bytes: Uint8Array, { at, pingAt }: SocketMessage): void {
    const { counters } = this.#options;
    if (this.#state.kind !== "ready" || bytes.length === 0 || bytes.length > LIMITS.snapshotBytes) {
      counters.rejected += 1;
      return;
    }
    counters.received[counterKind(bytes)] += 1;
    if (frameKind(bytes) !== "pong") {
      this.#events.emit("frame", bytes);
      return;
    }
    const pong = decodePong(bytes);
    if (pong && pingAt !== null) this.#events.emit("pong", { pong, sent: pingAt, received: at });
    else counters.rejected += 1;
  }

  #receiveText(text: string): void {
    const { counters } = this.#options;
    const message = parseServerMessage(text);
    if (message === null) {
      counters.rejected += 1;
      return;
    }
    counters.received.control += 1;
    if (message.type === "error") this.#handleError(message.code);
    else if (message.type === "retry") this.#retry(message.afterMs);
    else if (message.type === "welcome") this.#handleWelcome(message);
    else if (this.#state.kind === "ready") this.#events.emit("message", message);
    else counters.rejected += 1;
  }

  #handleWelcome(welcome: Welcome): void {
    const state = this.#state;
    if (state.kind !== "greeting") {
      this.#options.counters.rejected += 1;
      return;
    }
    clearTimeout(state.deadline);
    this.#memberKey = welcome.memberKey;
    this.#resume = { actor: welcome.actor, actorKey: welcome.actorKey };
    const { socket, attempt } = state;
    const steady = setTimeout(() => {
      if (this.#state.kind === "ready") this.#state = { ...this.#state, attempt: 0 };
    }, STEADY_MS);
    this.#state = { kind: "ready", socket, attempt, steady, silence: null };
    this.#events.emit("welcome", welcome);
  }

  /** An unknown code is a newer server's: whether it is final shows when we come back. */
  #handleError(code: string): void {
    if (code === "STAMP_AHEAD") {
      this.#resume = null;
      this.#events.emit("stampAhead", null);
    }
    if (isErrorCode(code) && !ERRORS[code].retry) this.#end(code);
    else this.#retry(null);
  }

  #handleGone(closeCode: number): void {
    const code = (Object.keys(ERRORS) as ErrorCode[]).find((name) => ERRORS[name].close === closeCode);
    this.#handleError(code ?? "");
  }

  #expectAnswer(): void {
    const state = this.#state;
    if (state.kind !== "ready" || state.silence !== null) return;
    this.#state = { ...state, silence: setTimeout(() => this.#retry(null), SILENCE_MS) };
  }

  #handleHeard(): void {
    const state = this.#state;
    if (state.kind !== "ready" || state.silence === null) return;
    clearTimeout(state.silence);
    this.#state = { ...state, silence: null };
  }

  #end(code: ErrorCode): void {
    this.#leave({ kind: "ended", code }, null);
    this.#events.emit("ended", { code });
  }

  /** Leaves this WebSocket and comes back after `afterMs`, or after the backoff's own wait. */
  #retry(afterMs: number | null): void {
    const state = this.#state;
    if (state.kind !== "greeting" && state.kind !== "ready") return;
    const waitMs = afterMs ?? backoffMs(state.attempt, BACKOFF, this.#options.random);
    const attempt = state.attempt + 1;
    const timer = setTimeout(() => this.#dial(attempt), waitMs);
    this.#leave({ kind: "waiting", attempt, timer }, waitMs);
  }

  /** Lets go of whatever the present state holds, takes the next one, and says `closed` if `open` was said. */
  #leave(next: State, retryMs: number | null): void {
    const state = this.#state;
    this.#state = next;
    if (state.kind === "waiting") clearTimeout(state.timer);
    if (state.kind !== "greeting" && state.kind !== "ready") return;
    if (state.kind === "greeting") clearTimeout(state.deadline);
    else {
      clearTimeout(state.steady);
      if (state.silence !== null) clearTimeout(state.silence);
    }
    state.socket.onopen = state.socket.onmessage = state.socket.onclose = null;
    state.socket.close();
    if (state.kind === "ready" || state.opened) this.#events.emit("closed", { retryMs });
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** Total: any text gives a message or null. */
export function parseServerMessage(text: string): ServerMessage | null {
  if (text.length > LIMITS.snapshotBytes) return null;
  try {
    const parsed = v.safeParse(ServerMessage, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    // Not JSON.
    return null;
  }
}
