/**
 * One tab of a simulated jam: a spoke and what surrounds it in the app, which breaks. A life is one actor; a
 * crash ends it, and what was not told to the server may go with it.
 */
import type { Delta, Write } from "#shared/document/delta.ts";
import { Spoke } from "#shared/document/spoke.ts";
import { changesOf, UndoHistory } from "#shared/document/undo.ts";
import type { Path } from "#shared/document/ways.ts";
import { decodePong, encodePing, frameKind } from "#shared/protocol/frames.ts";
import type { SimulatedJam } from "./jam.ts";
import { JAM_SEED } from "./sim-server.ts";
import { LINGER } from "#shared/room/ladder.ts";
import { Ordered } from "./world.ts";

export type FastRung = "mesh" | "sfu";

/** A locked clock is wrong by up to this many seconds. */
const CLOCK_ERROR = 0.02;

export class Tab {
  readonly #jam: SimulatedJam;
  readonly up: Ordered;
  readonly down: Ordered;
  actor = 0;
  spoke!: Spoke;
  history = new UndoHistory();
  /** Seconds; null while there is no room time. */
  clockError: number | null = 0;
  /** Lives before this one that the server is given proof of. */
  earlier: readonly number[] = [];
  /** What was kept of them, and is still to be delivered. */
  kept: readonly Delta[] = [];
  open = false;
  /** Own writes that a lock kept out. */
  sentBack = 0;
  /** False once it has left for good. */
  alive = true;
  #path: "relay" | FastRung = "relay";
  /** What lingers beside it. */
  #leaving: "relay" | FastRung = "relay";
  #changes = 0;
  #wakeAt = Number.POSITIVE_INFINITY;
  #pings = 0;

  constructor(jam: SimulatedJam) {
    this.#jam = jam;
    this.up = new Ordered(jam.world, jam.weather, (bytes) => jam.serverHears(this, bytes));
    this.down = new Ordered(jam.world, jam.weather, (bytes) => this.#hears(bytes));
    this.begin();
  }

  get roomMs(): number {
    return this.clockError === null ? 0 : Math.max(1, (this.#jam.world.now + 1 + this.clockError) * 1000);
  }

  /** A new actor with nothing but what it is given. */
  begin(): void {
    this.actor = this.#jam.nextActor();
    const peerMayConduct = (actor: number) => this.#jam.leads(actor);
    this.spoke = new Spoke({ actor: this.actor, seed: JAM_SEED, mayWrite: true, peerMayConduct });
    this.history = new UndoHistory();
    this.earlier = [];
    this.kept = [];
    this.#path = "relay";
    this.#leaving = "relay";
    this.fixClock();
  }

  fixClock(): void {
    this.clockError = this.#jam.world.between(-CLOCK_ERROR, CLOCK_ERROR);
  }

  /** Own deltas that the server has confirmed. */
  acknowledged(): Delta[] {
    const open = new Set(this.spoke.unconfirmed().map(({ seq }) => seq));
    return this.spoke.replica.ownSince(0).filter(({ seq }) => !open.has(seq));
  }

  commit(writes: readonly Write[], isUndo: boolean): void {
    const changes = changesOf(this.spoke.replica.document, writes);
    const delta = this.spoke.commit(writes, this.roomMs, this.#jam.world.now);
    if (isUndo) this.history.committed(delta.stamp);
    else this.history.record(changes, delta.stamp);
    this.pump();
  }

  connect(): void {
    if (this.open || !this.alive) return;
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

  /** As the ladder does it: what is left lingers. */
  setPath(kind: "relay" | FastRung): void {
    if (kind === this.#path) return this.refreshPath();
    if (this.#path !== "relay" || kind === this.#leaving) this.#leaving = this.#path;
    this.#path = kind;
    this.refreshPath();
    const change = ++this.#changes;
    this.#jam.world.after(LINGER, () => {
      if (change !== this.#changes) return;
      this.#leaving = "relay";
      this.refreshPath();
    });
  }

  /** Who is here has changed. */
  refreshPath(): void {
    const peers = new Set(
      this.#jam
        .present()
        .filter((tab) => tab !== this)
        .map((tab) => tab.actor),
    );
    const path = (kind: Path["kind"]): Path =>
      kind === "mesh" ? { kind, peers, rtt: 0.1 } : kind === "sfu" ? { kind, open: true } : { kind };
    this.spoke.setPath(path(this.#path), this.#jam.world.now, path(this.#leaving));
    this.pump();
  }

  ping(): void {
    if (!this.open) return;
    this.#pings = (this.#pings + 1) & 0xffff;
    this.up.send(encodePing({ id: this.#pings, state: this.spoke.state }));
  }

  hearsPeer(actor: number, bytes: Uint8Array, via: FastRung): void {
    // A link that is closed brings nothing; one that is being opened may.
    if (via !== this.#path && via !== this.#leaving && via !== this.#jam.rung) return;
    // A datagram that was under way too long may be misread, and must then be refused.
    this.spoke.handlePeerFrame(actor, bytes, this.#jam.world.now, this.roomMs, via);
    this.pump();
  }

  /** Sends what is due, and comes back when more is. */
  pump(): void {
    const { world } = this.#jam;
    for (const { to, bytes } of this.spoke.take(world.now, this.roomMs)) {
      this.#jam.bytes += bytes.length;
      if (to === "server") this.up.send(bytes);
      else if (to === "broadcast") this.#jam.fanOut(this, bytes);
      else this.#jam.toPeer(this, to, bytes);
    }
    const news = this.spoke.takeNews();
    for (const { from, to } of news?.restamped ?? []) this.history.restamped(from, to);
    const due = this.spoke.nextDue;
    if (due === null || due >= this.#wakeAt) return;
    this.#wakeAt = due;
    world.after(due - world.now, () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }

  #hears(bytes: Uint8Array): void {
    const { now } = this.#jam.world;
    if (frameKind(bytes) === "pong") {
      const pong = decodePong(bytes);
      if (!pong) throw new Error("a pong that cannot be read");
      this.spoke.handleTip(pong.tip, now);
      this.spoke.handleHeard(pong.heard ?? 0, now);
    } else {
      const { error, replaced, unlocked } = this.spoke.handleServerFrame(bytes, now, this.roomMs);
      if (error !== undefined) throw new Error(`client ${this.actor} refused the server: ${error}`);
      if (replaced) this.#jam.replaced += 1;
      if (unlocked) {
        this.sentBack += unlocked.own.length;
        this.ping();
      }
    }
    this.pump();
  }
}
