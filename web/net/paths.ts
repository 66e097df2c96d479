/**
 * The fast paths of one connection: the shell round the ladder. It opens and closes mesh and SFU
 * links as the ladder says and tells delivery which path its edits take. The relay is not here: it is
 * the socket itself, and always there.
 */
import type { Path } from "#shared/document/ways.ts";
import type { Random } from "#shared/lib/random.ts";
import type { Link } from "#shared/ports.ts";
import type { Peer, Role, Rung } from "#shared/protocol/messages.ts";
import { frameKind, PROBE } from "#shared/protocol/frames.ts";
import {
  type FastRung,
  type LadderEffect,
  type LadderInput,
  nextTick,
  START,
  step,
} from "#shared/room/ladder.ts";
import type { Counters } from "./counters.ts";
import { MeshLink } from "./mesh-link.ts";
import type { Requests } from "./requests.ts";
import { SfuLink } from "./sfu-link.ts";
import type { SfuSession } from "./sfu-session.ts";
import type { RoomMessage, SignalingSocket, Welcome } from "./signaling-socket.ts";

export interface PathsOptions {
  readonly self: number;
  readonly role: Role;
  readonly socket: SignalingSocket;
  readonly requests: Requests;
  readonly counters: Counters;
  readonly random: Random;
  readonly now: () => number;
  readonly handleMessage: (actor: number, bytes: Uint8Array, via: FastRung) => void;
  readonly handleLive: (actor: number, bytes: Uint8Array) => void;
  /** Peers opened or closed, or another rung carries the edits. */
  readonly handleChange: () => void;
  readonly handlePeerClosed: (actor: number, via: FastRung) => void;
}

/**
 * When probes go out after somebody came or a path to them opened, in seconds: from the first that
 * arrives they know that they hear us. The late ones are for who takes long to connect.
 */
const PROBE_TIMES = [0, 0.1, 0.3, 0.7, 1.5, 3, 6] as const;

export class Paths {
  readonly #options: PathsOptions;
  readonly #links = new Map<FastRung, MeshLink | SfuLink>();
  readonly #peers = new Map<number, Peer>();
  #state = START;
  #iceServers: readonly RTCIceServer[] = [];
  #probes: number[] = [];
  #closed = false;

  constructor(options: PathsOptions) {
    this.#options = options;
  }

  get current(): Rung {
    return this.#state.current;
  }

  /** The rung the room wants, by which sound goes; `session` is the SFU's once it is ready. */
  get soundWay(): { readonly rung: Rung; readonly session: SfuSession | null | undefined } {
    return { rung: this.#state.target, session: this.#sfu()?.session };
  }

  /** Whether anybody is reached without the server. */
  get reachesSomebody(): boolean {
    return [...this.#links.values()].some(({ peers }) => peers.size > 0);
  }

  /** The path as delivery sees it, and the one that lingers beside it. `rtt`: seconds, to the slowest peer. */
  path(rtt: number): { path: Path; leaving: Path } {
    const { current, leaving } = this.#state;
    return { path: this.#path(current, rtt), leaving: this.#path(leaving?.rung ?? "relay", rtt) };
  }

  /** To everybody, on the SFU. */
  broadcast(bytes: Uint8Array): void {
    this.#sfu()?.broadcast("edits", bytes);
  }

  /** A frame of a hand, to everybody, on whatever path there is: who hears it twice knows it again. */
  broadcastLive(bytes: Uint8Array): void {
    for (const link of this.#links.values()) link.broadcast("live", bytes);
  }

  /** To one mesh peer. */
  send(actor: number, bytes: Uint8Array): void {
    this.#mesh()?.send(actor, "edits", bytes);
  }

  /** When `tick` next has something to do; Infinity for never. */
  get nextDue(): number {
    return Math.min(
      nextTick(this.#state) ?? Number.POSITIVE_INFINITY,
      this.#probes[0] ?? Number.POSITIVE_INFINITY,
    );
  }

  setTarget(target: Rung): void {
    // A listener has nothing to say to a mesh, and in one hears edits from the relay.
    const meshForListener = target === "mesh" && this.#options.role === "listener";
    this.#input({ type: "target", target: meshForListener ? "relay" : target });
  }

  /** As the server gave them last. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#iceServers;
  }

  /** For the pairs and transports that begin from now on: credentials end. */
  setIceServers(servers: Welcome["iceServers"]): void {
    this.#iceServers = servers as RTCIceServer[];
  }

  /** Who is here according to a welcome: after a gap, some have left and others come. */
  setRoster(roster: readonly Peer[]): void {
    const here = new Set(roster.map((peer) => peer.actor));
    for (const actor of this.#peers.keys()) if (!here.has(actor)) this.handleLeft(actor);
    for (const peer of roster) this.handlePeer(peer);
  }

  /** The network may have changed, or the socket was away. */
  refresh(): void {
    for (const link of this.#links.values()) link.refresh();
  }

  handlePeer(peer: Peer): void {
    if (peer.actor === this.#options.self) return;
    if (!this.#peers.has(peer.actor)) this.#probeSoon();
    this.#peers.set(peer.actor, peer);
    if (peer.role !== "listener") this.#mesh()?.handlePeer(peer.actor);
  }

  handleLeft(actor: number): void {
    this.#peers.delete(actor);
    this.#mesh()?.handleLeft(actor);
    this.#sfu()?.handleLeft(actor);
  }

  handleMessage(message: RoomMessage): void {
    switch (message.type) {
      case "topology":
        this.setTarget(message.topology);
        break;
      case "signal":
        if (!("stream" in message.data)) this.#mesh()?.handleSignal(message.from, message.data);
        break;
      case "dataProducer":
        this.#sfu()?.handleDataProducer(message.actor, message.dataProducerId);
        break;
      case "sfuReset":
        this.#sfu()?.reset(message.within);
        break;
      case "peer":
        this.handlePeer(message.peer);
        break;
      case "left":
        this.handleLeft(message.actor);
        break;
      case "iceServers":
        this.setIceServers(message.iceServers);
        break;
      case "sfuReply":
      case "presence":
      case "air":
      case "history":
      case "moment":
      case "storage":
        break;
    }
  }

  tick(): void {
    const now = this.#options.now();
    if ((this.#probes[0] ?? Number.POSITIVE_INFINITY) <= now) {
      this.#probes = this.#probes.filter((at) => at > now);
      for (const link of this.#links.values()) link.broadcast("edits", PROBE);
    }
    this.#input({ type: "tick" });
  }

  close(): void {
    this.#closed = true;
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#probes = [];
  }

  #mesh(): MeshLink | null {
    return (this.#links.get("mesh") as MeshLink | undefined) ?? null;
  }

  #sfu(): SfuLink | null {
    return (this.#links.get("sfu") as SfuLink | undefined) ?? null;
  }

  #path(rung: Rung, rtt: number): Path {
    switch (rung) {
      case "relay":
        return { kind: "relay" };
      case "mesh":
        return { kind: "mesh", peers: new Set(this.#mesh()?.peers), rtt };
      case "sfu":
        return { kind: "sfu", open: this.#sfu()?.ready ?? false };
    }
  }

  #input(input: LadderInput): void {
    if (this.#closed) return;
    const { state, effects } = step(this.#state, input, this.#options.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (effects.length > 0) this.#options.handleChange();
  }

  #perform(effect: LadderEffect): void {
    if (effect.type === "open") this.#open(effect.rung);
    if (effect.type === "close") {
      this.#links.get(effect.rung)?.close();
      this.#links.delete(effect.rung);
    }
  }

  #open(rung: FastRung): void {
    const link = rung === "mesh" ? this.#openMesh() : this.#openSfu();
    this.#links.set(rung, link);
    link.on("message", ({ actor, bytes }) => {
      if (frameKind(bytes) === "live") this.#options.handleLive(actor, bytes);
      else this.#options.handleMessage(actor, bytes, rung);
    });
    link.on("open", () => {
      this.#probeSoon();
      this.#input({ type: "proved", rung });
      this.#options.handleChange();
    });
    link.on("closed", ({ actor }) => {
      this.#options.handlePeerClosed(actor, rung);
      // Not before the link has done what it is doing: it may be about to begin anew.
      if (this.#isForsaken(rung, link)) queueMicrotask(() => this.#forsake(rung, link));
      this.#options.handleChange();
    });
    if (link instanceof MeshLink) {
      const performers = [...this.#peers.values()].filter((peer) => peer.role !== "listener");
      for (const { actor } of performers) link.handlePeer(actor);
      // Alone there is nobody to prove it to, and whoever comes finds it ready.
      if (performers.length === 0) this.#input({ type: "proved", rung });
    }
  }

  /** A path that lingers is of no use once the others have closed theirs. */
  #isForsaken(rung: FastRung, link: Link): boolean {
    return this.#state.leaving?.rung === rung && this.#links.get(rung) === link && link.peers.size === 0;
  }

  #forsake(rung: FastRung, link: Link): void {
    if (this.#isForsaken(rung, link)) this.#input({ type: "failed", rung });
  }

  #openMesh(): MeshLink {
    const { self, socket, counters, random } = this.#options;
    return new MeshLink({
      self,
      iceServers: () => this.#iceServers,
      counters,
      random,
      signal: (to, data) => socket.send({ type: "signal", to, data: { ...data } }),
    });
  }

  #openSfu(): SfuLink {
    const { role, requests, counters, random } = this.#options;
    return new SfuLink({
      request: requests.request,
      iceServers: () => this.#iceServers,
      mayProduce: role !== "listener",
      counters,
      random,
      handleReady: () => {
        this.#probeSoon();
        this.#input({ type: "proved", rung: "sfu" });
        this.#options.handleChange();
      },
      handleLost: () => this.#options.handleChange(),
    });
  }

  #probeSoon(): void {
    const now = this.#options.now();
    this.#probes = [...this.#probes, ...PROBE_TIMES.map((wait) => now + wait)].toSorted((a, b) => a - b);
  }
}
