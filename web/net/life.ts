/**
 * One life of this browser in a room: the actor that a welcome has named, its copy of the document and its
 * paths to the others. It carries frames between the copy and its ways out, and tells what has changed. A new
 * actor ends it; what it had not delivered, the next one writes again.
 */
import type { Delta, RegisterKey, Write } from "#shared/document/delta.ts";
import { type Received, Spoke } from "#shared/document/spoke.ts";
import type { Restamped } from "#shared/document/unstamped.ts";
import type { Emitter } from "#shared/lib/emitter.ts";
import type { Random } from "#shared/lib/random.ts";
import type { LocalClock } from "#shared/ports.ts";
import { frameKind, type Pong } from "#shared/protocol/frames.ts";
import type { Peer } from "#shared/protocol/messages.ts";
import type { RoomClock } from "#shared/time/room-clock.ts";
import type { ClockPings } from "./clock-pings.ts";
import type { Counters } from "./counters.ts";
import { Paths } from "./paths.ts";
import type { RelayLink } from "./relay-link.ts";
import type { Requests } from "./requests.ts";
import type { RoomMessage, SignalingSocket, Welcome } from "./signaling-socket.ts";

export interface LifeEvents extends Record<string, unknown> {
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
  /** Another rung carries somebody's edits. */
  rungs: null;
}

export interface LifeOptions {
  readonly welcome: Welcome;
  readonly socket: SignalingSocket;
  readonly relay: RelayLink;
  readonly requests: Requests;
  readonly roomClock: RoomClock;
  readonly pings: Pick<ClockPings, "hurry">;
  /** Those in the room, by actor, as the roster now has them. */
  readonly peers: ReadonlyMap<number, Peer>;
  readonly counters: Counters;
  readonly random: Random;
  readonly clock: LocalClock;
  readonly events: Pick<Emitter<LifeEvents>, "emit">;
  /** Something has come: what is due by it is to be done. */
  readonly turn: () => void;
}

export class Life {
  readonly spoke: Spoke;
  readonly paths: Paths;
  readonly #options: LifeOptions;
  /** The newest for this actor. */
  welcome: Welcome;
  /** False while the server's disk takes no edits. */
  serverCanSave = true;

  /** It has seen nothing yet. */
  constructor(options: LifeOptions) {
    const { welcome, peers, clock, events } = options;
    const { actor, role, seed } = welcome;
    this.#options = options;
    this.welcome = welcome;
    this.spoke = new Spoke({
      actor,
      seed,
      mayWrite: role !== "listener",
      // Whom the roster has not told of yet is let in: the server will not have let a listener produce.
      peerMayWrite: (peer) => peers.get(peer)?.role !== "listener",
      peerMayConduct: (peer) => peers.get(peer)?.role === "leader",
    });
    this.paths = new Paths({
      ...options,
      self: actor,
      role,
      now: () => clock.now(),
      handleMessage: (peer, bytes, via) =>
        this.#handleReceived(this.spoke.handlePeerFrame(peer, bytes, clock.now(), this.#nowMs(), via)),
      handleLive: (peer, bytes) => {
        if (peers.get(peer)?.role !== "listener") events.emit("live", { actor: peer, bytes });
      },
      handleChange: () => this.#handlePathChange(),
      handlePeerClosed: (peer, via) => this.spoke.peerClosed(peer, via),
    });
  }

  /** Writes again, as this actor, what the one before had not delivered. */
  inherit(before: Life): void {
    const now = this.#options.clock.now();
    const restamped: Restamped[] = [];
    for (const { writes, stamp, atMs } of before.spoke.rewrites(now, this.#nowMs())) {
      if (!this.spoke.canCommit) break;
      restamped.push({ from: stamp, to: this.spoke.commit(writes, atMs, now).stamp });
    }
    if (restamped.length > 0) this.#options.events.emit("restamped", restamped);
  }

  /** The socket is open, for the first time or again. */
  handleWelcome(welcome: Welcome, now: number): void {
    this.welcome = welcome;
    this.serverCanSave = true;
    this.spoke.setServerOpen(true, now);
    this.paths.setIceServers(welcome.iceServers);
    this.paths.setRoster(welcome.roster);
    this.paths.setTarget(welcome.topology);
    this.paths.refresh();
  }

  handleMessage(message: RoomMessage): void {
    if (message.type === "storage") {
      this.serverCanSave = message.writable;
      this.#options.events.emit("delivery", null);
    }
    this.paths.handleMessage(message);
  }

  /** One command's writes as one delta, which goes out; null when too many wait or we may not write. */
  commit(writes: readonly Write[]): Delta | null {
    if (!this.spoke.canCommit || !this.spoke.fits(writes)) return null;
    const { clock, counters } = this.#options;
    const now = clock.now();
    const delta = this.spoke.commit(writes, this.#nowMs(), now);
    counters.sent.edits += 1;
    this.#deliver(now);
    return delta;
  }

  /** Does all that is due; gives the instant of what is due next, Infinity for nothing. */
  turn(now: number): number {
    this.#deliver(now);
    const news = this.spoke.takeNews();
    if (news) this.#tell(news);
    if (this.paths.nextDue <= now) this.paths.tick();
    return Math.min(this.spoke.nextDue ?? Number.POSITIVE_INFINITY, this.paths.nextDue);
  }

  /** What the server sends on the socket, but for pongs. */
  handleFrame(bytes: Uint8Array): void {
    const { clock, events } = this.#options;
    const kind = frameKind(bytes);
    if (kind === "live") return events.emit("live", { actor: null, bytes });
    const waiting = this.spoke.unacknowledged;
    const received = this.spoke.handleServerFrame(bytes, clock.now(), this.#nowMs());
    this.#handleReceived(received);
    if (kind === "snapshot" && received.error === undefined) events.emit("score", null);
    if (this.spoke.unacknowledged !== waiting) events.emit("delivery", null);
  }

  handlePong({ tip, heard }: Pong): void {
    const now = this.#options.clock.now();
    this.spoke.handleTip(tip, now);
    if (heard !== undefined) this.spoke.handleHeard(heard, now);
  }

  #nowMs(): number {
    return this.#options.roomClock.roomMs(this.#options.clock.now());
  }

  #deliver(now: number): void {
    for (const { to, bytes } of this.spoke.take(now, this.#nowMs())) this.#send(to, bytes);
  }

  #handleReceived(received: Received): void {
    const { clock, counters, pings, events, turn } = this.#options;
    if (received.error !== undefined) counters.rejected += 1;
    if (received.replaced) counters.replaced += 1;
    if (received.unlocked) {
      // The ping says what is here, and the server replaces it.
      pings.hurry(clock.now());
      if (received.unlocked.own.length > 0) events.emit("locked", received.unlocked.own);
    }
    this.#tell(received);
    turn();
  }

  #tell({ changed, deltas, restamped = [] }: Received): void {
    const { counters, events } = this.#options;
    counters.received.edits += deltas.length;
    if (restamped.length > 0) events.emit("restamped", restamped);
    if (changed.length > 0 || deltas.length > 0) events.emit("changed", { keys: changed, deltas });
  }

  #handlePathChange(): void {
    const { clock, roomClock, events, turn } = this.#options;
    const now = clock.now();
    const { path, leaving } = this.paths.path(roomClock.status(now).rtt);
    this.spoke.setPath(path, now, leaving);
    events.emit("rungs", null);
    turn();
  }

  #send(to: "server" | "broadcast" | number, bytes: Uint8Array): void {
    const { socket, relay } = this.#options;
    if (to === "server") {
      // It would be refused, and too many refusals at once are more than the rate allows; the tip brings it up again.
      if (frameKind(bytes) === "delta" && !this.serverCanSave) return;
      // On the relay a delta is the datagram itself; beside a fast path it is the journal's copy.
      if (frameKind(bytes) !== "delta" || this.paths.current !== "relay") socket.sendFrame(bytes);
      else relay.broadcast("edits", bytes);
    } else if (to === "broadcast") this.paths.broadcast(bytes);
    else this.paths.send(to, bytes);
  }
}
