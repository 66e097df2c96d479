/**
 * The server's side of delivery: takes in what clients write, acknowledges it, and owes each client
 * what it lacks. A pure state machine: the room feeds it frames and time, and sends what `take` gives.
 * It opens no socket, stores nothing and does not decide who may join.
 */
import { LIMITS } from "../protocol/limits.ts";
import { frameKind } from "../protocol/frames.ts";
import { ClientRepair } from "./client-repair.ts";
import { asReplacement, decodeDelta, decodeVector, encodeDelta, encodeVector } from "./codec.ts";
import type { Delta, RegisterKey, Write } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { earliness, HeldDeltas } from "./held.ts";
import { openWrites } from "./locks.ts";
import { REPAIR_AGE } from "./outbox.ts";
import { LISTENER_GRACE, Owing } from "./owing.ts";
import { Assembler } from "./parts.ts";
import { peekActor } from "./peek-actor.ts";
import { Replica } from "./replica.ts";
import { encodeSnapshot, type Snapshot } from "./snapshot-codec.ts";
import { compareStamps, nextStamp, ZERO_STAMP } from "./stamp.ts";
import { normaliseWrites } from "./values.ts";
import { VersionVector } from "./version-vector.ts";

/** Seconds between two acknowledgements to one client, at least. */
export const ACK_INTERVAL = 0.05;
/** The server is actor 0. */
const SERVER = 0;

export interface HubSend {
  /** The client's actor. */
  readonly to: number;
  readonly bytes: Uint8Array;
  readonly kind: "delta" | "have" | "snapshot" | "replacement";
}

export interface Taken {
  /** What is wrong with the frame; then nothing changed, and its sender speaks no sense. */
  readonly error?: string;
  /** Why a delta that makes sense is not admitted: nothing changed, and it is not acknowledged. */
  readonly refused?: string;
  /** The author's clock is not to be believed: its connection ends. Nothing changed. */
  readonly stampAhead?: boolean;
  /** False for a delta that was here already. */
  readonly fresh: boolean;
  /** It waits for its time: neither applied nor acknowledged yet. */
  readonly held?: boolean;
  /** Some of its writes were locked, and are not in `delta`. */
  readonly locked?: boolean;
  /** Registers whose visible value changed. */
  readonly changed: readonly RegisterKey[];
  readonly delta?: Delta;
}

const NOTHING: Taken = { fresh: false, changed: [] };
const failed = (error: string): Taken => ({ ...NOTHING, error });
const refused = (reason: string): Taken => ({ ...NOTHING, refused: reason });

interface Client {
  readonly mayWrite: boolean;
  /** Locks do not bind it. */
  mayConduct: boolean;
  readonly owing: Owing;
  /** Earlier lives that this connection has proved to be its own. */
  readonly earlier: ReadonlySet<number>;
  readonly assembler: Assembler;
  readonly repair: ClientRepair;
  /** Datagrams of its that the SFU has brought. */
  heard: number;
  /** The vector entries that it is to be asked about. */
  question: Set<number>;
  /** When the acknowledgement of its own deltas is due; null for none. */
  ackDue: number | null;
  lastAck: number;
}

export class Hub {
  readonly #replica: Replica;
  readonly #clients = new Map<number, Client>();
  readonly #held = new HeldDeltas();
  #heldDue: number | null = null;
  /** Who handed in what its author did not. */
  readonly #via = new WeakMap<Delta, number>();
  readonly #isAuthor: (actor: number) => boolean;
  /** What is safe on disk; the replica's vector is what is here. */
  readonly #stored = new VersionVector();
  #unstored: Delta[] = [];
  /** The server's own latest delta, stored or not. */
  #latest = { seq: 0, stamp: ZERO_STAMP };

  /** What the snapshot holds is stored. */
  constructor(options: {
    seed: number;
    snapshot?: Snapshot;
    /** Whether this number was ever given to somebody: nothing is heard of others. */
    isAuthor?: (actor: number) => boolean;
  }) {
    this.#isAuthor = options.isAuthor ?? (() => true);
    this.#replica = new Replica({ actor: SERVER, seed: options.seed });
    if (!options.snapshot) return;
    this.#replica.load(options.snapshot);
    this.#stored.merge(options.snapshot.vector);
  }

  get document(): JamDocument {
    return this.#replica.document;
  }

  get vector(): VersionVector {
    return this.#replica.vector;
  }

  /** The document as it is here. Sent `to` an actor, it claims of its own deltas, its earlier lives' too, only those that are stored. */
  snapshot(nowMs: number, to: number | null = null): Snapshot {
    const vector = to === null ? this.vector : this.#asSaidTo(to);
    return { registers: this.document.registers(), vector, roomMs: nowMs };
  }

  snapshotFrame(nowMs: number, to: number | null = null): Uint8Array {
    return encodeSnapshot(this.snapshot(nowMs, to));
  }

  /** For pongs: a client whose own vector hashes to something else reports what it has. u32. */
  tip(): number {
    return this.vector.hash();
  }

  /**
   * A delta of actor 0. It takes effect, here too, once it is `stored`: sent before, its sequence number
   * would be given out again by a server that comes back without it.
   */
  writeAsServer(writes: readonly Write[], nowMs: number): Delta {
    const { highest } = this.document;
    const above = compareStamps(highest, this.#latest.stamp) > 0 ? highest : this.#latest.stamp;
    const seq = Math.max(this.#latest.seq, this.vector.highest(SERVER)) + 1;
    const stamp = nextStamp(above, nowMs, SERVER);
    this.#latest = { seq, stamp };
    const delta = { actor: SERVER, seq, stamp, writes: normaliseWrites(writes) };
    this.#unstored.push(delta);
    return delta;
  }

  /** New deltas to be stored, each given once, in the order in which they came. */
  takeUnstored(): Delta[] {
    const unstored = this.#unstored;
    this.#unstored = [];
    return unstored;
  }

  /** These are safe on disk: their authors are told so, and the server's own go out. */
  stored(deltas: readonly Delta[], now: number): void {
    for (const delta of deltas) {
      this.#stored.add(delta.actor, delta.seq);
      for (const [actor, client] of this.#clients)
        if (actor === delta.actor || client.earlier.has(delta.actor)) this.#oweAck(client, now);
      if (delta.actor === SERVER && this.#replica.receive(delta).fresh) this.#owe(delta, now, 0);
    }
  }

  /** A connection for this actor is open (again): owed from now on. The caller sends it `snapshotFrame` next. */
  join(
    actor: number,
    options: {
      now: number;
      mayWrite: boolean;
      /** A leader, whom locks do not bind. */
      mayConduct?: boolean;
      /** Earlier lives that the connection has proved to be its own. */
      earlier?: Iterable<number>;
    },
  ): void {
    this.#clients.set(actor, {
      mayWrite: options.mayWrite,
      mayConduct: options.mayConduct ?? false,
      owing: options.mayWrite ? new Owing() : new Owing(LISTENER_GRACE),
      earlier: new Set(options.earlier),
      assembler: new Assembler(),
      repair: new ClientRepair(),
      heard: 0,
      question: new Set(),
      ackDue: null,
      lastAck: options.now - ACK_INTERVAL,
    });
  }

  leave(actor: number): void {
    this.#clients.delete(actor);
  }

  /** The lead has come to this connection, or has gone from it. */
  setConducts(actor: number, mayConduct: boolean): void {
    const client = this.#clients.get(actor);
    if (client) client.mayConduct = mayConduct;
  }

  /**
   * The actors whose datagrams this client says it hears: the server waits `GRACE` before sending theirs,
   * or a moment only while the client says that some are lost.
   */
  setDirect(actor: number, direct: ReadonlySet<number>, losing = false): void {
    this.#clients.get(actor)?.owing.setDirect(direct, losing);
  }

  /** How many of this client's datagrams the SFU has brought: for its pongs. */
  heard(actor: number): number {
    return this.#clients.get(actor)?.heard ?? 0;
  }

  /** Who handed this delta in, when its author did not. */
  viaOf(delta: Delta): number | undefined {
    return this.#via.get(delta);
  }

  /**
   * A delta from a connection: the socket, or the SFU's tap, where it may come in parts. The acknowledgement
   * and what others are owed become due. A refused one changes nothing and is not acknowledged.
   */
  handleDelta(actor: number, bytes: Uint8Array, now: number, nowMs: number, via: "socket" | "sfu"): Taken {
    const client = this.#clients.get(actor);
    if (!client) return failed("not joined");
    if (!client.mayWrite) return failed("a listener writes nothing");
    if (via === "socket") return this.#handleWhole(actor, client, bytes, now, nowMs);
    if (bytes.length > LIMITS.datagramBytes) return failed("too large for a datagram");
    client.heard += 1;
    let whole: Uint8Array | null = bytes;
    if (frameKind(bytes) === "part") {
      const seq = Assembler.seqOf(bytes);
      if (seq === null) return failed("malformed");
      const isHere = this.vector.has(actor, seq);
      if (isHere) this.#handleCopied(actor, seq, now);
      whole = isHere ? null : client.assembler.take(bytes);
    }
    if (!whole) return NOTHING;
    const taken = this.#handleOwn(actor, client, actor, whole, now, nowMs);
    if (taken.delta && !taken.fresh) this.#handleCopied(actor, taken.delta.seq, now);
    return taken;
  }

  /** What a client says it has: the whole vector, or the entries that changed. */
  handleHave(actor: number, bytes: Uint8Array, now: number): { error?: string } {
    const client = this.#clients.get(actor);
    if (!client) return { error: "not joined" };
    const vector = decodeVector(bytes);
    if (!vector.ok) return { error: vector.error };
    client.owing.outbox.acknowledge(vector.value);
    client.owing.outbox.rearm(now, REPAIR_AGE);
    this.#compare(actor, client, vector.value, now);
    return {};
  }

  /**
   * What a ping says of a client's copy. Where the vectors agree it is owed nothing, and the documents must
   * agree: one that does not is replaced by the server's. True when that is due.
   */
  handleState(actor: number, state: { tip: number; digest: number }, now: number): boolean {
    const client = this.#clients.get(actor);
    if (!client || state.tip !== this.tip()) return false;
    client.owing.outbox.clear();
    if (state.digest === this.document.digestLow) return false;
    return client.repair.handleFault("replacement", now);
  }

  /** The earliest instant at which `take` has something, or null for nothing. */
  get nextDue(): number | null {
    let next: number | null = null;
    const consider = (due: number | null) => {
      if (due !== null && (next === null || due < next)) next = due;
    };
    consider(this.#heldDue);
    for (const { ackDue, owing, repair, question } of this.#clients.values()) {
      if (repair.due !== null || question.size > 0) consider(Number.NEGATIVE_INFINITY);
      consider(ackDue);
      consider(owing.outbox.nextDue);
    }
    return next;
  }

  /** Everything that is due by now; each goes over its client's socket. */
  take(now: number, nowMs: number): HubSend[] {
    this.#release(now, nowMs);
    const sends: HubSend[] = [];
    const encoded = new Map<Delta, Uint8Array>();
    for (const [to, client] of this.#clients) {
      const whole = client.repair.take(now);
      if (whole) {
        client.owing.outbox.clear();
        const frame = this.snapshotFrame(nowMs, to);
        sends.push({ to, bytes: whole === "snapshot" ? frame : asReplacement(frame), kind: whole });
      }
      for (const delta of client.owing.outbox.take(now)) {
        let bytes = encoded.get(delta);
        if (!bytes) encoded.set(delta, (bytes = encodeDelta(delta, { explicitActor: true, nowMs: 0 })));
        sends.push({ to, bytes, kind: "delta" });
      }
      if (client.ackDue !== null && client.ackDue <= now) {
        client.ackDue = null;
        client.lastAck = now;
        sends.push({ to, bytes: encodeVector(this.#stored.subset([to, ...client.earlier])), kind: "have" });
      }
      if (client.question.size > 0) {
        sends.push({ to, bytes: this.#ask(client.question), kind: "have" });
        client.question = new Set();
      }
    }
    return sends;
  }

  /** Its own, one of an earlier life's, or somebody else's who is not here. */
  #handleWhole(actor: number, client: Client, bytes: Uint8Array, now: number, nowMs: number): Taken {
    const author = peekActor(bytes) ?? actor;
    if (author === actor || client.earlier.has(author))
      return this.#handleOwn(actor, client, author, bytes, now, nowMs);
    if (author === SERVER) return failed("another's delta");
    if (this.#clients.has(author)) return refused("its author is here");
    if (!this.#isAuthor(author)) return refused("of nobody");
    const decoded = decodeDelta(bytes, this.#replica.context(author, nowMs));
    if (!decoded.ok) return failed(decoded.error);
    const when = earliness(decoded.value.stamp, nowMs);
    // Nobody will ever give this to the server: who has it is given the server's document instead.
    if (when === "far") client.repair.handleFault("replacement", now);
    if (when !== "due") return refused("hearsay from ahead");
    // Whoever brings it vouches for it: an absent leader's edit is no key to what is locked.
    const taken = this.#admit(decoded.value, now, 0, client);
    if (taken.fresh && taken.delta) {
      this.#via.set(taken.delta, actor);
      client.repair.handleAnswer();
    }
    return taken;
  }

  #handleOwn(
    actor: number,
    client: Client,
    author: number,
    bytes: Uint8Array,
    now: number,
    nowMs: number,
  ): Taken {
    const decoded = decodeDelta(bytes, this.#replica.context(author, nowMs));
    if (!decoded.ok) return failed(decoded.error);
    const delta = decoded.value;
    const when = earliness(delta.stamp, nowMs);
    if (when === "far") return { ...refused("stamped too far ahead"), stampAhead: true };
    if (when === "early") {
      if (!this.#held.hold(delta)) return refused("too many stamped ahead");
      this.#awaitHeld(now, nowMs);
      return { ...NOTHING, held: true, delta };
    }
    const taken = this.#admit(delta, now, bytes.length, client);
    // A duplicate is acknowledged too: the first acknowledgement may have been lost with its socket.
    if (this.#stored.has(delta.actor, delta.seq)) this.#oweAck(client, now);
    return taken;
  }

  /** What is locked is taken out of it. Its number counts all the same, so that nobody waits for it. */
  #admit(whole: Delta, now: number, length: number, bearer: Client | undefined): Taken {
    const writes = bearer?.mayConduct ? whole.writes : openWrites(this.document, whole.writes);
    const isWhole = writes === whole.writes;
    const delta = isWhole ? whole : { ...whole, writes };
    // Who hears the author directly has heard another delta: this one goes out at once.
    const size = isWhole ? length : 0;
    if (this.document.size + delta.writes.length > LIMITS.registers) return refused("the room is full");
    const { fresh, changed } = this.#replica.receive(delta);
    if (fresh) {
      this.#unstored.push(delta);
      this.#owe(delta, now, size);
      // Its author too learns from it what has not been admitted.
      if (!isWhole && bearer && !bearer.owing.outbox.offer(delta, now)) bearer.repair.handleOverflow();
    }
    return { fresh, changed, delta, ...(!isWhole && fresh && { locked: true }) };
  }

  #handleCopied(author: number, seq: number, now: number): void {
    for (const { owing } of this.#clients.values()) owing.handleCopied(author, seq, now);
  }

  #oweAck(client: Client, now: number): void {
    client.ackDue ??= Math.max(now, client.lastAck + ACK_INTERVAL);
  }

  /** Held deltas that have come due. */
  #release(now: number, nowMs: number): void {
    if (this.#held.size === 0) return;
    for (const delta of this.#held.release(nowMs)) this.#admit(delta, now, 0, this.#clients.get(delta.actor));
    this.#awaitHeld(now, nowMs);
  }

  #awaitHeld(now: number, nowMs: number): void {
    const wait = this.#held.dueIn(nowMs);
    this.#heldDue = wait === null ? null : now + wait;
  }

  /**
   * What a client's report shows beyond what is here is asked for, unless its author is here to give it. What
   * it lacks and is not owed, it has lost after saying that it had it: then only the whole document helps.
   */
  #compare(actor: number, client: Client, theirs: VersionVector, now: number): void {
    const surplus: number[] = [];
    for (const entry of theirs.entries()) {
      const author = entry.actor;
      const lacking = entry.contiguous + 1;
      if (author !== actor && this.vector.has(author, lacking) && !client.owing.outbox.owes(author, lacking))
        client.repair.handleFault("snapshot", now);
      const isAbsent = author !== SERVER && !this.#clients.has(author) && !client.earlier.has(author);
      if (isAbsent && !this.vector.coversEntry(entry)) surplus.push(author);
    }
    if (client.mayWrite && surplus.length > 0 && client.repair.handleSurplus(now))
      client.question = new Set(surplus);
  }

  /** An author of whom nothing is here is named all the same: with nothing. */
  #ask(authors: ReadonlySet<number>): Uint8Array {
    return encodeVector(this.vector.subset(authors, { empty: true }));
  }

  #asSaidTo(actor: number): VersionVector {
    const own = new Set([actor, ...(this.#clients.get(actor)?.earlier ?? [])]);
    const others = [...this.vector.entries()].filter((entry) => !own.has(entry.actor));
    return VersionVector.of([...others, ...this.#stored.subset(own).entries()]);
  }

  #owe(delta: Delta, now: number, size: number): void {
    for (const [actor, { owing, repair }] of this.#clients)
      if (actor !== delta.actor && !owing.offer(delta, size, now)) repair.handleOverflow();
  }
}
