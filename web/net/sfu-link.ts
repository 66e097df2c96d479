/**
 * The SFU: each browser sends once, and mediasoup's worker passes it on to everybody who consumes it.
 * The link outlives its sessions: when one fails or the server has lost its router, it makes another.
 */
import type { types } from "mediasoup-client";
import type { Random } from "#shared/lib/random.ts";
import type { Channel, Link, LinkEvents } from "#shared/ports.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { backoffMs } from "./backoff.ts";
import { type Counters, counterKind } from "./counters.ts";
import { PeerSet } from "./peer-set.ts";
import type { SfuRequest } from "./requests.ts";
import { SfuSession } from "./sfu-session.ts";

export interface SfuOptions {
  readonly request: SfuRequest;
  /** Asked for each time that one is needed: credentials end. */
  readonly iceServers: () => readonly RTCIceServer[];
  /** False for a listener: it consumes and produces nothing. */
  readonly mayProduce: boolean;
  readonly counters: Counters;
  readonly random: Random;
  /** Our own producers are open (at once, where there are none): from now on a broadcast goes out. Also after a gap. */
  readonly handleReady?: () => void;
  /** They are not any more; the link tries again by itself. Not called after `close()`. */
  readonly handleLost?: () => void;
}

type State =
  | { readonly kind: "loading" }
  /** `ready`: our own producers are open. */
  | { readonly kind: "running"; readonly session: SfuSession; readonly ready: boolean }
  | { readonly kind: "waiting"; readonly timer: ReturnType<typeof setTimeout> }
  | { readonly kind: "closed" };

const BACKOFF = { firstMs: 1_000, capMs: 30_000 } as const;
/** The server's own producer: what it sends to us alone. */
const SERVER = 0;

/**
 * A peer is open when we hear its `edits` and our own producers are open: that it consumes ours, only
 * its own frames can show. Messages of actor 0 are the server's; it is heard, and is no peer.
 */
export class SfuLink implements Link {
  readonly rung = "sfu";
  readonly #options: SfuOptions;
  readonly #peers = new PeerSet();
  /** Actors whose `edits` arrive. */
  readonly #heard = new Set<number>();
  #Device: typeof types.Device | null = null;
  #state: State = { kind: "loading" };
  #attempt = 0;

  constructor(options: SfuOptions) {
    this.#options = options;
    // Loaded on demand: the page sounds before it needs any of this.
    import("mediasoup-client").then(
      (module) => this.#handleLoaded(module.Device),
      () => {
        // Offline or blocked: a link without peers. The relay goes on.
        options.counters.rejected += 1;
      },
    );
  }

  get peers(): ReadonlySet<number> {
    return this.#peers.actors;
  }

  /** The one by which broadcasts go out now. */
  get session(): SfuSession | null {
    return this.#state.kind === "running" && this.#state.ready ? this.#state.session : null;
  }

  /** Whether a broadcast goes out; there may be nobody to hear it yet. */
  get ready(): boolean {
    return this.session !== null;
  }

  on<K extends keyof LinkEvents>(name: K, listener: (event: LinkEvents[K]) => void): () => void {
    return this.#peers.on(name, listener);
  }

  /** The server tells of another actor's producer. Telling twice does no harm; before a session runs it is not needed. */
  handleDataProducer(actor: number, dataProducerId: string): void {
    if (this.#state.kind === "running") void this.#state.session.consume(actor, dataProducerId);
  }

  handleLeft(actor: number): void {
    if (this.#state.kind === "running") this.#state.session.forget(actor);
    this.#lose(actor);
  }

  /** The server has lost the worker we were on: our session is void, and another begins within so many seconds. */
  reset(within: number): void {
    this.#attempt = 0;
    this.#startIn(within * 1_000 * this.#options.random());
  }

  /** The network may have changed, or the socket was away: what goes by this link looks for its way anew. */
  refresh(): void {
    if (this.#state.kind === "running") this.#state.session.restartIce();
  }

  /** One datagram at most: the SFU multiplies it. */
  broadcast(channel: Channel, bytes: Uint8Array): number {
    if (this.#state.kind !== "running" || bytes.length === 0 || bytes.length > LIMITS.datagramBytes) return 0;
    if (!this.#state.session.broadcast(channel, bytes)) return 0;
    this.#options.counters.sent[channel === "live" ? "live" : counterKind(bytes)] += 1;
    return 1;
  }

  /** The SFU only fans out. */
  send(): false {
    return false;
  }

  close(): void {
    this.#stop();
    this.#state = { kind: "closed" };
    this.#peers.close();
  }

  #handleLoaded(Device: typeof types.Device): void {
    this.#Device = Device;
    if (this.#state.kind === "loading") this.#start();
  }

  /** Leaves what it is doing; the state is stale until the caller sets the next one. */
  #stop(): void {
    if (this.#state.kind === "running") this.#state.session.close();
    if (this.#state.kind === "waiting") clearTimeout(this.#state.timer);
    this.#heard.clear();
    this.#peers.closeAll();
  }

  #start(): void {
    if (this.#Device === null) {
      this.#state = { kind: "loading" };
      return;
    }
    const { request, iceServers, mayProduce, counters } = this.#options;
    const session = new SfuSession({
      Device: this.#Device,
      request,
      iceServers: iceServers(),
      mayProduce,
      handlers: {
        ready: () => this.#handleReady(session),
        consumerOpen: (actor, channel) => this.#hear(actor, channel),
        consumerClosed: (actor, channel) => {
          if (channel === "edits") this.#lose(actor);
        },
        message: (actor, channel, bytes) => this.#receive(actor, channel, bytes),
        failed: () => this.#handleFailed(),
        rejected: () => {
          counters.rejected += 1;
        },
      },
    });
    this.#state = { kind: "running", session, ready: false };
  }

  #handleReady(session: SfuSession): void {
    this.#attempt = 0;
    this.#state = { kind: "running", session, ready: true };
    for (const actor of this.#heard) this.#peers.open(actor);
    this.#options.handleReady?.();
  }

  #handleFailed(): void {
    this.#startIn(backoffMs(this.#attempt++, BACKOFF, this.#options.random));
  }

  #startIn(waitMs: number): void {
    if (this.#state.kind === "closed") return;
    const wasReady = this.ready;
    this.#stop();
    if (waitMs === 0) this.#start();
    else this.#state = { kind: "waiting", timer: setTimeout(() => this.#start(), waitMs) };
    if (wasReady) this.#options.handleLost?.();
  }

  #hear(actor: number, channel: Channel): void {
    if (channel !== "edits" || actor === SERVER) return;
    this.#heard.add(actor);
    if (this.#state.kind === "running" && this.#state.ready) this.#peers.open(actor);
  }

  #lose(actor: number): void {
    this.#heard.delete(actor);
    this.#peers.closed(actor);
  }

  #receive(actor: number, channel: Channel, bytes: Uint8Array): void {
    const { counters } = this.#options;
    if (bytes.length === 0 || bytes.length > LIMITS.datagramBytes) {
      counters.rejected += 1;
      return;
    }
    counters.received[channel === "live" ? "live" : counterKind(bytes)] += 1;
    this.#peers.message({ actor, channel, bytes });
  }
}
