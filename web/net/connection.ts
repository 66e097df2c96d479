/**
 * One browser's place in a room: the socket, the room clock, who else is there and the life that the server has
 * given it, turned by one loop that wakes when something is due. It knows nothing of music or screens.
 */
import type { Delta, Write } from "#shared/document/delta.ts";
import type { Spoke } from "#shared/document/spoke.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import type { Random } from "#shared/lib/random.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { ErrorCode } from "#shared/protocol/errors.ts";
import type { Distance } from "#shared/music/timeline.ts";
import type { ClientMessage, Peer, Rung, Status } from "#shared/protocol/messages.ts";
import { type LocalTime, type RoomTime, roomTime } from "#shared/time/instants.ts";
import { RoomClock } from "#shared/time/room-clock.ts";
import { ClockPings } from "./clock-pings.ts";
import { Controls } from "./controls.ts";
import type { Counters } from "./counters.ts";
import { Life, type LifeEvents } from "./life.ts";
import { Past } from "./past.ts";
import type { Paths } from "./paths.ts";
import { RelayLink } from "./relay-link.ts";
import { type SfuRequest, Requests } from "./requests.ts";
import { Roster } from "./roster.ts";
import {
  type EarlierLife,
  type RoomMessage,
  type SignalingEvents,
  SignalingSocket,
  type Welcome,
} from "./signaling-socket.ts";
import { StatusReport } from "./status-report.ts";
import { WakeTimer } from "./wake-timer.ts";

export interface ConnectionEvents extends LifeEvents {
  /** A new actor begins: its spoke has seen nothing yet. A `welcome` follows. */
  life: Life;
  welcome: Welcome;
  peer: Peer;
  left: number;
  /** Whatever the server has said, after all else was told of it. */
  message: RoomMessage;
  /** A pong has moved the clock, or its state changed. */
  clock: null;
  ended: ErrorCode;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly token: string;
  readonly memberKey: string | null;
  readonly name: string | null;
  /** Earlier lives of this browser's that the server may not have everything of; see `Spoke.offerEarlier`. */
  readonly earlier?: () => readonly EarlierLife[];
  readonly clock: LocalClock;
  readonly counters: Counters;
  readonly random: Random;
  readonly sound: () => Pick<Status, "sound" | "renderAhead">;
  /** Whether music sounds here by the room's clock. */
  readonly isHeard: () => boolean;
}

export interface SoundParts {
  readonly socket: Pick<SignalingSocket, "send">;
  readonly request: SfuRequest;
  readonly peers: ReadonlyMap<number, Peer>;
  /** Undefined before the first welcome. */
  readonly way: Paths["soundWay"] | undefined;
  readonly iceServers: readonly RTCIceServer[];
}

/**
 * The rest of a turn comes so long after an own edit has gone out: it wakes the timer's thread, which on a busy machine
 * takes the place of the thread that carries the edit.
 */
const AFTER_SEND_MS = 1;
/** The longest the loop sleeps: statuses and the clock's state change with time alone. Seconds. */
const LONGEST_SLEEP = 0.5;

export class Connection {
  readonly clock = new RoomClock();
  readonly past: Past;
  readonly controls: Controls;
  readonly #options: ConnectionOptions;
  readonly #events = new Emitter<ConnectionEvents>();
  readonly #socket: SignalingSocket;
  readonly #relay: RelayLink;
  readonly #requests: Requests;
  readonly #timer: WakeTimer;
  readonly #roster = new Roster();
  /** What the others send as sound, of those who send any. */
  readonly air = this.#roster.air;
  /** How fit this page is to broadcast: told with its status. */
  fit: Status["fit"];
  readonly #status: StatusReport;
  readonly #pings: ClockPings;
  #life: Life | null = null;
  #turnSoon: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = new SignalingSocket({
      ...options,
      heldTime: () => this.#pings.heldTime(options.clock.now()),
    });
    this.#relay = new RelayLink({ socket: this.#socket, counters: options.counters });
    this.#requests = new Requests(this.#socket);
    this.past = new Past(this.#socket);
    this.controls = new Controls(this.#socket);
    this.#status = new StatusReport((status) => this.#socket.send({ type: "status", status }));
    this.#pings = new ClockPings(this.clock, options.clock, (frame) => this.#socket.sendFrame(frame));
    this.#timer = new WakeTimer(() => this.#turn());
    this.#socket.on("welcome", (welcome) => this.#handleWelcome(welcome));
    this.#socket.on("message", (message) => this.#handleMessage(message));
    this.#socket.on("frame", (bytes) => this.#life?.handleFrame(bytes));
    this.#socket.on("pong", (event) => this.#handlePong(event));
    this.#socket.on("closed", () => this.#handleGone());
    this.#socket.on("stampAhead", () => this.clock.forget());
    this.#socket.on("ended", ({ code }) => this.#events.emit("ended", code));
    this.#socket.connect();
  }

  on<K extends keyof ConnectionEvents & string>(
    name: K,
    listener: (event: ConnectionEvents[K]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** Null until the first welcome. */
  get welcome(): Welcome | null {
    return this.#life?.welcome ?? null;
  }

  get spoke(): Spoke | null {
    return this.#life?.spoke ?? null;
  }

  get online(): boolean {
    return this.#socket.phase === "ready";
  }

  /** The server has not answered, or has sent us away, and is asked again. */
  get retrying(): boolean {
    return this.#socket.retrying;
  }

  /** Nobody is reached: neither the server nor, without it, anybody on a fast path. */
  get alone(): boolean {
    return !this.online && !this.#life?.paths.reachesSomebody;
  }

  /** False while the server's disk takes no edits: ours are kept, and sent again until it does. */
  get serverCanSave(): boolean {
    return this.#life?.serverCanSave ?? true;
  }

  /** What `streams/` needs for sound between people. */
  get sound(): SoundParts {
    return {
      socket: this.#socket,
      request: this.#requests.request,
      peers: this.#roster.peers,
      way: this.#life?.paths.soundWay,
      iceServers: this.#life?.paths.iceServers ?? [],
    };
  }

  /** The rung that carries our own edits. */
  get rung(): Rung {
    return this.#life?.paths.current ?? "relay";
  }

  /** The rung on which this actor's edits reach us. */
  rungOf(actor: number): Rung {
    if (actor === this.#life?.welcome.actor) return this.rung;
    return this.#life?.spoke.direct.has(actor) ? this.rung : "relay";
  }

  /** What we tell the others of ourselves; null before the first welcome. */
  status(): Status | null {
    return this.#life ? this.#readStatus(this.#life, this.#options.clock.now()) : null;
  }

  /** How far away the performers are whose clock is locked. */
  get distances(): Distance[] {
    return this.#roster.distances;
  }

  /** Who broadcasts to the audience; null while nobody was told to. */
  get programme(): Roster["programme"] {
    return this.#roster.programme;
  }

  /** Room time, or null before the first sample. */
  roomNow(): RoomTime | null {
    return this.clock.hasTime ? this.clock.roomAt(this.#options.clock.now()) : null;
  }

  /** One command's writes as one delta, or null when too many wait or we may not write. */
  commit(writes: readonly Write[]): Delta | null {
    const delta = this.#life?.commit(writes);
    if (!delta) return null;
    // Timers of a hidden tab come late; outside a browser there is no tab.
    if (typeof document === "object" && !document.hidden)
      this.#turnSoon ??= setTimeout(() => this.#turn(), AFTER_SEND_MS);
    else this.#turn();
    return delta;
  }

  setProfile(profile: { name?: string; color?: number }): void {
    this.#socket.send({ type: "profile", ...profile });
  }

  /** False when it did not go out. */
  send(message: ClientMessage): boolean {
    return this.#socket.send(message);
  }

  /** A frame of this person's hand, to everybody who is here. */
  sendLive(bytes: Uint8Array): void {
    const life = this.#life;
    if (!life || life.welcome.role === "listener") return;
    life.paths.broadcastLive(bytes);
    if (this.online && !this.#roster.isHeardDirectly(life.welcome.actor)) this.#socket.sendFrame(bytes);
  }

  /** Asks the server's time anew, quickly: the machine has slept, or is about to come in. */
  measureClock(): void {
    if (!this.#life) return;
    this.#pings.restart(this.#options.clock.now());
    this.#turn();
  }

  /** There are more earlier lives to prove; `asNew`: or something that only a new actor may write. */
  greetAgain(asNew: boolean): void {
    this.#socket.greetAgain(asNew);
  }

  /** The browser says that it is online again, or by another network. */
  retryNow(): void {
    this.#socket.connect();
    this.#life?.paths.refresh();
  }

  /** Idempotent, silent afterwards. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer.close();
    this.#life?.paths.close();
    this.#requests.close();
    this.past.close();
    this.controls.close();
    this.#relay.close();
    this.#socket.close();
    this.#events.close();
  }

  #handleWelcome(welcome: Welcome): void {
    const now = this.#options.clock.now();
    this.clock.seed(now, roomTime(welcome.roomTime));
    this.#pings.restart(now);
    this.#roster.begin(welcome.roster);
    const before = this.#life;
    this.#life = this.#nextLife(welcome);
    if (this.#life !== before) this.#events.emit("life", this.#life);
    this.#life.handleWelcome(welcome, now);
    this.#status.forget();
    this.#events.emit("welcome", welcome);
    this.#turn();
  }

  /**
   * The same actor goes on with what it has. As a new actor (a server that has forgotten us) we begin
   * anew, and what the old one had not delivered is written again.
   */
  #nextLife(welcome: Welcome): Life {
    const before = this.#life;
    if (before?.welcome.actor === welcome.actor) return before;
    before?.paths.close();
    const life = new Life({
      ...this.#options,
      welcome,
      socket: this.#socket,
      relay: this.#relay,
      requests: this.#requests,
      roomClock: this.clock,
      pings: this.#pings,
      peers: this.#roster.peers,
      events: this.#events,
      turn: () => this.#turn(),
    });
    if (before) life.inherit(before);
    return life;
  }

  #handleMessage(message: RoomMessage): void {
    this.#roster.handleMessage(message);
    if (message.type === "peer") this.#events.emit("peer", message.peer);
    if (message.type === "left") {
      this.#life?.spoke.peerClosed(message.actor);
      this.#events.emit("left", message.actor);
    }
    this.#life?.handleMessage(message);
    this.#events.emit("message", message);
    this.#turn();
  }

  #handlePong(event: SignalingEvents["pong"]): void {
    this.#pings.handlePong(event, this.#options.isHeard());
    this.#life?.handlePong(event.pong);
    this.#events.emit("clock", null);
    this.#turn();
  }

  #handleGone(): void {
    const now = this.#options.clock.now();
    this.#life?.spoke.setServerOpen(false, now);
    this.clock.handleDisconnected(now);
    this.#events.emit("delivery", null);
    this.#events.emit("clock", null);
  }

  /** Does all that is due, and sleeps until the next that will be. */
  #turn(): void {
    clearTimeout(this.#turnSoon);
    this.#turnSoon = undefined;
    const life = this.#life;
    if (!life || this.#closed) return;
    const now = this.#options.clock.now();
    if (this.online) this.#pings.turn(now, life.spoke.state);
    const due = life.turn(now);
    const status = this.online ? this.#readStatus(life, now) : null;
    const statusDue = this.#status.turn(now, status, life.welcome.role !== "listener");
    const wait = Math.min(this.#pings.due, due, statusDue) - now;
    this.#timer.set(Math.min(LONGEST_SLEEP, Math.max(0.001, wait)));
  }

  #readStatus(life: Life, now: LocalTime): Status {
    const { state, residual, errorBound, rtt } = this.clock.status(now);
    return {
      clock: { state, offset: residual, errorBound, rtt },
      rung: life.paths.current,
      direct: [...life.spoke.direct],
      losing: life.spoke.isLosing(now),
      fit: this.fit,
      // Browsers stamp what they capture by a clock that was set with this one.
      captureEpoch:
        this.clock.roomAt(now) - (performance.timeOrigin + this.#options.clock.toPerformance(now)) / 1_000,
      ...this.#options.sound(),
    };
  }
}
