/**
 * One browser's place in a room: the socket, the room clock, delivery and the fast paths, turned by
 * one loop that wakes when something is due. It knows nothing of music or screens.
 */
import type { Delta, RegisterKey, Write } from "#shared/document/delta.ts";
import type { Received, Spoke } from "#shared/document/spoke.ts";
import type { Restamped } from "#shared/document/unstamped.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import type { Random } from "#shared/lib/random.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { ErrorCode } from "#shared/protocol/errors.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import type { Distance } from "#shared/music/timeline.ts";
import type { Air, ClientMessage, Peer, Rung, ServerMessage, Status } from "#shared/protocol/messages.ts";
import { type LocalTime, type RoomTime, roomTime } from "#shared/time/instants.ts";
import { RoomClock } from "#shared/time/room-clock.ts";
import { ClockPings } from "./clock-pings.ts";
import { Controls } from "./controls.ts";
import type { Counters } from "./counters.ts";
import { inherit, type Life, newLife } from "./life.ts";
import { Past } from "./past.ts";
import type { Paths } from "./paths.ts";
import { RelayLink } from "./relay-link.ts";
import { type SfuRequest, Requests } from "./requests.ts";
import {
  type EarlierLife,
  type RoomMessage,
  type SignalingEvents,
  SignalingSocket,
  type Welcome,
} from "./signaling-socket.ts";
import { StatusReport } from "./status-report.ts";
import { WakeTimer } from "./wake-timer.ts";

export interface ConnectionEvents extends Record<string, unknown> {
  /** A new actor begins: its spoke has seen nothing yet. A `welcome` follows. */
  life: Life;
  welcome: Welcome;
  peer: Peer;
  left: number;
  /** Whatever the server has said, after all else was told of it. */
  message: RoomMessage;
  /** A frame of another performer's hand; `actor` is null where the server names it in the bytes. */
  live: { readonly actor: number | null; readonly bytes: Uint8Array };
  /** The document changed by others' hands; `deltas` is empty when a snapshot brought it. */
  changed: { readonly keys: readonly RegisterKey[]; readonly deltas: readonly Delta[] };
  /** Own edits that nobody had have another stamp now: undo knows them by the old one. */
  restamped: readonly Restamped[];
  /** Writes of ours that a leader's lock has not let in: they go back. */
  locked: readonly Write[];
  /** The document holds the server's score: it follows every welcome. */
  score: null;
  /** The server has confirmed more, can or cannot save, or the socket came or went. */
  delivery: null;
  /** A pong has moved the clock, or its state changed. */
  clock: null;
  /** Another rung carries somebody's edits. */
  rungs: null;
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
  readonly #peers = new Map<number, Peer>();
  /** What the others send as sound, of those who send any. */
  readonly air = new Map<number, Air>();
  /** Who broadcasts to the audience; null while nobody was told to. */
  programme: Extract<ServerMessage, { readonly type: "programme" }> | null = null;
  /** How fit this page is to broadcast: told with its status. */
  fit: Status["fit"];
  readonly #status: StatusReport;
  readonly #pings: ClockPings;
  #life: Life | null = null;
  #serverCanSave = true;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { url, token, memberKey, name, counters, random } = options;
    this.#socket = new SignalingSocket({
      url,
      token,
      counters,
      random,
      heldTime: () => this.#pings.heldTime(options.clock.now()),
      ...(options.earlier && { earlier: options.earlier }),
      ...(memberKey === null ? {} : { memberKey }),
      ...(name === null ? {} : { name }),
    });
    this.#relay = new RelayLink({ socket: this.#socket, counters });
    this.#requests = new Requests(this.#socket);
    this.past = new Past(this.#socket);
    this.controls = new Controls(this.#socket);
    this.#status = new StatusReport((status) => this.#socket.send({ type: "status", status }));
    this.#pings = new ClockPings(this.clock, options.clock, (frame) => this.#socket.sendFrame(frame));
    this.#timer = new WakeTimer(() => this.#turn());
    this.#socket.on("welcome", (welcome) => this.#handleWelcome(welcome));
    this.#socket.on("message", (message) => this.#handleMessage(message));
    this.#socket.on("frame", (bytes) => this.#handleFrame(bytes));
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
    return this.#serverCanSave;
  }

  /** What `streams/` needs for sound between people. */
  get sound(): SoundParts {
    return {
      socket: this.#socket,
      request: this.#requests.request,
      peers: this.#peers,
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
    const distances = [];
    for (const { role, status } of this.#peers.values())
      if (role !== "listener" && status?.clock.state === "locked")
        distances.push({ rtt: status.clock.rtt, renderAhead: status.renderAhead });
    return distances;
  }

  /** Room time, or null before the first sample. */
  roomNow(): RoomTime | null {
    return this.clock.hasTime ? this.clock.roomAt(this.#options.clock.now()) : null;
  }

  /** One command's writes as one delta, or null when too many wait or we may not write. */
  commit(writes: readonly Write[]): Delta | null {
    const spoke = this.#life?.spoke;
    if (!spoke?.canCommit || !spoke.fits(writes)) return null;
    const delta = spoke.commit(writes, this.#nowMs(), this.#options.clock.now());
    this.#options.counters.sent.edits += 1;
    this.#turn();
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
    const { actor } = life.welcome;
    const hears = ({ actor: peer, status }: Peer) =>
      peer === actor || status?.direct.includes(actor) === true;
    if (this.online && ![...this.#peers.values()].every(hears)) this.#socket.sendFrame(bytes);
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

  #nowMs(): number {
    return Math.max(0, Math.round((this.roomNow() ?? 0) * 1_000));
  }

  #handleWelcome(welcome: Welcome): void {
    const now = this.#options.clock.now();
    this.clock.seed(now, roomTime(welcome.roomTime));
    this.#pings.restart(now);
    this.#serverCanSave = true;
    this.#peers.clear();
    this.air.clear();
    this.programme = null;
    for (const peer of welcome.roster) this.#peers.set(peer.actor, peer);
    const before = this.#life;
    this.#life = this.#nextLife(welcome);
    const { spoke, paths } = this.#life;
    if (spoke !== before?.spoke) this.#events.emit("life", this.#life);
    spoke.setServerOpen(true, now);
    paths.setIceServers(welcome.iceServers);
    paths.setRoster(welcome.roster);
    paths.setTarget(welcome.topology);
    paths.refresh();
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
    if (before?.welcome.actor === welcome.actor) return { ...before, welcome };
    before?.paths.close();
    const { counters, random, clock } = this.#options;
    const life = newLife({
      welcome,
      socket: this.#socket,
      requests: this.#requests,
      peers: this.#peers,
      counters,
      random,
      clock,
      nowMs: () => this.#nowMs(),
      handleReceived: (received) => this.#handleReceived(received),
      handlePathChange: () => this.#handlePathChange(),
      handleLive: (peer, bytes) => {
        if (this.#peers.get(peer)?.role !== "listener") this.#events.emit("live", { actor: peer, bytes });
      },
    });
    const restamped = before ? inherit(life.spoke, before.spoke, clock.now(), this.#nowMs()) : [];
    if (restamped.length > 0) this.#events.emit("restamped", restamped);
    return life;
  }

  #handleMessage(message: RoomMessage): void {
    if (message.type === "peer") {
      this.#peers.set(message.peer.actor, message.peer);
      this.#events.emit("peer", message.peer);
    }
    if (message.type === "left") {
      this.#peers.delete(message.actor);
      this.air.delete(message.actor);
      this.#life?.spoke.peerClosed(message.actor);
      this.#events.emit("left", message.actor);
    }
    if (message.type === "air") this.air.set(message.from, message);
    if (message.type === "programme") this.programme = message;
    if (message.type === "storage") {
      this.#serverCanSave = message.writable;
      this.#events.emit("delivery", null);
    }
    this.#life?.paths.handleMessage(message);
    this.#events.emit("message", message);
    this.#turn();
  }

  #handleFrame(bytes: Uint8Array): void {
    const life = this.#life;
    if (!life) return;
    if (frameKind(bytes) === "live") return this.#events.emit("live", { actor: null, bytes });
    const waiting = life.spoke.unacknowledged;
    const received = life.spoke.handleServerFrame(bytes, this.#options.clock.now(), this.#nowMs());
    this.#handleReceived(received);
    if (frameKind(bytes) === "snapshot" && received.error === undefined) this.#events.emit("score", null);
    if (life.spoke.unacknowledged !== waiting) this.#events.emit("delivery", null);
  }

  #handlePong(event: SignalingEvents["pong"]): void {
    const { clock, isHeard } = this.#options;
    const { pong } = event;
    this.#pings.handlePong(event, isHeard());
    this.#life?.spoke.handleTip(pong.tip, clock.now());
    if (pong.heard !== undefined) this.#life?.spoke.handleHeard(pong.heard, clock.now());
    this.#events.emit("clock", null);
    this.#turn();
  }

  #handleReceived(received: Received): void {
    if (received.error !== undefined) this.#options.counters.rejected += 1;
    if (received.replaced) this.#options.counters.replaced += 1;
    if (received.unlocked) {
      // The ping says what is here, and the server replaces it.
      this.#pings.hurry(this.#options.clock.now());
      if (received.unlocked.own.length > 0) this.#events.emit("locked", received.unlocked.own);
    }
    this.#tell(received);
    this.#turn();
  }

  #tell({ changed, deltas, restamped = [] }: Received): void {
    this.#options.counters.received.edits += deltas.length;
    if (restamped.length > 0) this.#events.emit("restamped", restamped);
    if (changed.length > 0 || deltas.length > 0) this.#events.emit("changed", { keys: changed, deltas });
  }

  #handlePathChange(): void {
    const life = this.#life;
    if (!life) return;
    const now = this.#options.clock.now();
    const { path, leaving } = life.paths.path(this.clock.status(now).rtt);
    life.spoke.setPath(path, now, leaving);
    this.#events.emit("rungs", null);
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
    const life = this.#life;
    if (!life || this.#closed) return;
    const now = this.#options.clock.now();
    if (this.online) this.#pings.turn(now, life.spoke.state);
    for (const { to, bytes } of life.spoke.take(now, this.#nowMs())) this.#send(life, to, bytes);
    const news = life.spoke.takeNews();
    if (news) this.#tell(news);
    if (life.paths.nextDue <= now) life.paths.tick();
    const statusDue = this.#status.turn(now, this.online ? this.#readStatus(life, now) : null);
    const dues = [this.#pings.due, life.spoke.nextDue ?? now + LONGEST_SLEEP, life.paths.nextDue, statusDue];
    this.#timer.set(Math.min(LONGEST_SLEEP, Math.max(0.001, Math.min(...dues) - now)));
  }

  #send(life: Life, to: "server" | "broadcast" | number, bytes: Uint8Array): void {
    if (to === "server") {
      // It would be refused, and too many refusals at once are more than the rate allows; the tip brings it up again.
      if (frameKind(bytes) === "delta" && !this.#serverCanSave) return;
      // On the relay a delta is the datagram itself; beside a fast path it is the journal's copy.
      if (frameKind(bytes) !== "delta" || life.paths.current !== "relay") this.#socket.sendFrame(bytes);
      else this.#relay.broadcast("edits", bytes);
    } else if (to === "broadcast") life.paths.broadcast(bytes);
    else life.paths.send(to, bytes);
  }

  #readStatus(life: Life, now: LocalTime): Status {
    const { state, residual, errorBound, rtt } = this.clock.status(now);
    return {
      clock: { state, offset: residual, errorBound, rtt },
      rung: life.paths.current,
      direct: [...life.spoke.direct],
      losing: life.spoke.isLosing(now),
      fit: this.fit,
      ...this.#options.sound(),
    };
  }
}
