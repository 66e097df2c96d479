/**
 * A listener's place in a room, over the WebSocket alone: the clock, a copy of the document that is only read, who
 * plays and how many listen. The way of a performer's page (`connection.ts`) without its fast paths, which an
 * audience does not need, and which would be most of what its page fetches.
 */
import type { RegisterKey } from "#shared/document/delta.ts";
import { type Received, Spoke } from "#shared/document/spoke.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import type { Random } from "#shared/lib/random.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Reaction } from "#shared/protocol/chat.ts";
import type { ErrorCode } from "#shared/protocol/errors.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import type { Peer, Rung, Status } from "#shared/protocol/messages.ts";
import { type LocalTime, type RoomTime, roomTime } from "#shared/time/instants.ts";
import { RoomClock } from "#shared/time/room-clock.ts";
import { ClockPings } from "./clock-pings.ts";
import { type Counters, zeroCounters } from "./counters.ts";
import { Requests, type SfuRequest } from "./requests.ts";
import { type RoomMessage, type SignalingEvents, SignalingSocket, type Welcome } from "./signaling-socket.ts";
import { StatusReport } from "./status-report.ts";
import { WakeTimer } from "./wake-timer.ts";

export type Programme = Pick<Extract<RoomMessage, { type: "programme" }>, "onAir" | "standBy" | "at">;

export interface AudienceEvents extends Record<string, unknown> {
  welcome: Welcome;
  /** The document changed; without keys a snapshot brought it. */
  changed: readonly RegisterKey[];
  /** Who plays, or how many listen, is another. */
  people: null;
  programme: Programme;
  /** The room stands on another rung. */
  rung: Rung;
  /** The SFU has lost our connection; another is to begin within so many seconds. */
  sfuReset: number;
  reaction: Extract<RoomMessage, { type: "reaction" }>;
  /** The socket came or went. */
  online: boolean;
  /** A pong has moved the clock, or its state changed. */
  clock: null;
  ended: ErrorCode;
}

export interface AudienceOptions {
  readonly url: string;
  readonly token: string;
  readonly memberKey: string | null;
  readonly name: string | null;
  readonly clock: LocalClock;
  readonly random: Random;
  /** Whether this page makes sound of its own; a stream is none. */
  readonly sound: () => Pick<Status, "sound" | "renderAhead">;
}

const SILENCE: Programme = { onAir: null, standBy: null };
/** The longest the loop sleeps: statuses and the clock's state change with time alone. Seconds. */
const LONGEST_SLEEP = 0.5;

export class Audience {
  readonly clock = new RoomClock();
  readonly counters: Counters = zeroCounters();
  readonly #options: AudienceOptions;
  readonly #events = new Emitter<AudienceEvents>();
  readonly #socket: SignalingSocket;
  readonly #requests: Requests;
  readonly #timer = new WakeTimer(() => this.#turn());
  readonly #status: StatusReport;
  readonly #pings: ClockPings;
  readonly #performers = new Map<number, Peer>();
  #welcome: Welcome | null = null;
  #iceServers: readonly RTCIceServer[] = [];
  #spoke: Spoke | null = null;
  #listeners = 0;
  #programme = SILENCE;
  #rung: Rung = "relay";

  constructor(options: AudienceOptions) {
    this.#options = options;
    this.#socket = new SignalingSocket({
      ...options,
      counters: this.counters,
      heldTime: () => this.#pings.heldTime(options.clock.now()),
    });
    this.#requests = new Requests(this.#socket);
    this.#status = new StatusReport((status) => this.#socket.send({ type: "status", status }));
    this.#pings = new ClockPings(this.clock, options.clock, (frame) => this.#socket.sendFrame(frame));
    this.#socket.on("welcome", (welcome) => this.#handleWelcome(welcome));
    this.#socket.on("message", (message) => this.#handleMessage(message));
    this.#socket.on("frame", (bytes) => this.#handleFrame(bytes));
    this.#socket.on("pong", (event) => this.#handlePong(event));
    this.#socket.on("closed", () => this.#handleGone());
    this.#socket.on("ended", ({ code }) => this.#events.emit("ended", code));
    this.#socket.connect();
  }

  on<K extends keyof AudienceEvents & string>(
    name: K,
    listener: (event: AudienceEvents[K]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** Null until the first welcome. */
  get welcome(): Welcome | null {
    return this.#welcome;
  }

  get online(): boolean {
    return this.#socket.phase === "ready";
  }

  /** The server has not answered, or has sent us away, and is asked again. */
  get retrying(): boolean {
    return this.#socket.retrying;
  }

  get rung(): Rung {
    return this.#rung;
  }

  get programme(): Programme {
    return this.#programme;
  }

  /** Those who perform here. */
  get performers(): readonly Peer[] {
    return [...this.#performers.values()];
  }

  /** How many listen, this page among them. */
  get listeners(): number {
    return this.#listeners;
  }

  get iceServers(): readonly RTCIceServer[] {
    return this.#iceServers;
  }

  /** Null until the first welcome, and empty until its snapshot. */
  get spoke(): Spoke | null {
    return this.#spoke;
  }

  readonly request: SfuRequest = (method, params) => this.#requests.request(method, params);

  /** Room time, or null before the first sample. */
  roomNow(): RoomTime | null {
    return this.clock.hasTime ? this.clock.roomAt(this.#options.clock.now()) : null;
  }

  /** False when it did not go out. */
  react(reaction: Reaction): boolean {
    return this.#socket.send({ type: "reaction", reaction });
  }

  setName(name: string): void {
    this.#socket.send({ type: "profile", name });
  }

  /** What this page says of itself has changed. */
  refresh(): void {
    this.#turn();
  }

  /** Asks the server's time anew, quickly. */
  measureClock(): void {
    if (this.#welcome === null) return;
    this.#pings.restart(this.#options.clock.now());
    this.#turn();
  }

  /** The browser says that it is online again. */
  retryNow(): void {
    this.#socket.connect();
  }

  #handleWelcome(welcome: Welcome): void {
    const now = this.#options.clock.now();
    this.clock.seed(now, roomTime(welcome.roomTime));
    this.#pings.restart(now);
    if (this.#welcome?.actor !== welcome.actor || this.#spoke === null) this.#spoke = newCopy(welcome);
    this.#spoke.setServerOpen(true, now);
    this.#welcome = welcome;
    this.#iceServers = welcome.iceServers as readonly RTCIceServer[];
    this.#performers.clear();
    for (const peer of welcome.roster) this.#learn(peer);
    this.#programme = SILENCE;
    this.#rung = welcome.topology;
    this.#status.forget();
    this.#events.emit("welcome", welcome);
    this.#events.emit("people", null);
    this.#events.emit("programme", this.#programme);
    this.#events.emit("online", true);
    this.#turn();
  }

  #learn(peer: Peer): void {
    if (peer.role !== "listener") this.#performers.set(peer.actor, peer);
  }

  #handleMessage(message: RoomMessage): void {
    switch (message.type) {
      case "peer":
        this.#learn(message.peer);
        this.#events.emit("people", null);
        break;
      case "left":
        this.#performers.delete(message.actor);
        this.#spoke?.peerClosed(message.actor);
        this.#events.emit("people", null);
        break;
      case "listeners":
        this.#listeners = message.count;
        this.#events.emit("people", null);
        break;
      case "programme":
        this.#programme = message;
        this.#events.emit("programme", message);
        break;
      case "topology":
        this.#rung = message.topology;
        this.#events.emit("rung", message.topology);
        break;
      case "sfuReset":
        this.#events.emit("sfuReset", message.within);
        break;
      case "iceServers":
        this.#iceServers = message.iceServers as readonly RTCIceServer[];
        break;
      case "reaction":
        this.#events.emit("reaction", message);
        break;
      // What performers say to one another, and the answers to what a listener does not ask.
      case "signal":
      case "sfuReply":
      case "presence":
      case "air":
      case "dataProducer":
      case "storage":
      case "history":
      case "moment":
      case "control":
      case "chat":
      case "chatRefused":
      case "slowed":
        break;
    }
    this.#turn();
  }

  #handleFrame(bytes: Uint8Array): void {
    if (!this.#spoke || frameKind(bytes) === "live") return;
    const now = this.#options.clock.now();
    const received = this.#spoke.handleServerFrame(bytes, now, this.clock.roomMs(now));
    this.#handleReceived(received);
    if (frameKind(bytes) === "snapshot" && received.error === undefined) this.#events.emit("changed", []);
  }

  #handleReceived(received: Received): void {
    if (received.error !== undefined) this.counters.rejected += 1;
    if (received.replaced) this.counters.replaced += 1;
    if (received.unlocked) this.#pings.hurry(this.#options.clock.now());
    this.#tell(received);
    this.#turn();
  }

  #tell({ changed, deltas }: Received): void {
    this.counters.received.edits += deltas.length;
    if (changed.length > 0) this.#events.emit("changed", changed);
  }

  #handlePong(event: SignalingEvents["pong"]): void {
    this.#pings.handlePong(event, this.#options.sound().sound === "on");
    this.#spoke?.handleTip(event.pong.tip, this.#options.clock.now());
    this.#events.emit("clock", null);
    this.#turn();
  }

  #handleGone(): void {
    const now = this.#options.clock.now();
    this.#spoke?.setServerOpen(false, now);
    this.clock.handleDisconnected(now);
    this.#events.emit("online", false);
    this.#events.emit("clock", null);
  }

  /** Does all that is due, and sleeps until the next that will be. */
  #turn(): void {
    const spoke = this.#spoke;
    if (!spoke) return;
    const now = this.#options.clock.now();
    if (this.online) this.#pings.turn(now, spoke.state);
    // Only to the server: what is missing here.
    for (const { to, bytes } of spoke.take(now, this.clock.roomMs(now)))
      if (to === "server") this.#socket.sendFrame(bytes);
    const news = spoke.takeNews();
    if (news) this.#tell(news);
    const statusDue = this.#status.turn(now, this.online ? this.#readStatus(now) : null, false);
    const dues = [this.#pings.due, spoke.nextDue ?? now + LONGEST_SLEEP, statusDue];
    this.#timer.set(Math.min(LONGEST_SLEEP, Math.max(0.001, Math.min(...dues) - now)));
  }

  #readStatus(now: LocalTime): Status {
    const { state, residual, errorBound, rtt } = this.clock.status(now);
    return {
      clock: { state, offset: residual, errorBound, rtt },
      rung: "relay",
      direct: [],
      losing: false,
      ...this.#options.sound(),
    };
  }
}

const newCopy = ({ actor, seed }: Welcome): Spoke =>
  new Spoke({
    actor,
    seed,
    mayWrite: false,
    // Everything comes from the server, which has let it in.
    peerMayWrite: () => true,
    peerMayConduct: () => true,
  });
