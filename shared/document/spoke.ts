/**
 * A client's side of delivery: which of its own deltas go where and when, and what it tells others
 * that it has. A pure state machine: the session feeds it frames and time, sends what `take` gives, and
 * shows what `takeNews` tells. The fast path is best effort; the server ends up with everything.
 */
import { assert } from "../lib/assert.ts";
import { frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { Broadcast } from "./broadcast.ts";
import { asSnapshot, decodeDelta, decodeVector, encodeDelta } from "./codec.ts";
import type { Delta, RegisterKey, Stamp, Write } from "./delta.ts";
import { Downlink } from "./downlink.ts";
import { Hearsay } from "./hearsay.ts";
import { earliness } from "./held.ts";
import { keyId } from "./keys.ts";
import { openWrites } from "./locks.ts";
import { GRACE } from "./owing.ts";
import { Pairs } from "./pairs.ts";
import { Assembler, Assemblers, fitsDatagrams } from "./parts.ts";
import { Replica } from "./replica.ts";
import { ServerHop } from "./server-hop.ts";
import { decodeSnapshot, type Snapshot } from "./snapshot-codec.ts";
import { type Restamped, Unstamped } from "./unstamped.ts";
import type { VersionVector } from "./version-vector.ts";
import { LONGEST_WRITE } from "./writes.ts";
import { type Path, type Via, Ways } from "./ways.ts";

/** Seconds between two reports to the server, at least. */
export const REPORT_INTERVAL = 0.05;
/** A listener's pings, 2 s apart, say it already unless something is under way: see `LISTENER_GRACE`. */
const LISTENER_REPORT_INTERVAL = 2.25;
/** In a mesh the server's copy goes so many seconds after the peers', so that it does not hold theirs up on a busy machine. */
export const AFTER_PEERS = 0.005;
/** So few writes fit any hop in whatever form, and are not measured. */
const FEW_WRITES = Math.floor(LIMITS.partedBytes / (2 * LONGEST_WRITE));

export interface Send {
  /** The server's socket, one mesh peer's channel, or the SFU's data producer. */
  readonly to: "server" | number | "broadcast";
  readonly bytes: Uint8Array;
  readonly kind: "delta" | "have" | "ack";
}

export interface Received {
  /** Registers whose visible value changed. */
  readonly changed: readonly RegisterKey[];
  /** Fresh deltas of others, for showing who did what. A snapshot brings none. */
  readonly deltas: readonly Delta[];
  /** Own deltas that were given the stamps of room time: undo knows them by the old ones. */
  readonly restamped?: readonly Restamped[];
  /**
   * The server has taken locked writes out of a delta that counts whole here: the document is to be compared
   * with the server's now. `own` are the writes of mine among them.
   */
  readonly unlocked?: { readonly own: readonly Write[] };
  /** The document was not what its vector said, and is the server's now. */
  readonly replaced?: boolean;
  /** Why the frame was refused; then nothing changed. */
  readonly error?: string;
}

export interface Rewrite {
  readonly writes: readonly Write[];
  /** The one they had, under which nobody has them. */
  readonly stamp: Stamp;
  readonly atMs: number;
}

const NOTHING: Received = { changed: [], deltas: [] };
const refused = (error: string): Received => ({ ...NOTHING, error });

export class Spoke {
  readonly replica: Replica;
  readonly #mayWrite: boolean;
  readonly #peerMayWrite: (actor: number) => boolean;
  readonly #peerMayConduct: (actor: number) => boolean;
  readonly #ways = new Ways();
  readonly #server: ServerHop;
  readonly #pairs = new Pairs();
  readonly #broadcast = new Broadcast();
  readonly #downlink = new Downlink();
  readonly #hearsay = new Hearsay();
  readonly #unstamped = new Unstamped();
  readonly #assemblers = new Assemblers();
  #news: { changed: RegisterKey[]; deltas: Delta[]; restamped: Restamped[] } | null = null;

  constructor(options: {
    actor: number;
    seed: number;
    mayWrite: boolean;
    /** Whether another actor may write: the roster knows. Everybody when left out. */
    peerMayWrite?: (actor: number) => boolean;
    /** Whether locks do not bind it: a leader. Nobody when left out. */
    peerMayConduct?: (actor: number) => boolean;
  }) {
    this.replica = new Replica(options);
    this.#mayWrite = options.mayWrite;
    this.#peerMayWrite = options.peerMayWrite ?? (() => true);
    this.#peerMayConduct = options.peerMayConduct ?? (() => false);
    const reportInterval = options.mayWrite ? REPORT_INTERVAL : LISTENER_REPORT_INTERVAL;
    this.#server = new ServerHop({ actor: options.actor, reportInterval });
  }

  /** False while `LIMITS.unsentDeltas` wait for the server, and for a listener always. */
  get canCommit(): boolean {
    return this.#mayWrite && this.unacknowledged < LIMITS.unsentDeltas;
  }

  /** Own deltas that the server has not confirmed, earlier lives' too. */
  get unacknowledged(): number {
    return this.#server.size + this.#unstamped.size;
  }

  /** Own deltas that the server has not confirmed, oldest first. */
  unconfirmed(): Delta[] {
    const { actor } = this.replica;
    const { has } = this.#server;
    return this.replica.ownSince(has.highest(actor)).filter(({ seq }) => !has.has(actor, seq));
  }

  /** Deltas of earlier lives that the server has not confirmed, in their order. */
  get earlier(): readonly Delta[] {
    return this.#server.earlier();
  }

  /**
   * What another actor of this page's is to write again, oldest first, with the room time in ms at which it
   * was made: the server does not know this actor any more.
   */
  rewrites(now: number, nowMs: number): Rewrite[] {
    return [...this.#server.earlier(), ...this.unconfirmed()].map(({ actor, seq, stamp, writes }) => {
      const own = actor === this.replica.actor;
      const madeAtMs = own ? this.#unstamped.madeAtMs(seq, now, nowMs) : undefined;
      return { writes, stamp, atMs: madeAtMs ?? Math.min(stamp.time, nowMs) };
    });
  }

  get digest(): string {
    return this.replica.document.digest();
  }

  /** What a ping says of this replica. */
  get state(): { tip: number; digest: number } {
    return { tip: this.replica.vector.hash(), digest: this.replica.document.digestLow };
  }

  /** Actors heard on the fast path since it opened, or on the one that lingers: `status.direct`. */
  get direct(): ReadonlySet<number> {
    return this.#ways.direct;
  }

  /** Whether the SFU has lately lost something on its way here: `status.losing`. */
  isLosing(now: number): boolean {
    return this.#downlink.isLosing(now);
  }

  /** Whether these writes fit one delta; more must be made several. */
  fits(writes: readonly Write[]): boolean {
    if (isSmall(writes)) return true;
    const stamp = { time: 0, counter: 0xffff_ffff, actor: LIMITS.actors };
    return sizeOf({ actor: stamp.actor, seq: 0xffff_ffff, stamp, writes }) <= LIMITS.clientFrameBytes;
  }

  /** One command's writes, as one delta: applied here at once, and due wherever it has to go. Ask `canCommit` first. */
  commit(writes: readonly Write[], nowMs: number, now: number): Delta {
    assert(this.canCommit, "commit while canCommit is false");
    const delta = this.replica.commit(writes, nowMs);
    if (nowMs === 0 || this.#unstamped.size > 0) this.#unstamped.add(delta, now);
    else this.#owe(delta, now);
    return delta;
  }

  /** Deltas of this person's earlier lives, in their order, which the hello proved: owed until the server has them. */
  offerEarlier(deltas: readonly Delta[], now: number): void {
    for (const delta of deltas) {
      this.#tell(this.#apply(delta, now));
      if (!this.#server.has.has(delta.actor, delta.seq)) this.#server.owe(delta, now);
    }
  }

  /** A binary frame from the server's socket: delta, have, snapshot or replacement. Others are refused. */
  handleServerFrame(bytes: Uint8Array, now: number, nowMs: number): Received {
    switch (frameKind(bytes)) {
      case "delta": {
        const delta = decodeDelta(bytes, this.replica.context(null, nowMs));
        return delta.ok ? this.#receiveFromServer(delta.value, now) : refused(delta.error);
      }
      case "have": {
        const vector = decodeVector(bytes);
        if (!vector.ok) return refused(vector.error);
        this.#acknowledged(vector.value);
        this.#server.answer(this.#hearsay.beyond(vector.value));
        return NOTHING;
      }
      case "snapshot":
        return this.#load(bytes, now);
      case "replacement":
        return this.#replace(bytes, now);
      default:
        return refused("not a frame of the server's");
    }
  }

  /** A datagram of another actor's on `edits`: delta, part, probe, or (mesh) ack. `actor` is whose channel it came on. */
  handlePeerFrame(actor: number, bytes: Uint8Array, now: number, nowMs: number, via: Via): Received {
    const kind = frameKind(bytes);
    if (kind === "probe") {
      this.#ways.hear(actor, via);
      return NOTHING;
    }
    if (kind === "ack" && via === "mesh") {
      const error = this.#pairs.handleAck(actor, bytes, now);
      return error === null ? NOTHING : refused(error);
    }
    if (kind !== "delta" && kind !== "part") return refused("not a frame of a peer's");
    if (!this.#peerMayWrite(actor)) return refused("a listener writes nothing");
    if (via === "mesh") this.#pairs.handleHeard(actor);
    if (kind === "delta") return this.#receiveFromPeer(actor, bytes, now, nowMs, via);
    const seq = Assembler.seqOf(bytes);
    if (seq === null) return refused("malformed");
    if (this.replica.vector.has(actor, seq)) {
      this.#heardFrom(actor, seq, now, via);
      return NOTHING;
    }
    const whole = this.#assemblers.take(actor, bytes);
    return whole ? this.#receiveFromPeer(actor, whole, now, nowMs, via) : NOTHING;
  }

  /** The socket opened or closed. After opening, deltas wait for the server's snapshot, which says what it lacks. */
  setServerOpen(open: boolean, now: number): void {
    this.#server.setOpen(open, now);
  }

  /** How the others are reached now. The path that was left lingers beside it: deltas are idempotent. */
  setPath(path: Path, now: number, leaving?: Path): void {
    this.#ways.set(path, leaving);
    if (!this.#ways.hasSfu) {
      this.#broadcast.clear();
      this.#downlink.clear();
    }
    const { peers, rtt } = this.#ways.mesh;
    for (const peer of this.#pairs.setPeers(peers, rtt)) this.peerClosed(peer, "mesh");
    // Without a fast path the server is the only way: what waited out its grace goes now.
    if (!this.#ways.isOnSfu) this.#server.hurry(now);
  }

  /** This actor is not heard any more: on this fast path, or at all. */
  peerClosed(actor: number, via?: Via): void {
    if (via !== "sfu") this.#pairs.close(actor);
    this.#ways.forget(actor, via);
    this.#assemblers.forget(actor);
  }

  /** The tip of a pong: one that differs makes a report due, from which the server sees what is missing. */
  handleTip(tip: number, now: number): void {
    if (tip === this.replica.vector.hash()) {
      this.#hearsay.agree(now);
      // Who writes reports sooner than this anyway.
      if (!this.#mayWrite) this.#server.agree(now);
      return;
    }
    this.#server.reportAll(now);
    this.#server.rearm(now);
  }

  /** How many of this client's datagrams the SFU has brought the server (u16): a pong says so. */
  handleHeard(count: number, now: number): void {
    this.#broadcast.handleHeard(count, now);
  }

  /** The earliest instant at which `take` has something, or null for nothing. */
  get nextDue(): number | null {
    let next: number | null = null;
    for (const due of [this.#broadcast.nextDue, this.#pairs.nextDue, this.#server.nextDue])
      if (due !== null) next = Math.min(next ?? due, due);
    return next;
  }

  /** Everything that is due by now. What time alone has brought about is in `takeNews` afterwards. */
  take(now: number, nowMs: number): Send[] {
    if (nowMs > 0 && this.#server.ready) this.#stamp(now, nowMs);
    const { vector } = this.replica;
    const { sends, given } = this.#server.take(now, nowMs, vector);
    // Only there had it a chance to hear them before.
    if (this.#ways.isOnSfu) for (const delta of given) this.#broadcast.repeat(delta, now);
    const broadcast = this.#broadcast
      .take(now, nowMs)
      .map((bytes) => ({ to: "broadcast", bytes, kind: "delta" }) as const);
    return [...broadcast, ...this.#pairs.take(now, nowMs, vector), ...sends];
  }

  /** What `take` and `offerEarlier` have changed; null for nothing. */
  takeNews(): Received | null {
    const news = this.#news;
    this.#news = null;
    return news;
  }

  /** An own delta with its final stamp is due wherever it has to go. */
  #owe(delta: Delta, now: number): void {
    const fits = isSmall(delta.writes) || fitsDatagrams(sizeOf(delta));
    const broadcast =
      fits &&
      this.#ways.mayBroadcast &&
      this.#broadcast.offer(delta, now, this.#server.has.highest(delta.actor));
    if (fits) this.#pairs.offer(delta, now);
    const wait = broadcast && this.#ways.isOnSfu ? GRACE : this.#ways.mesh.peers.size > 0 ? AFTER_PEERS : 0;
    this.#server.owe(delta, now + wait);
  }

  #receiveFromServer(delta: Delta, now: number): Received {
    const received = this.#apply(delta, now);
    const isFresh = received.deltas.length > 0;
    if (isFresh && this.#ways.isDueFromSfu(delta.actor))
      this.#downlink.handleServer(delta.actor, delta.seq, now);
    // What came twice is reported too: the server would not have sent it had it known.
    this.#server.report(delta.actor, now);
    return isFresh ? received : { ...received, ...this.#lacking(delta) };
  }

  /** What the server's copy of a delta that is here already lacks was locked. */
  #lacking({ actor, seq, writes }: Delta): Pick<Received, "unlocked"> {
    const isOwn = actor === this.replica.actor;
    const here = isOwn
      ? this.replica.ownSince(seq - 1).find((own) => own.seq === seq)
      : (this.#hearsay.find(actor, seq) ??
        this.earlier.find((each) => each.actor === actor && each.seq === seq));
    if (!here || here.writes.length === writes.length) return {};
    const admitted = new Set(writes.map(({ key }) => keyId(key)));
    const isLeftOut = ({ key }: Write) => !admitted.has(keyId(key));
    if (isOwn) this.replica.withdraw(here, isLeftOut);
    return { unlocked: { own: isOwn ? here.writes.filter(isLeftOut) : [] } };
  }

  #receiveFromPeer(actor: number, bytes: Uint8Array, now: number, nowMs: number, via: Via): Received {
    const decoded = decodeDelta(bytes, this.replica.context(actor, nowMs));
    if (!decoded.ok) return refused(decoded.error);
    const delta = decoded.value;
    // Nobody is drawn after a clock that is ahead. What is not taken is not acknowledged, and comes again:
    // from its author, or from the server when it is due. Without room time nothing can be measured.
    if (earliness(delta.stamp, nowMs) !== "due") return refused("stamped ahead");
    const { document, vector } = this.replica;
    const isFresh = !vector.has(actor, delta.seq);
    if (isFresh && !this.#peerMayConduct(actor) && openWrites(document, delta.writes) !== delta.writes)
      return refused("locked");
    this.#heardFrom(actor, delta.seq, now, via);
    const received = this.#apply(delta, now);
    this.#server.report(actor, now);
    return received;
  }

  #heardFrom(actor: number, seq: number, now: number, via: Via): void {
    this.#ways.hear(actor, via);
    if (via === "mesh") this.#pairs.oweAck(actor, now);
    else this.#downlink.handleSfu(actor, seq);
  }

  #apply(delta: Delta, now: number): Received {
    const { fresh, changed } = this.replica.receive(delta);
    if (fresh) this.#hearsay.note(delta, now);
    return { changed, deltas: fresh ? [delta] : [] };
  }

  /** What was made without room time is stamped by it, before it goes out for the first time. */
  #stamp(now: number, nowMs: number): void {
    for (const { delta, changed, restamped } of this.#unstamped.stamp(this.replica, now, nowMs)) {
      this.#tell({ changed, deltas: [], restamped: [restamped] });
      this.#owe(delta, now);
    }
  }

  #tell({ changed, deltas, restamped = [] }: Received): void {
    this.#news ??= { changed: [], deltas: [], restamped: [] };
    this.#news.changed.push(...changed);
    this.#news.deltas.push(...deltas);
    this.#news.restamped.push(...restamped);
  }

  #acknowledged(vector: VersionVector): void {
    this.#server.acknowledge(vector);
    this.#broadcast.acknowledge(vector);
    this.replica.trim(this.#server.has.highest(this.replica.actor));
  }

  /** The server's whole document: what it lacks of this actor's own is owed again, also what an earlier life had confirmed. */
  #load(bytes: Uint8Array, now: number): Received {
    const snapshot = decodeSnapshot(bytes);
    if (!snapshot.ok) return refused(snapshot.error);
    const changed = this.#unstamped.withdrawTransport(this.replica)
      ? this.#start(snapshot.value)
      : this.replica.load(snapshot.value);
    this.#begin(snapshot.value.vector, now);
    return { changed, deltas: [] };
  }

  /** The server's document in place of this one; own deltas that it lacks stay on top of it. */
  #replace(bytes: Uint8Array, now: number): Received {
    const snapshot = decodeSnapshot(asSnapshot(bytes));
    if (!snapshot.ok) return refused(snapshot.error);
    const changed = this.#start(snapshot.value);
    this.#begin(snapshot.value.vector, now);
    this.#server.reportAll(now);
    return { changed, deltas: [], replaced: true };
  }

  #begin(vector: VersionVector, now: number): void {
    this.#server.begin(vector);
    this.#acknowledged(vector);
    for (const delta of this.unconfirmed()) if (!this.#unstamped.has(delta.seq)) this.#server.owe(delta, now);
  }

  /** Begins anew from this snapshot, with nothing kept but own deltas. What others' it lacks, the server sends. */
  #start(snapshot: Snapshot): RegisterKey[] {
    this.#hearsay.clear();
    return this.replica.replace(snapshot, this.replica.ownSince(snapshot.vector.highest(this.replica.actor)));
  }
}

const isSmall = (writes: readonly Write[]): boolean => writes.length <= FEW_WRITES;

/** In the longest form, so that it fits whichever is chosen. */
const sizeOf = (delta: Delta): number => encodeDelta(delta, { explicitActor: true, nowMs: 0 }).length;
