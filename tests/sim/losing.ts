/**
 * Two people on an SFU whose legs lose, in virtual time: the one edits, and what reaches the other is timed and
 * counted, datagrams of the SFU's and copies of the server's alike. Timers and threads come a little late, as they do.
 */
import type { Write } from "#shared/document/delta.ts";
import { Hub } from "#shared/document/hub.ts";
import { Spoke } from "#shared/document/spoke.ts";
import { frameKind, PROBE } from "#shared/protocol/frames.ts";
import { type Conditions, DatagramLine, StreamLine } from "../bench/delivery/network/line.ts";
import { World } from "./world.ts";

export interface LosingOptions {
  readonly seed: number;
  /** From the author to the SFU and the server, and from there to the other. */
  readonly up: Conditions;
  readonly down: Conditions;
  /** Seconds between two edits. */
  readonly spacing: number;
  readonly edits: number;
  /** Seconds of editing before anything counts. */
  readonly learning: number;
}

export interface Delivered {
  /** Seconds from each edit to its being applied, ascending; Infinity for one that never was. */
  readonly waits: readonly number[];
  /** For each edit: datagrams that the author sent, and what came to the other, the server's copies too. */
  readonly sent: number;
  readonly heard: number;
}

const AUTHOR = 1;
const OTHER = 2;
/** Seconds that whatever is due comes late, at most. */
const LATE = 0.002;
const DISK = 0.02;
const STATUS_INTERVAL = 0.1;
const PING_INTERVAL = 2;
const BEGIN_MS = 100_000;

const toggle = (i: number): Write[] => [
  {
    key: { kind: "note", track: 1, pattern: 0, step: i % 16, pitch: 36 },
    value: i % 32 < 16 ? { velocity: 100, gate: 1, probability: 1, ratchet: 1 } : null,
  },
];

/** One client: its spoke, its socket both ways and its way to and from the SFU. */
class Seat {
  readonly spoke: Spoke;
  readonly actor: number;
  readonly conditions: Conditions;
  readonly #lines;
  readonly #world: World;

  constructor(world: World, actor: number, conditions: Conditions) {
    this.actor = actor;
    this.conditions = conditions;
    this.#world = world;
    this.spoke = new Spoke({ actor, seed: 1, mayWrite: true });
    const { random } = world;
    this.#lines = {
      up: new StreamLine(random),
      down: new StreamLine(random),
      out: new DatagramLine(random),
      in: new DatagramLine(random),
    };
  }

  /** By the socket, or as a datagram by the SFU: then perhaps never. */
  pass(by: "up" | "down" | "out" | "in", run: () => void): void {
    const nowMs = this.#world.now * 1_000;
    const at = this.#lines[by].pass(nowMs, this.conditions);
    if (at !== null) this.#world.after((at - nowMs) / 1_000, run);
  }
}

class LosingRoom {
  readonly world: World;
  readonly hub = new Hub({ seed: 1 });
  readonly author: Seat;
  readonly other: Seat;
  readonly appliedAt = new Map<number, number>();
  sent = 0;
  heard = 0;
  readonly #wakes = new Map<object, number>();

  constructor(world: World, up: Conditions, down: Conditions) {
    this.world = world;
    this.author = new Seat(world, AUTHOR, up);
    this.other = new Seat(world, OTHER, down);
    for (const seat of [this.author, this.other]) this.#enter(seat);
    this.other.spoke.handlePeerFrame(AUTHOR, PROBE, 0, this.nowMs, "sfu");
  }

  get nowMs(): number {
    return BEGIN_MS + this.world.now * 1_000;
  }

  #enter(seat: Seat): void {
    const { actor, spoke } = seat;
    spoke.setServerOpen(true, 0);
    spoke.setPath({ kind: "sfu", open: true }, 0);
    this.hub.join(actor, { now: 0, mayWrite: true });
    spoke.handleServerFrame(this.hub.snapshotFrame(this.nowMs, actor), 0, this.nowMs);
    let told = "";
    this.#every(STATUS_INTERVAL, () => {
      const losing = spoke.isLosing(this.world.now);
      const status = `${[...spoke.direct].join()} ${losing}`;
      if (status === told) return;
      told = status;
      const direct = spoke.direct;
      seat.pass("up", () => this.hub.setDirect(actor, direct, losing));
    });
    this.#every(PING_INTERVAL, () =>
      seat.pass("up", () => {
        const [tip, heard] = [this.hub.tip(), this.hub.heard(actor)];
        seat.pass("down", () => {
          spoke.handleTip(tip, this.world.now);
          spoke.handleHeard(heard, this.world.now);
          this.turn(seat);
        });
      }),
    );
  }

  /** Sends what is due at this client's. */
  turn(seat: Seat): void {
    for (const { to, bytes } of seat.spoke.take(this.world.now, this.nowMs)) {
      if (to === "broadcast") this.#broadcast(bytes);
      else seat.pass("up", () => this.#serverHears(seat.actor, bytes));
    }
    this.#wake(seat, seat.spoke.nextDue, () => this.turn(seat));
  }

  #broadcast(bytes: Uint8Array): void {
    this.sent += 1;
    this.author.pass("out", () => {
      this.other.pass("in", () => {
        this.heard += 1;
        const { spoke } = this.other;
        spoke.handlePeerFrame(AUTHOR, bytes, this.world.now, this.nowMs, "sfu");
        this.#note();
      });
      this.hub.handleDelta(AUTHOR, bytes, this.world.now, this.nowMs, "sfu");
      this.#turnServer();
    });
  }

  #serverHears(actor: number, bytes: Uint8Array): void {
    if (frameKind(bytes) === "have") this.hub.handleHave(actor, bytes, this.world.now);
    else this.hub.handleDelta(actor, bytes, this.world.now, this.nowMs, "socket");
    this.#turnServer();
  }

  #turnServer(): void {
    const stored = this.hub.takeUnstored();
    if (stored.length > 0)
      this.world.after(this.world.between(0, DISK), () => {
        this.hub.stored(stored, this.world.now);
        this.#turnServer();
      });
    for (const { to, bytes, kind } of this.hub.take(this.world.now, this.nowMs)) {
      const seat = to === AUTHOR ? this.author : this.other;
      seat.pass("down", () => {
        if (kind === "delta") this.heard += 1;
        seat.spoke.handleServerFrame(bytes, this.world.now, this.nowMs);
        this.#note();
        this.turn(seat);
      });
    }
    this.#wake(this.hub, this.hub.nextDue, () => this.#turnServer());
  }

  #note(): void {
    const { vector } = this.other.spoke.replica;
    for (let seq = vector.highest(AUTHOR) - 64; seq <= vector.highest(AUTHOR) + 64; seq++)
      if (seq > 0 && vector.has(AUTHOR, seq) && !this.appliedAt.has(seq))
        this.appliedAt.set(seq, this.world.now);
    this.turn(this.other);
  }

  #wake(who: object, due: number | null, run: () => void): void {
    if (due === null || due >= (this.#wakes.get(who) ?? Number.POSITIVE_INFINITY)) return;
    this.#wakes.set(who, due);
    this.world.after(due - this.world.now + this.world.between(0, LATE), () => {
      if (this.#wakes.get(who) === due) this.#wakes.delete(who);
      run();
    });
  }

  #every(seconds: number, run: () => void): void {
    this.world.after(seconds, () => {
      run();
      this.#every(seconds, run);
    });
  }
}

export function deliver({ seed, up, down, spacing, edits, learning }: LosingOptions): Delivered {
  const world = new World(seed);
  const room = new LosingRoom(world, up, down);
  world.runUntil(1);
  const madeAt: number[] = [];
  const edit = (i: number): void => {
    madeAt[i] = world.now;
    room.author.spoke.commit(toggle(i), room.nowMs, world.now);
    room.turn(room.author);
  };
  const early = Math.ceil(learning / spacing);
  for (let i = 0; i < early + edits; i++) world.after(i * spacing, () => edit(i));
  world.runUntil(1 + early * spacing - spacing / 2);
  const [sentBefore, heardBefore] = [room.sent, room.heard];
  world.runUntil(world.now + edits * spacing + 10);
  const waits = madeAt
    .map((at, i) => (room.appliedAt.get(i + 1) ?? Number.POSITIVE_INFINITY) - at)
    .slice(early)
    .toSorted((a, b) => a - b);
  return { waits, sent: (room.sent - sentBefore) / edits, heard: (room.heard - heardBefore) / edits };
}
