/**
 * A jam in virtual time: one hub and its spokes, wired as the app wires them, over sockets that
 * break and fast paths in bad weather.
 */
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { applyCommand } from "#shared/document/commands.ts";
import type { Write } from "#shared/document/delta.ts";
import { Hub } from "#shared/document/hub.ts";
import { type Path, Spoke } from "#shared/document/spoke.ts";
import { changesOf, UndoHistory } from "#shared/document/undo.ts";
import type { Command } from "#shared/protocol/commands.ts";
import { roomTime } from "#shared/time/instants.ts";
import { frameKind, PROBE } from "#shared/protocol/frames.ts";
import { Lossy, Ordered, type Weather, World } from "./world.ts";

export type Topology = "relay" | "mesh" | "sfu";

const JAM_SEED = 7;
const PING_INTERVAL = 0.5;
const STATUS_INTERVAL = 1;
/** Every replica's clock is wrong by up to this many seconds. */
const CLOCK_ERROR = 0.02;

class Node {
  readonly actor: number;
  readonly spoke: Spoke;
  readonly history = new UndoHistory();
  readonly clockError: number;
  open = false;
  up: Ordered;
  down: Ordered;
  /** Datagrams to each other node, directly (mesh) or by way of the SFU. */
  readonly fast = new Map<number, Lossy>();
  /** The SFU's tap towards the server. */
  tap: Lossy | null = null;
  #wakeAt = Number.POSITIVE_INFINITY;
  readonly #jam: SimulatedJam;

  constructor(jam: SimulatedJam, actor: number, weather: Weather) {
    this.#jam = jam;
    this.actor = actor;
    this.spoke = new Spoke({ actor, seed: JAM_SEED, mayWrite: true });
    this.clockError = jam.world.between(-CLOCK_ERROR, CLOCK_ERROR);
    this.up = new Ordered(jam.world, weather, (bytes) => jam.serverHears(this, bytes));
    this.down = new Ordered(jam.world, weather, (bytes) => this.hears(bytes));
  }

  get roomMs(): number {
    return (this.#jam.world.now + 1 + this.clockError) * 1000;
  }

  hears(bytes: Uint8Array): void {
    const { error } = this.spoke.handleServerFrame(bytes, this.#jam.world.now, this.roomMs);
    if (error !== undefined) throw new Error(`client ${this.actor} refused the server: ${error}`);
    this.pump();
  }

  hearsPeer(actor: number, bytes: Uint8Array): void {
    const via = this.#jam.topology === "mesh" ? "mesh" : "sfu";
    const { error } = this.spoke.handlePeerFrame(actor, bytes, this.#jam.world.now, this.roomMs, via);
    // A datagram that was under way too long may be misread, and must then be refused.
    if (error !== undefined) this.#jam.refused += 1;
    this.pump();
  }

  commit(writes: readonly Write[], undoable = true): void {
    const changes = changesOf(this.spoke.replica.document, writes);
    const delta = this.spoke.commit(writes, this.roomMs, this.#jam.world.now);
    if (undoable) this.history.record(changes, delta.stamp);
    else this.history.committed(delta.stamp);
    this.#jam.edits += 1;
    this.pump();
  }

  connect(): void {
    if (this.open) return;
    this.open = true;
    this.spoke.setServerOpen(true, this.#jam.world.now);
    this.#jam.joined(this);
    this.pump();
  }

  disconnect(): void {
    if (!this.open) return;
    this.open = false;
    this.up.break();
    this.down.break();
    this.spoke.setServerOpen(false, this.#jam.world.now);
    this.#jam.left(this);
  }

  /** Sends what is due, and comes back when more is. */
  pump(): void {
    const { world } = this.#jam;
    for (const { to, bytes } of this.spoke.take(world.now, this.roomMs)) {
      this.#jam.bytes += bytes.length;
      if (to === "server") this.up.send(bytes);
      else if (to === "broadcast") {
        this.tap?.send(bytes);
        for (const link of this.fast.values()) link.send(bytes);
      } else this.fast.get(to)?.send(bytes);
    }
    const due = this.spoke.nextDue;
    if (due === null || due >= this.#wakeAt) return;
    this.#wakeAt = due;
    world.after(due - world.now, () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }
}

export class SimulatedJam {
  readonly world: World;
  readonly topology: Topology;
  readonly nodes: Node[] = [];
  hub: Hub;
  edits = 0;
  bytes = 0;
  refused = 0;
  /** Deltas that the server sent to clients. */
  forwarded = 0;
  #saved: Uint8Array;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(seed: number, topology: Topology, first: readonly Write[], calm?: Weather) {
    this.world = new World(seed);
    this.topology = topology;
    this.hub = new Hub({ seed: JAM_SEED });
    this.hub.writeAsServer(first, this.roomMs);
    this.#saved = this.hub.snapshotFrame(this.roomMs);
    const { world } = this;
    const weather: Weather = calm ?? {
      delay: world.between(0.005, 0.15),
      jitter: world.between(0, 0.1),
      loss: world.between(0, 0.3),
      duplication: world.between(0, 0.1),
    };
    for (let actor = 1; actor <= world.integer(3, 6); actor++)
      this.nodes.push(new Node(this, actor, weather));
    for (const node of this.nodes) {
      if (topology === "relay") continue;
      for (const other of this.nodes)
        if (other !== node)
          node.fast.set(
            other.actor,
            new Lossy(world, weather, (bytes) => other.hearsPeer(node.actor, bytes)),
          );
      if (topology === "sfu") node.tap = new Lossy(world, weather, (bytes) => this.tapHears(node, bytes));
    }
  }

  get roomMs(): number {
    return (this.world.now + 1) * 1000;
  }

  /** Everybody connects within the first second; fast paths open after. */
  start(): void {
    for (const node of this.nodes) {
      this.world.after(this.world.between(0, 1), () => node.connect());
      this.world.after(this.world.between(0.5, 2), () => this.openFastPath(node));
      this.#every(PING_INTERVAL, () => {
        if (node.open) this.world.after(0.05, () => this.#pong(node, this.hub.tip()));
      });
      this.#every(STATUS_INTERVAL, () => {
        if (node.open) this.hub.setDirect(node.actor, node.spoke.direct);
      });
    }
    this.#every(2, () => (this.#saved = this.hub.snapshotFrame(this.roomMs)));
  }

  openFastPath(node: Node): void {
    const peers = new Set([...node.fast].filter(([, link]) => !link.broken).map(([actor]) => actor));
    const path: Path =
      this.topology === "mesh"
        ? { kind: "mesh", peers, rtt: 0.1 }
        : ({ kind: this.topology, open: true } as Path);
    node.spoke.setPath(path, this.world.now);
    for (const link of node.fast.values()) link.send(PROBE);
    node.pump();
  }

  /** Fast links of this node break, silently, or come back. */
  setFast(node: Node, broken: boolean): void {
    for (const link of node.fast.values()) link.broken = broken;
    for (const other of this.nodes) {
      const link = other.fast.get(node.actor);
      if (link) link.broken = broken;
    }
    if (node.tap) node.tap.broken = broken;
  }

  serverHears(node: Node, bytes: Uint8Array): void {
    if (frameKind(bytes) === "have")
      this.#check(this.hub.handleHave(node.actor, bytes, this.world.now).error);
    else this.#check(this.hub.handleDelta(node.actor, bytes, this.world.now, this.roomMs, "socket").error);
    this.pump();
  }

  tapHears(node: Node, bytes: Uint8Array): void {
    if (frameKind(bytes) !== "delta" || !node.open) return;
    const { error } = this.hub.handleDelta(node.actor, bytes, this.world.now, this.roomMs, "sfu");
    if (error !== undefined) this.refused += 1;
    this.pump();
  }

  joined(node: Node): void {
    this.hub.join(node.actor, { now: this.world.now, mayWrite: true });
    node.down.send(this.hub.snapshotFrame(this.roomMs));
    this.pump();
  }

  left(node: Node): void {
    this.hub.leave(node.actor);
  }

  /** The server dies and comes back from its last saved snapshot, up to 2 s old. */
  restart(): void {
    for (const node of this.nodes) node.disconnect();
    const saved = decodeSnapshot(this.#saved);
    if (!saved.ok) throw new Error(saved.error);
    this.hub = new Hub({ seed: JAM_SEED, snapshot: saved.value });
    for (const node of this.nodes) this.world.after(this.world.between(0.1, 1), () => node.connect());
  }

  /** One edit of a kind that the seed draws, or an undo. */
  edit(node: Node): void {
    const { world } = this;
    const { document } = node.spoke.replica;
    if (world.chance(0.15)) {
      const proposal = world.chance(0.7) ? node.history.undo(document) : node.history.redo(document);
      if (proposal && proposal.writes.length > 0) node.commit(proposal.writes, false);
      return;
    }
    const tracks = document.jam().tracks;
    const track = tracks.length > 0 ? world.pick(tracks).id : 0;
    const place = () => ({ step: world.integer(0, 7), pitch: world.integer(36, 39) });
    const note = () => ({
      ...place(),
      velocity: world.integer(1, 127),
      gate: 1,
      probability: 1,
      ratchet: 1,
    });
    const command = world.pick<Command>([
      { type: "NOTE_TOGGLE", track, ...place(), velocity: 100 },
      { type: "NOTE_SET", track, ...note() },
      { type: "PATTERN_UPDATE", track, length: 8, notes: [note(), note()] },
      { type: "TRACK_SET", track, volume: world.random() },
      { type: "TRACK_ADD", instrument: "kick" },
      { type: "TRACK_REMOVE", track },
      { type: "SWING_SET", swing: world.between(50, 75) },
      { type: "PLAYBACK_START" },
      { type: "PLAYBACK_STOP" },
    ]);
    const context = { now: roomTime(node.roomMs / 1000), lead: 0.3, actor: node.actor };
    const writes = applyCommand(document, command, context);
    if (writes.ok && writes.value.length > 0) node.commit(writes.value);
  }

  pump(): void {
    const { world } = this;
    for (const { to, bytes, kind } of this.hub.take(world.now, this.roomMs)) {
      if (kind === "delta") this.forwarded += 1;
      this.nodes.find((node) => node.actor === to)?.down.send(bytes);
    }
    const due = this.hub.nextDue;
    if (due === null || due >= this.#wakeAt) return;
    this.#wakeAt = due;
    world.after(due - world.now, () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }

  #pong(node: Node, tip: number): void {
    if (!node.open) return;
    node.spoke.handleTip(tip, this.world.now);
    node.pump();
  }

  #every(seconds: number, run: () => void): void {
    this.world.after(seconds, () => {
      run();
      this.#every(seconds, run);
    });
  }

  #check(error: string | undefined): void {
    if (error !== undefined) throw new Error(`the server refused: ${error}`);
  }
}
