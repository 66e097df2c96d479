/**
 * The mesh: a data channel between every two performers, with nobody in between. The newer actor of a
 * pair (the higher number) calls, the older one answers, so the two can never call each other at once.
 * A pair that fails is tried again for as long as both are in the room.
 */
import type { Random } from "#shared/lib/random.ts";
import type { Channel, Link, LinkEvents } from "#shared/ports.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { backoffMs } from "./backoff.ts";
import { type Counters, counterKind } from "./counters.ts";
import type { MeshPair, PairOptions } from "./mesh-pair.ts";
import { type MeshSignal, parseMeshSignal } from "./mesh-signal.ts";
import { PeerSet } from "./peer-set.ts";

export interface MeshOptions {
  /** The actor this link speaks for; a performer's or the leader's. */
  readonly self: number;
  /** Asked for each time that one is needed: credentials end. */
  readonly iceServers: () => readonly RTCIceServer[];
  /** Carries a signal to another actor, by way of the server. */
  readonly signal: (to: number, data: MeshSignal) => void;
  readonly counters: Counters;
  readonly random: Random;
}

interface Member {
  /** How often in a row no connection came about. */
  attempt: number;
  pair: MeshPair | null;
  retry: ReturnType<typeof setTimeout> | null;
}

const BACKOFF = { firstMs: 1_000, capMs: 30_000 } as const;
/** Calls that came before pairs could be made. Beyond it they are dropped, and the caller's deadline repeats them. */
const MAX_WAITING = 1_024;

export class MeshLink implements Link {
  readonly rung = "mesh";
  readonly #options: MeshOptions;
  readonly #peers = new PeerSet();
  readonly #members = new Map<number, Member>();
  #state:
    | { readonly kind: "loading"; readonly waiting: (() => void)[] }
    | { readonly kind: "ready"; readonly newPair: (options: PairOptions) => MeshPair }
    | { readonly kind: "closed" } = { kind: "loading", waiting: [] };

  constructor(options: MeshOptions) {
    this.#options = options;
    // Loaded on demand: the page sounds before it needs any of this.
    import("./mesh-pair.ts").then(
      (code) => this.#handleLoaded((pair) => new code.MeshPair(pair)),
      () => {
        // Offline or blocked: a link without peers. The relay goes on.
        options.counters.rejected += 1;
      },
    );
  }

  get peers(): ReadonlySet<number> {
    return this.#peers.actors;
  }

  on<K extends keyof LinkEvents>(name: K, listener: (event: LinkEvents[K]) => void): () => void {
    return this.#peers.on(name, listener);
  }

  /** This performer is in the room: connect, or be ready for their call. Idempotent. */
  handlePeer(actor: number): void {
    if (actor === this.#options.self) return;
    this.#whenLoaded(() => {
      if (this.#members.has(actor)) return;
      const member: Member = { attempt: 0, pair: null, retry: null };
      this.#members.set(actor, member);
      this.#call(actor, member);
    });
  }

  handleLeft(actor: number): void {
    this.#whenLoaded(() => {
      const member = this.#members.get(actor);
      if (member === undefined) return;
      this.#members.delete(actor);
      this.#end(member);
      this.#peers.closed(actor);
    });
  }

  /** Signals may have been lost: whoever is not connected is called at once. */
  refresh(): void {
    for (const [actor, member] of this.#members) {
      if (member.pair?.isOpen) continue;
      this.#end(member);
      this.#call(actor, member);
    }
  }

  /** What the server passed on from this actor. Anything may be in it: what makes no sense is counted and dropped. */
  handleSignal(from: number, data: unknown): void {
    const signal = parseMeshSignal(data);
    if (signal === null) this.#options.counters.rejected += 1;
    else this.#whenLoaded(() => this.#receiveSignal(from, signal));
  }

  broadcast(channel: Channel, bytes: Uint8Array): number {
    let sent = 0;
    for (const actor of this.#peers.actors) if (this.send(actor, channel, bytes)) sent += 1;
    return sent;
  }

  send(actor: number, channel: Channel, bytes: Uint8Array): boolean {
    if (bytes.length === 0 || bytes.length > LIMITS.datagramBytes || channelOf(bytes) !== channel)
      return false;
    if (this.#members.get(actor)?.pair?.send(bytes) !== true) return false;
    this.#options.counters.sent[counterKind(bytes)] += 1;
    return true;
  }

  close(): void {
    this.#state = { kind: "closed" };
    for (const member of this.#members.values()) this.#end(member);
    this.#members.clear();
    this.#peers.close();
  }

  #whenLoaded(task: () => void): void {
    const state = this.#state;
    if (state.kind === "ready") task();
    else if (state.kind === "loading" && state.waiting.length < MAX_WAITING) state.waiting.push(task);
  }

  #handleLoaded(newPair: (options: PairOptions) => MeshPair): void {
    if (this.#state.kind !== "loading") return;
    const { waiting } = this.#state;
    this.#state = { kind: "ready", newPair };
    for (const task of waiting) task();
  }

  #receiveSignal(from: number, signal: MeshSignal): void {
    const member = this.#members.get(from);
    if (member === undefined) {
      // A listener, or somebody who has left.
      this.#options.counters.rejected += 1;
      return;
    }
    const ours = member.pair?.session === signal.session ? member.pair : null;
    if (signal.type === "bye") ours?.handleBye();
    else if (ours !== null) ours.handleSignal(signal);
    else if (signal.type === "offer" && from > this.#options.self) this.#answer(from, member, signal);
    else if (signal.type === "offer") this.#options.counters.rejected += 1;
    // Anything else is left over from an attempt already given up.
  }

  /** Only towards older actors; newer ones call us. */
  #call(actor: number, member: Member): void {
    if (actor > this.#options.self) return;
    const session = Math.floor(this.#options.random() * 2 ** 32);
    member.pair = this.#pair(actor, member, session, true);
  }

  #answer(actor: number, member: Member, offer: Extract<MeshSignal, { type: "offer" }>): void {
    this.#end(member);
    this.#peers.closed(actor);
    member.pair = this.#pair(actor, member, offer.session, false);
    member.pair?.handleSignal(offer);
  }

  #pair(actor: number, member: Member, session: number, initiator: boolean): MeshPair | null {
    if (this.#state.kind !== "ready") return null;
    const { counters, iceServers, signal } = this.#options;
    return this.#state.newPair({
      initiator,
      session,
      iceServers: iceServers(),
      signal: (outgoing) => signal(actor, outgoing),
      handlers: {
        open: () => {
          member.attempt = 0;
          this.#peers.open(actor);
        },
        message: (bytes) => this.#receive(actor, bytes),
        ended: () => {
          member.pair = null;
          this.#peers.closed(actor);
          this.#retry(actor, member);
        },
        rejected: () => {
          counters.rejected += 1;
        },
      },
    });
  }

  #retry(actor: number, member: Member): void {
    if (this.#members.get(actor) !== member || member.retry !== null) return;
    const waitMs = backoffMs(member.attempt, BACKOFF, this.#options.random);
    member.attempt += 1;
    member.retry = setTimeout(() => {
      member.retry = null;
      if (member.pair === null) this.#call(actor, member);
    }, waitMs);
  }

  #receive(actor: number, bytes: Uint8Array): void {
    const { counters } = this.#options;
    if (bytes.length === 0 || bytes.length > LIMITS.datagramBytes) {
      counters.rejected += 1;
      return;
    }
    counters.received[counterKind(bytes)] += 1;
    this.#peers.message({ actor, channel: channelOf(bytes), bytes });
  }

  #end(member: Member): void {
    if (member.retry !== null) clearTimeout(member.retry);
    member.retry = null;
    member.pair?.close();
    member.pair = null;
  }
}

/** A pair has one channel: what belongs to the document goes as `edits`, everything else as `live`. */
function channelOf(bytes: Uint8Array): Channel {
  const kind = frameKind(bytes);
  return kind === null || kind === "live" ? "live" : "edits";
}
