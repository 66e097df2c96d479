/**
 * The server's side of delivery: takes in what clients write, acknowledges it, and owes each client
 * what it lacks. A pure state machine: the room feeds it frames and time, and sends what `take` gives.
 * It opens no socket, stores nothing and does not decide who may join.
 */
import { LIMITS } from "../protocol/limits.ts";
import { decodeDelta, decodeVector, encodeDelta, encodeVector } from "./codec.ts";
import type { Delta, RegisterKey, Write } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { Outbox } from "./outbox.ts";
import { Replica } from "./replica.ts";
import { encodeSnapshot, type Snapshot } from "./snapshot-codec.ts";
import type { VersionVector } from "./version-vector.ts";

/** Seconds that a client which hears an author directly is given before the server sends a delta too. */
export const GRACE = 0.25;
/** Seconds between two acknowledgements to one client, at least. */
export const ACK_INTERVAL = 0.05;
/** Seconds after which something sent over an open socket, and still said to be missing, is sent again. */
export const REPAIR_AGE = 1;
/**
 * How far ahead of room time a stamp may lie, in ms: beyond it the author's clock is not to be believed.
 * Nobody takes such a delta in, for whoever did would stamp above it from then on.
 */
export const MAX_AHEAD_MS = 60_000;

/** The server is actor 0. */
const SERVER = 0;

export interface HubSend {
  /** The client's actor. */
  readonly to: number;
  readonly bytes: Uint8Array;
  readonly kind: "delta" | "have" | "snapshot";
}

export interface Taken {
  /** What is wrong with the frame; then nothing changed, and its sender speaks no sense. */
  readonly error?: string;
  /** Why a delta that makes sense is not admitted: nothing changed, and it is not acknowledged. */
  readonly refused?: string;
  /** False for a delta that was here already. */
  readonly fresh: boolean;
  /** Registers whose visible value changed. */
  readonly changed: readonly RegisterKey[];
  readonly delta?: Delta;
}

const failed = (error: string): Taken => ({ error, fresh: false, changed: [] });

interface Client {
  readonly mayWrite: boolean;
  readonly outbox: Outbox;
  direct: ReadonlySet<number>;
  /** When the acknowledgement of its own deltas is due; null for none. */
  ackDue: number | null;
  lastAck: number;
  /** It is owed more than the bound: a snapshot comes instead. */
  overflowed: boolean;
}

export class Hub {
  readonly #replica: Replica;
  readonly #clients = new Map<number, Client>();
  #version = 0;

  constructor(options: { seed: number; snapshot?: Snapshot }) {
    this.#replica = new Replica({ actor: SERVER, seed: options.seed });
    if (options.snapshot) this.#replica.load(options.snapshot);
  }

  get document(): JamDocument {
    return this.#replica.document;
  }

  get vector(): VersionVector {
    return this.#replica.vector;
  }

  /** Rises with everything that a stored snapshot would lack: save when it differs from the saved one. */
  get version(): number {
    return this.#version;
  }

  /** The room as it is stored, and as `snapshotFrame` sends it. */
  snapshot(nowMs: number): Snapshot {
    return { registers: this.document.registers(), vector: this.vector, roomMs: nowMs };
  }

  snapshotFrame(nowMs: number): Uint8Array {
    return encodeSnapshot(this.snapshot(nowMs));
  }

  /** For pongs: a client whose own vector hashes to something else reports what it has. u32. */
  tip(): number {
    return this.vector.hash();
  }

  /**
   * A delta of actor 0. It must be stored before anybody is sent it: after a restart from an older
   * snapshot its sequence number would be given out again.
   */
  writeAsServer(writes: readonly Write[], nowMs: number): Delta {
    const delta = this.#replica.commit(writes, nowMs);
    this.#version += 1;
    this.#owe(delta, Number.NEGATIVE_INFINITY, 0);
    return delta;
  }

  /** A connection for this actor is open (again): owed from now on. The caller sends it `snapshotFrame` next. */
  join(actor: number, options: { now: number; mayWrite: boolean }): void {
    this.#clients.set(actor, {
      mayWrite: options.mayWrite,
      outbox: new Outbox({ resendAfter: null, bound: LIMITS.owedDeltas }),
      direct: new Set(),
      ackDue: null,
      lastAck: options.now - ACK_INTERVAL,
      overflowed: false,
    });
  }

  leave(actor: number): void {
    this.#clients.delete(actor);
  }

  /** The actors whose datagrams this client says it hears: the server waits `GRACE` before sending theirs. */
  setDirect(actor: number, direct: ReadonlySet<number>): void {
    const client = this.#clients.get(actor);
    if (client) client.direct = direct;
  }

  /**
   * A delta from its author's own connection: the socket, or the SFU's tap. The acknowledgement and
   * what others are owed become due. A refused one changes nothing and is not acknowledged.
   */
  handleDelta(actor: number, bytes: Uint8Array, now: number, nowMs: number, via: "socket" | "sfu"): Taken {
    const client = this.#clients.get(actor);
    if (!client) return failed("not joined");
    if (!client.mayWrite) return failed("a listener writes nothing");
    if (via === "sfu" && bytes.length > LIMITS.datagramBytes) return failed("too large for a datagram");
    const decoded = decodeDelta(bytes, this.#replica.context(actor, nowMs));
    if (!decoded.ok) return failed(decoded.error);
    const delta = decoded.value;
    const refused = this.#refusal(delta, nowMs);
    if (refused !== null) return { refused, fresh: false, changed: [] };
    const { fresh, changed } = this.#replica.receive(delta);
    // A duplicate is acknowledged too: the first acknowledgement may have been lost with its socket.
    client.ackDue ??= Math.max(now, client.lastAck + ACK_INTERVAL);
    if (fresh) {
      this.#version += 1;
      this.#owe(delta, now, bytes.length);
    }
    return { fresh, changed, delta };
  }

  /** What a client says it has: the whole vector, or the entries that changed. */
  handleHave(actor: number, bytes: Uint8Array, now: number): { error?: string } {
    const client = this.#clients.get(actor);
    if (!client) return { error: "not joined" };
    const vector = decodeVector(bytes);
    if (!vector.ok) return { error: vector.error };
    client.outbox.acknowledge(vector.value);
    client.outbox.rearm(now, REPAIR_AGE);
    return {};
  }

  /** The earliest instant at which `take` has something, or null for nothing. */
  get nextDue(): number | null {
    let next: number | null = null;
    const consider = (due: number | null) => {
      if (due !== null && (next === null || due < next)) next = due;
    };
    for (const client of this.#clients.values()) {
      if (client.overflowed) consider(Number.NEGATIVE_INFINITY);
      consider(client.ackDue);
      consider(client.outbox.nextDue);
    }
    return next;
  }

  /** Everything that is due by now; each goes over its client's socket. */
  take(now: number, nowMs: number): HubSend[] {
    const sends: HubSend[] = [];
    const encoded = new Map<Delta, Uint8Array>();
    for (const [to, client] of this.#clients) {
      if (client.overflowed) {
        client.overflowed = false;
        client.outbox.clear();
        sends.push({ to, bytes: this.snapshotFrame(nowMs), kind: "snapshot" });
      }
      for (const delta of client.outbox.take(now)) {
        let bytes = encoded.get(delta);
        if (!bytes) encoded.set(delta, (bytes = encodeDelta(delta, { explicitActor: true, nowMs: 0 })));
        sends.push({ to, bytes, kind: "delta" });
      }
      if (client.ackDue !== null && client.ackDue <= now) {
        client.ackDue = null;
        client.lastAck = now;
        sends.push({ to, bytes: encodeVector(this.vector.subset([to])), kind: "have" });
      }
    }
    return sends;
  }

  #refusal(delta: Delta, nowMs: number): string | null {
    if (delta.stamp.time > nowMs + MAX_AHEAD_MS) return "stamped too far ahead";
    if (this.document.size + delta.writes.length > LIMITS.registers) return "the room is full";
    return null;
  }

  #owe(delta: Delta, now: number, size: number): void {
    for (const [actor, client] of this.#clients) {
      if (actor === delta.actor) continue;
      const direct = client.direct.has(delta.actor) && size <= LIMITS.datagramBytes;
      if (!client.outbox.offer(delta, direct ? now + GRACE : now)) client.overflowed = true;
    }
  }
}
