/**
 * A jam in virtual time: a server and its tabs, wired as the app wires them, over sockets that break and
 * fast paths in bad weather, while tabs crash, clocks jump and the room changes its rung.
 */
import { applyCommand } from "#shared/document/commands.ts";
import type { Write } from "#shared/document/delta.ts";
import type { Command } from "#shared/protocol/commands.ts";
import { decodePing, encodePong, frameKind, PROBE } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { type Bucket, fullBucket, takeToken } from "#shared/room/rate.ts";
import { roomTime } from "#shared/time/instants.ts";
import { SimulatedDisk } from "./sim-server.ts";
import { type FastRung, Tab } from "./sim-tab.ts";
import { type Weather, World } from "./world.ts";

export type Rung = "relay" | FastRung;

const PING_INTERVAL = 0.5;
const STATUS_INTERVAL = 1;
/** What the server takes from one connection. */
const RATE = { perSecond: LIMITS.binaryPerSecond, burst: LIMITS.binaryBurst };

export interface JamOptions {
  readonly rung: Rung;
  readonly first: readonly Write[];
  readonly weather: Weather;
  /** How often a commit of the server's disk takes up to 0.3 s and not 0.04: 0 to 1. */
  readonly slowDisk: number;
  readonly tabs: number;
  /** Told of everything that happens, with virtual time. */
  readonly log?: (text: string) => void;
}

export class SimulatedJam {
  readonly world: World;
  readonly weather: Weather;
  readonly tabs: Tab[] = [];
  readonly disk: SimulatedDisk;
  rung: Rung;
  edits = 0;
  bytes = 0;
  /** Deltas that the server sent to clients, and whole documents in place of theirs. */
  forwarded = 0;
  replaced = 0;
  /** Datagrams of edits that arrived at a tab's door, copies and parts too. */
  datagrams = 0;
  readonly #buckets = new Map<Tab, Bucket>();
  /** Tabs whose datagrams are lost, both ways. */
  readonly #broken = new Set<Tab>();
  readonly #log: ((text: string) => void) | undefined;
  #actors = 1;
  #serverWakeAt = Number.POSITIVE_INFINITY;

  constructor(world: World, options: JamOptions) {
    this.world = world;
    this.weather = options.weather;
    this.rung = options.rung;
    this.#log = options.log;
    const { first, slowDisk } = options;
    this.disk = new SimulatedDisk(world, { first, slowDisk, nowMs: this.roomMs, changed: () => this.pump() });
    for (let i = 0; i < options.tabs; i++) this.tabs.push(new Tab(this));
  }

  get hub() {
    return this.disk.hub;
  }

  get roomMs(): number {
    return Math.floor((this.world.now + 1) * 1000);
  }

  log(text: string): void {
    this.#log?.(`${this.world.now.toFixed(3)} ${text}`);
  }

  nextActor(): number {
    return this.#actors++;
  }

  present(): Tab[] {
    return this.tabs.filter((tab) => tab.alive);
  }

  /** Everybody connects within the first second; fast paths open after. */
  start(): void {
    for (const tab of this.tabs) {
      this.world.after(this.world.between(0, 1), () => tab.connect());
      if (this.rung !== "relay") this.world.after(this.world.between(0.5, 2), () => this.openFastPath(tab));
      this.#every(PING_INTERVAL, () => tab.ping());
      this.#every(STATUS_INTERVAL, () => {
        if (tab.open) this.hub.setDirect(tab.actor, tab.spoke.direct, tab.spoke.isLosing(this.world.now));
      });
    }
  }

  openFastPath(tab: Tab): void {
    if (!tab.alive) return;
    tab.setPath(this.rung);
    if (this.rung === "sfu") this.fanOut(tab, PROBE);
    if (this.rung === "mesh")
      for (const other of this.present()) if (other !== tab) this.toPeer(tab, other.actor, PROBE);
  }

  /** The room stands on another rung; each tab comes to it in its own time. */
  changeRung(rung: Rung): void {
    this.log(`rung ${rung}`);
    this.rung = rung;
    for (const tab of this.present())
      this.world.after(this.world.between(0, 1.5), () => this.openFastPath(tab));
  }

  /** Datagrams of and to this tab are lost, silently, or come again. */
  setBroken(tab: Tab, isBroken: boolean): void {
    this.log(`${tab.actor}: datagrams ${isBroken ? "lost" : "back"}`);
    if (isBroken) this.#broken.add(tab);
    else this.#broken.delete(tab);
  }

  /** Its page is gone. */
  gone(tab: Tab): void {
    const { actor } = tab;
    tab.disconnect();
    for (const other of this.present()) other.spoke.peerClosed(actor);
  }

  /** Somebody came, left, or is another actor now. */
  rosterChanged(): void {
    for (const tab of this.present()) tab.refreshPath();
  }

  toPeer(from: Tab, actor: number, bytes: Uint8Array): void {
    const to = this.tabs.find((tab) => tab.actor === actor);
    if (to) this.#datagram(from, to, bytes, "mesh");
  }

  /** Lost on the way up it reaches nobody; on the way down it misses one. */
  fanOut(from: Tab, bytes: Uint8Array): void {
    if (this.#broken.has(from) || this.world.chance(this.weather.loss)) return;
    for (const to of this.tabs) if (to !== from) this.#datagram(from, to, bytes, "sfu");
    const { actor } = from;
    const kind = frameKind(bytes);
    if (kind !== "delta" && kind !== "part") return;
    const { delay, jitter } = this.weather;
    const copy = bytes.slice();
    this.world.after(delay + this.world.between(0, jitter), () => {
      if (from.actor !== actor || !from.open) return;
      this.#taken(from, this.hub.handleDelta(actor, copy, this.world.now, this.roomMs, "sfu"), "sfu");
    });
  }

  serverHears(tab: Tab, bytes: Uint8Array): void {
    const { now } = this.world;
    const kind = frameKind(bytes);
    const bucket = takeToken(this.#buckets.get(tab) ?? fullBucket(RATE, now), RATE, now);
    if (!bucket) throw new Error(`the server refused: RATE from ${tab.actor}`);
    this.#buckets.set(tab, bucket);
    if (kind === "ping") {
      const ping = decodePing(bytes);
      if (!ping) throw new Error("a ping that cannot be read");
      if (ping.state && this.hub.handleState(tab.actor, ping.state, now))
        this.log(`${tab.actor}: digest differs`);
      const pong = { id: ping.id, clockEpoch: 1, received: now, sent: now, serverDelay: 0 };
      tab.down.send(encodePong({ ...pong, tip: this.hub.tip(), heard: this.hub.heard(tab.actor) }));
    } else if (kind === "have") {
      const { error } = this.hub.handleHave(tab.actor, bytes, now);
      if (error !== undefined) throw new Error(`the server refused: ${error}`);
    } else this.#taken(tab, this.hub.handleDelta(tab.actor, bytes, now, this.roomMs, "socket"), "socket");
    this.pump();
  }

  #taken(tab: Tab, taken: ReturnType<SimulatedJam["hub"]["handleDelta"]>, via: "socket" | "sfu"): void {
    if (taken.error !== undefined && via === "socket") throw new Error(`the server refused: ${taken.error}`);
    if (taken.stampAhead) this.#sendAway(tab);
    this.pump();
  }

  /** Its stamps are a minute ahead: it comes back as a new actor, with another clock, and writes again what waits. */
  #sendAway(tab: Tab): void {
    this.log(`${tab.actor}: stamps too far ahead`);
    const { now } = this.world;
    const old = tab.spoke;
    this.gone(tab);
    tab.begin();
    for (const { writes, atMs } of old.rewrites(now, tab.roomMs)) tab.spoke.commit(writes, atMs, now);
    this.rosterChanged();
    this.world.after(this.world.between(0.2, 0.5), () => tab.connect());
    if (this.rung !== "relay") this.world.after(this.world.between(0.5, 2), () => this.openFastPath(tab));
  }

  joined(tab: Tab): void {
    this.#buckets.set(tab, fullBucket(RATE, this.world.now));
    const mayConduct = this.leads(tab.actor);
    this.hub.join(tab.actor, { now: this.world.now, mayWrite: true, mayConduct, earlier: tab.earlier });
    tab.down.send(this.hub.snapshotFrame(this.roomMs, tab.actor));
    this.pump();
  }

  /** The first tab is a leader's. */
  leads(actor: number): boolean {
    return this.tabs[0]?.actor === actor;
  }

  left(tab: Tab): void {
    this.hub.leave(tab.actor);
  }

  /** The server dies and comes back with what was stored. */
  restart(): void {
    this.log("server restarts");
    const here = this.tabs.filter((tab) => tab.open);
    for (const tab of here) tab.disconnect();
    this.disk.crash(this.roomMs);
    this.#serverWakeAt = Number.POSITIVE_INFINITY;
    for (const tab of here) this.world.after(this.world.between(0.1, 1), () => tab.connect());
  }

  /** One edit of a kind that the seed draws, or an undo. */
  edit(tab: Tab): void {
    if (!tab.alive || !tab.spoke.canCommit) return;
    const writes = this.#draw(tab);
    if (!writes || writes.writes.length === 0) return;
    this.edits += 1;
    tab.commit(writes.writes, writes.isUndo);
  }

  #draw(tab: Tab): { writes: readonly Write[]; isUndo: boolean } | null {
    const { world } = this;
    const { document } = tab.spoke.replica;
    if (world.chance(0.15)) {
      const proposal = world.chance(0.7) ? tab.history.undo(document) : tab.history.redo(document);
      return proposal && { writes: proposal.writes, isUndo: true };
    }
    const { tracks } = document.jam();
    const track = tracks.length > 0 ? world.pick(tracks).id : 0;
    const command = this.#command(track);
    const context = { now: roomTime(Math.max(tab.roomMs, 1) / 1000), lead: 0.3, actor: tab.actor };
    const writes = applyCommand(document, command, context);
    return writes.ok ? { writes: writes.value, isUndo: false } : null;
  }

  #command(track: number): Command {
    const { world } = this;
    const place = () => ({ step: world.integer(0, 7), pitch: world.integer(36, 39) });
    const note = (): Extract<Command, { type: "PATTERN_UPDATE" }>["notes"][number] => ({
      ...place(),
      velocity: world.integer(1, 127),
      gate: 1,
      probability: 1,
      ratchet: 1,
    });
    const kind = world.random();
    if (kind < 0.4) return { type: "NOTE_TOGGLE", track, ...place(), velocity: 100 };
    if (kind < 0.6) return { type: "NOTE_SET", track, ...note() };
    if (kind < 0.7) return { type: "PATTERN_UPDATE", track, length: 8, notes: [note(), note()] };
    if (kind < 0.71) return { type: "PATTERN_UPDATE", track, length: 64, notes: this.#manyNotes() };
    if (kind < 0.85) return { type: "TRACK_SET", track, volume: world.random() };
    if (kind < 0.87) return { type: "TRACK_ADD", instrument: "kick" };
    if (kind < 0.88) return { type: "TRACK_REMOVE", track };
    if (kind < 0.9)
      return {
        type: "EFFECT_SET",
        track,
        effect: world.pick(["filter", "echo"] as const),
        value: world.random(),
      };
    if (kind < 0.91) return { type: "ROOM_EFFECT_SET", effect: "echoSteps", value: world.integer(1, 8) };
    if (kind < 0.94) return { type: "SWING_SET", swing: world.between(50, 75) };
    return { type: kind < 0.97 ? "PLAYBACK_START" : "PLAYBACK_STOP" };
  }

  /** More than a datagram holds. */
  #manyNotes() {
    return Array.from({ length: 300 }, (_, index) => ({
      step: index % 64,
      pitch: 36 + (index >> 6),
      velocity: this.world.integer(1, 127),
      gate: 1,
      probability: 1,
      ratchet: 1,
    }));
  }

  pump(): void {
    const { world } = this;
    this.disk.flush();
    for (const { to, bytes, kind } of this.hub.take(world.now, this.roomMs)) {
      if (kind === "delta") this.forwarded += 1;
      this.tabs.find((tab) => tab.actor === to && tab.open)?.down.send(bytes);
    }
    const due = this.hub.nextDue;
    if (due === null || due >= this.#serverWakeAt) return;
    this.#serverWakeAt = due;
    world.after(due - world.now, () => {
      this.#serverWakeAt = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }

  #datagram(from: Tab, to: Tab, bytes: Uint8Array, via: FastRung): void {
    const { delay, jitter, loss, duplication } = this.weather;
    const kind = frameKind(bytes);
    if (kind === "delta" || kind === "part") this.datagrams += 1;
    const { actor } = from;
    const receiver = to.actor;
    const copies = this.world.chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#broken.has(from) || this.#broken.has(to) || this.world.chance(loss)) continue;
      const arriving = bytes.slice();
      this.world.after(delay + this.world.between(0, jitter), () => {
        if (to.actor === receiver && to.alive) to.hearsPeer(actor, arriving, via);
      });
    }
  }

  #every(seconds: number, run: () => void): void {
    this.world.after(seconds, () => {
      run();
      this.#every(seconds, run);
    });
  }
}
