/**
 * The relay: the server passes each delta on to everybody else. It is the first link and the one that
 * is left when no other works. The socket belongs to the session; closing the link leaves it open.
 */
import { assert } from "#shared/lib/assert.ts";
import type { Channel, Link, LinkEvents } from "#shared/ports.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import type { RoomMessage, SignalingSocket, Welcome } from "./signaling-socket.ts";
import type { Counters } from "./counters.ts";
import { PeerSet } from "./peer-set.ts";
import { peekActor } from "#shared/document/peek-actor.ts";

export interface RelayOptions {
  readonly socket: Pick<SignalingSocket, "on" | "sendFrame" | "phase">;
  readonly counters: Counters;
}

/**
 * Its peers are the roster of the room. It carries `edits` only: `live` frames go by the socket as well, but only
 * for those whom no faster link brings them to, which is the connection's to know.
 */
export class RelayLink implements Link {
  readonly rung = "relay";
  readonly #options: RelayOptions;
  readonly #peers = new PeerSet();
  readonly #unsubscribe: readonly (() => void)[];
  #self: { readonly actor: number; readonly mayEdit: boolean } | null = null;

  /** Made before the socket's welcome, since the roster comes with that. */
  constructor(options: RelayOptions) {
    assert(options.socket.phase !== "ready", "a relay link is made before the welcome");
    this.#options = options;
    const { socket } = options;
    this.#unsubscribe = [
      socket.on("welcome", (welcome) => this.#handleWelcome(welcome)),
      socket.on("message", (message) => this.#handleMessage(message)),
      socket.on("frame", (bytes) => this.#handleFrame(bytes)),
      socket.on("closed", () => this.#handleGone()),
    ];
  }

  get peers(): ReadonlySet<number> {
    return this.#peers.actors;
  }

  on<K extends keyof LinkEvents>(name: K, listener: (event: LinkEvents[K]) => void): () => void {
    return this.#peers.on(name, listener);
  }

  broadcast(channel: Channel, bytes: Uint8Array): number {
    if (channel !== "edits" || frameKind(bytes) !== "delta" || this.#self?.mayEdit !== true) return 0;
    return this.#options.socket.sendFrame(bytes, "datagrams") ? 1 : 0;
  }

  /** The relay only fans out. */
  send(): false {
    return false;
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#self = null;
    this.#peers.close();
  }

  #handleWelcome(welcome: Welcome): void {
    this.#self = { actor: welcome.actor, mayEdit: welcome.role !== "listener" };
    for (const peer of welcome.roster) if (peer.actor !== welcome.actor) this.#peers.open(peer.actor);
  }

  #handleMessage(message: RoomMessage): void {
    if (message.type === "left") this.#peers.closed(message.actor);
    else if (message.type === "peer" && message.peer.actor !== this.#self?.actor)
      this.#peers.open(message.peer.actor);
  }

  #handleFrame(bytes: Uint8Array): void {
    if (frameKind(bytes) !== "delta") return;
    const actor = peekActor(bytes);
    if (actor === null) this.#options.counters.rejected += 1;
    else this.#peers.message({ actor, channel: "edits", bytes });
  }

  #handleGone(): void {
    this.#self = null;
    this.#peers.closeAll();
  }
}
