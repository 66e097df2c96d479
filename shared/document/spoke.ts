/**
 * A client's side of delivery: which of its own deltas go where and when, and what it tells others
 * that it has. A pure state machine: the session feeds it frames and time, and sends what `take`
 * gives. The fast path is best effort; the server ends up with everything.
 */
import { assert } from "../lib/assert.ts";
import { frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { decodeDelta, decodeVector, encodeDelta, encodeVector } from "./codec.ts";
import type { Delta, RegisterKey, Write } from "./delta.ts";
import { GRACE, MAX_AHEAD_MS, REPAIR_AGE } from "./hub.ts";
import { Outbox } from "./outbox.ts";
import { Replica } from "./replica.ts";
import { decodeSnapshot } from "./snapshot-codec.ts";
import { VersionVector } from "./version-vector.ts";

/** Seconds between two reports to the server, at least; a listener is in less of a hurry. */
export const REPORT_INTERVAL = 0.05;
const LISTENER_REPORT_INTERVAL = 0.5;
/** Seconds that an acknowledgement waits for others to ride along. */
const ACK_DELAY = 0.005;
/** Shortest wait before a delta is sent to a mesh peer again. */
const MIN_RESEND = 0.05;

/** How this client reaches the others fast. The server is always there beside it. */
export type Path =
  | { readonly kind: "relay" }
  /** `peers`: whose channels are open. `rtt`: seconds, of the slowest pair. */
  | { readonly kind: "mesh"; readonly peers: ReadonlySet<number>; readonly rtt: number }
  | { readonly kind: "sfu"; readonly open: boolean };

export interface Send {
  /** The server's socket, one mesh peer's channel, or the SFU's data producer. */
  readonly to: "server" | number | "broadcast";
  readonly bytes: Uint8Array;
  readonly kind: "delta" | "have";
}

export interface Received {
  /** Registers whose visible value changed. */
  readonly changed: readonly RegisterKey[];
  /** Fresh deltas of others, for showing who did what. A snapshot brings none. */
  readonly deltas: readonly Delta[];
  /** Why the frame was refused; then nothing changed. */
  readonly error?: string;
}

const NOTHING: Received = { changed: [], deltas: [] };
const refused = (error: string): Received => ({ ...NOTHING, error });

export class Spoke {
  readonly replica: Replica;
  readonly #mayWrite: boolean;
  readonly #peerMayWrite: (actor: number) => boolean;
  #path: Path = { kind: "relay" };
  /** Own deltas that the server is not known to have. */
  readonly #toServer = new Outbox({ resendAfter: null, bound: LIMITS.unsentDeltas });
  readonly #toPeers = new Map<number, Outbox>();
  /** Own deltas that go onto the SFU's producer once. */
  #toBroadcast: Delta[] = [];
  /** What the server is known to have of this actor's. */
  #serverHas = new VersionVector();
  /** Open, and its snapshot has come: before that nothing is sent. */
  #serverReady = false;
  #serverOpen = false;
  /** Actors whose entries the server has not been told of; null: all of them. */
  #unreported: Set<number> | null = new Set();
  #reportDue: number | null = null;
  #lastReport = Number.NEGATIVE_INFINITY;
  readonly #ackDue = new Map<number, number>();
  /** Who is heard on the fast path, and on which: what comes before this side's own path is set counts too. */
  readonly #direct = new Map<number, "mesh" | "sfu">();

  constructor(options: {
    actor: number;
    seed: number;
    mayWrite: boolean;
    /** Whether another actor may write: the roster knows. Everybody when left out. */
    peerMayWrite?: (actor: number) => boolean;
  }) {
    this.replica = new Replica(options);
    this.#mayWrite = options.mayWrite;
    this.#peerMayWrite = options.peerMayWrite ?? (() => true);
  }

  /** False while `LIMITS.unsentDeltas` wait for the server, and for a listener always. */
  get canCommit(): boolean {
    return this.#mayWrite && this.#toServer.size < LIMITS.unsentDeltas;
  }

  /** Own deltas that the server has not confirmed. */
  get unacknowledged(): number {
    return this.#toServer.size;
  }

  /** Own deltas that the server has not confirmed, oldest first: another actor of this page's may write them again. */
  unconfirmed(): Delta[] {
    const { actor } = this.replica;
    return this.replica
      .ownSince(this.#serverHas.highest(actor))
      .filter(({ seq }) => !this.#serverHas.has(actor, seq));
  }

  get digest(): string {
    return this.replica.document.digest();
  }

  /** Actors heard on the fast path since it opened: what the session reports in `status.direct`. */
  get direct(): ReadonlySet<number> {
    return new Set(this.#direct.keys());
  }

  /** One command's writes, as one delta: applied here at once, and due wherever it has to go. Ask `canCommit` first. */
  commit(writes: readonly Write[], nowMs: number, now: number): Delta {
    assert(this.canCommit, "commit while canCommit is false");
    const delta = this.replica.commit(writes, nowMs);
    // Measured in the longest form, so that it fits whichever is chosen.
    const size = encodeDelta(delta, { explicitActor: true, nowMs: 0 }).length;
    const fits = size <= LIMITS.datagramBytes;
    const broadcast = fits && this.#path.kind === "sfu" && this.#path.open;
    if (broadcast) this.#toBroadcast.push(delta);
    if (fits)
      for (const [peer, outbox] of this.#toPeers) if (!outbox.offer(delta, now)) this.#toPeers.delete(peer);
    this.#toServer.offer(delta, broadcast ? now + GRACE : now);
    return delta;
  }

  /** A binary frame from the server's socket: delta, have or snapshot. Others are refused. */
  handleServerFrame(bytes: Uint8Array, now: number, nowMs: number): Received {
    const kind = frameKind(bytes);
    if (kind === "delta") {
      const delta = decodeDelta(bytes, this.replica.context(null, nowMs));
      return delta.ok ? this.#receive(delta.value, now) : refused(delta.error);
    }
    if (kind === "have") {
      const vector = decodeVector(bytes);
      if (!vector.ok) return refused(vector.error);
      this.#acknowledged(vector.value);
      return NOTHING;
    }
    if (kind === "snapshot") return this.#load(bytes, now);
    return refused("not a frame of the server's");
  }

  /** A datagram of another actor's on `edits`: delta, probe, or (mesh) have. `actor` is whose channel it came on. */
  handlePeerFrame(
    actor: number,
    bytes: Uint8Array,
    now: number,
    nowMs: number,
    via: "mesh" | "sfu",
  ): Received {
    const kind = frameKind(bytes);
    if (kind === "probe") {
      this.#direct.set(actor, via);
      return NOTHING;
    }
    if (kind === "have" && via === "mesh") {
      const vector = decodeVector(bytes);
      if (!vector.ok) return refused(vector.error);
      this.#toPeers.get(actor)?.acknowledge(vector.value);
      return NOTHING;
    }
    if (kind !== "delta") return refused("not a frame of a peer's");
    if (!this.#peerMayWrite(actor)) return refused("a listener writes nothing");
    const delta = decodeDelta(bytes, this.replica.context(actor, nowMs));
    if (!delta.ok) return refused(delta.error);
    // What the server would refuse; without room time there is nothing to measure it by, and it comes again.
    if (delta.value.stamp.time > nowMs + MAX_AHEAD_MS) return refused("stamped too far ahead");
    this.#direct.set(actor, via);
    if (via === "mesh" && !this.#ackDue.has(actor)) this.#ackDue.set(actor, now + ACK_DELAY);
    return this.#receive(delta.value, now);
  }

  /** The socket opened or closed. After opening, deltas wait for the server's snapshot, which says what it lacks. */
  setServerOpen(open: boolean, now: number): void {
    if (open && !this.#serverOpen) this.#toServer.reopen(now);
    this.#serverOpen = open;
    this.#serverReady = false;
  }

  /** How the others are reached now. Both paths carry on side by side: deltas are idempotent. */
  setPath(path: Path, now: number): void {
    for (const [actor, via] of this.#direct) if (via !== path.kind) this.#direct.delete(actor);
    if (path.kind !== "sfu") this.#toBroadcast = [];
    this.#path = path;
    const peers = path.kind === "mesh" ? path.peers : new Set<number>();
    for (const peer of this.#toPeers.keys()) if (!peers.has(peer)) this.peerClosed(peer);
    const resendAfter = Math.max(MIN_RESEND, path.kind === "mesh" ? path.rtt * 1.25 + ACK_DELAY : 0);
    for (const peer of peers)
      if (!this.#toPeers.has(peer))
        this.#toPeers.set(peer, new Outbox({ resendAfter, bound: LIMITS.owedDeltas }));
    // Without a fast path the server is the only way: what waited out its grace goes now.
    if (path.kind !== "sfu" || !path.open) this.#toServer.hurry(now);
  }

  /** This actor is not heard on the fast path any more. */
  peerClosed(actor: number): void {
    this.#toPeers.delete(actor);
    this.#ackDue.delete(actor);
    this.#direct.delete(actor);
  }

  /** The tip of a pong: one that differs makes a report due, from which the server sees what is missing. */
  handleTip(tip: number, now: number): void {
    if (tip === this.replica.vector.hash()) return;
    this.#unreported = null;
    this.#scheduleReport(now);
    this.#toServer.rearm(now, REPAIR_AGE);
  }

  /** The earliest instant at which `take` has something, or null for nothing. */
  get nextDue(): number | null {
    const dues = [...this.#ackDue.values()];
    if (this.#toBroadcast.length > 0) dues.push(Number.NEGATIVE_INFINITY);
    for (const outbox of this.#toPeers.values()) if (outbox.nextDue !== null) dues.push(outbox.nextDue);
    if (this.#serverReady) {
      if (this.#toServer.nextDue !== null) dues.push(this.#toServer.nextDue);
      if (this.#reportDue !== null) dues.push(this.#reportDue);
    }
    return dues.length > 0 ? Math.min(...dues) : null;
  }

  /** Everything that is due by now. */
  take(now: number, nowMs: number): Send[] {
    const sends: Send[] = [];
    const own = this.replica.actor;
    // The author's broadcasts name the sequence number in full: nobody knows how far each receiver is.
    for (const delta of this.#toBroadcast)
      sends.push({
        to: "broadcast",
        bytes: encodeDelta(delta, { explicitActor: false, nowMs }),
        kind: "delta",
      });
    this.#toBroadcast = [];
    for (const [peer, outbox] of this.#toPeers)
      for (const delta of outbox.take(now))
        sends.push({ to: peer, bytes: encodeDelta(delta, { explicitActor: false, nowMs }), kind: "delta" });
    for (const [peer, due] of this.#ackDue) {
      if (due > now) continue;
      this.#ackDue.delete(peer);
      sends.push({ to: peer, bytes: encodeVector(this.replica.vector.subset([peer])), kind: "have" });
    }
    if (!this.#serverReady) return sends;
    const acknowledged = this.#serverHas.highest(own);
    for (const delta of this.#toServer.take(now))
      sends.push({
        to: "server",
        bytes: encodeDelta(delta, { explicitActor: false, nowMs, acknowledged }),
        kind: "delta",
      });
    if (this.#reportDue !== null && this.#reportDue <= now) sends.push(this.#report(now));
    return sends;
  }

  #report(now: number): Send {
    const vector = this.#unreported ? this.replica.vector.subset(this.#unreported) : this.replica.vector;
    this.#unreported = new Set();
    this.#reportDue = null;
    this.#lastReport = now;
    return { to: "server", bytes: encodeVector(vector), kind: "have" };
  }

  #receive(delta: Delta, now: number): Received {
    const { fresh, changed } = this.replica.receive(delta);
    // What came twice is reported too: the server would not have sent it had it known.
    this.#unreported?.add(delta.actor);
    this.#scheduleReport(now);
    return { changed, deltas: fresh ? [delta] : [] };
  }

  #scheduleReport(now: number): void {
    const interval = this.#mayWrite ? REPORT_INTERVAL : LISTENER_REPORT_INTERVAL;
    this.#reportDue ??= Math.max(now, this.#lastReport + interval);
  }

  #acknowledged(vector: VersionVector): void {
    this.#serverHas.merge(vector);
    this.#toServer.acknowledge(vector);
    this.replica.trim(this.#serverHas.highest(this.replica.actor));
  }

  /** The server's whole document: what it lacks of this actor's own is owed again, also what an earlier life had confirmed. */
  #load(bytes: Uint8Array, now: number): Received {
    const snapshot = decodeSnapshot(bytes);
    if (!snapshot.ok) return refused(snapshot.error);
    const { vector } = snapshot.value;
    const changed = this.replica.load(snapshot.value);
    this.#serverHas = new VersionVector();
    this.#acknowledged(vector);
    for (const delta of this.replica.ownSince(vector.highest(this.replica.actor)))
      if (!vector.has(delta.actor, delta.seq)) this.#toServer.offer(delta, now);
    this.#serverReady = this.#serverOpen;
    return { changed, deltas: [] };
  }
}
