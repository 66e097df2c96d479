/**
 * A room of replicas that press Play and turn the tempo, in virtual time: real commands, registers and
 * bytes, clocks that are a little wrong, deliveries in any order. Each remembers what it learned when,
 * which is all that what it hears depends on.
 */
import { decodeDelta, encodeDelta } from "#shared/document/codec.ts";
import { applyCommand } from "#shared/document/commands.ts";
import type { Delta } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { decodeSnapshot, encodeSnapshot, type Snapshot } from "#shared/document/snapshot-codec.ts";
import {
  beatAt,
  holdsFrom,
  isLate,
  isRunning,
  type Timeline,
  transportLead,
} from "#shared/music/timeline.ts";
import type { Command } from "#shared/protocol/commands.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import { World } from "./world.ts";

/** Room time at the beginning of the world. */
export const BEGIN = 1_000;
const JAM_SEED = 7;

interface Learned {
  readonly at: RoomTime;
  /** From when on it was heard. */
  readonly from: RoomTime;
  readonly timeline: Timeline;
}

/** What is heard at an instant; a beat only while it runs. */
export type Heard = { readonly running: true; readonly beat: number } | { readonly running: false };

const hearing = (timeline: Timeline, time: RoomTime): Heard =>
  isRunning(timeline, time) ? { running: true, beat: beatAt(timeline, time) } : { running: false };

export const sameHeard = (a: Heard, b: Heard): boolean =>
  a.running && b.running ? Math.abs(a.beat - b.beat) < 1e-5 : a.running === b.running;

export class Musician {
  readonly replica: Replica;
  readonly learned: Learned[] = [];
  /** Deltas written. */
  written = 0;
  readonly #world: World;
  readonly clockError: number;

  constructor(world: World, actor: number, clockError: number) {
    this.#world = world;
    this.clockError = clockError;
    this.replica = new Replica({ actor, seed: JAM_SEED });
    this.learn();
  }

  get now(): RoomTime {
    return roomTime(BEGIN + this.#world.now + this.clockError);
  }

  get timeline(): Timeline {
    return this.replica.document.jam().timeline;
  }

  command(command: Command, lead: number): Delta | null {
    const { document, actor } = this.replica;
    const writes = applyCommand(document, command, { now: this.now, lead, actor });
    if (!writes.ok || writes.value.length === 0) return null;
    this.written += 1;
    const delta = this.replica.commit(writes.value, this.now * 1000);
    this.learn();
    return delta;
  }

  receive(actor: number, bytes: Uint8Array): void {
    const delta = decodeDelta(bytes, this.replica.context(actor, this.now * 1000));
    if (!delta.ok) throw new Error(delta.error);
    this.replica.receive(delta.value);
    this.learn();
  }

  /** What it has, as it comes out of the bytes. */
  snapshot(): Snapshot {
    const { document, vector } = this.replica;
    const bytes = encodeSnapshot({ registers: document.registers(), vector, roomMs: this.now * 1000 });
    const snapshot = decodeSnapshot(bytes);
    if (!snapshot.ok) throw new Error(snapshot.error);
    return snapshot.value;
  }

  load(snapshot: Snapshot): void {
    this.replica.load(snapshot);
    this.learn();
  }

  /** What holds for this one at a room time, out of what it had learned by then: the newest that has begun to. */
  heard(time: RoomTime): Heard {
    const last = this.learned.findLast(({ at, from }) => at <= time && from <= time);
    return last ? hearing(last.timeline, time) : { running: false };
  }

  /** Where what it heard did not go on in what it learned: room times. */
  jumps(): RoomTime[] {
    return this.learned
      .filter(({ at, from, timeline }, index) => {
        const before = this.learned.slice(0, index).findLast((each) => each.at <= at && each.from <= from);
        return before !== undefined && !sameHeard(hearing(before.timeline, from), hearing(timeline, from));
      })
      .map(({ from }) => from);
  }

  /** How often the player would count a phase jump, with `reach` seconds of notes handed over. */
  countedJumps(reach: number): number {
    return this.learned.filter(({ at, timeline }, index) => {
      const before = this.learned[index - 1];
      return before !== undefined && isLate(before.timeline, timeline, at, reach);
    }).length;
  }

  learn(): void {
    const { timeline } = this;
    if (this.learned.at(-1)?.timeline === timeline) return;
    this.learned.push({ at: this.now, from: holdsFrom(timeline, this.now), timeline });
  }
}

export interface RoomOptions {
  readonly seed: number;
  readonly musicians: number;
  /** Of the slowest performer, seconds: no delivery takes longer. */
  readonly rtt: number;
  /** What the slowest performer's device renders ahead, seconds. */
  readonly renderAhead: number;
  /** Every clock is wrong by up to this many seconds. */
  readonly clockError: number;
}

export class TransportRoom {
  readonly world: World;
  readonly musicians: Musician[];
  readonly lead: number;
  readonly #rtt: number;

  constructor({ seed, musicians, rtt, renderAhead, clockError }: RoomOptions) {
    this.world = new World(seed);
    const error = (): number => this.world.between(-clockError, clockError);
    this.musicians = Array.from({ length: musicians }, (_, i) => new Musician(this.world, i + 1, error()));
    this.lead = transportLead([{ rtt, renderAhead }]);
    this.#rtt = rtt;
  }

  /** `who` gives the command now; the others hear of it, each at its own time, in any order. */
  command(
    who: Musician,
    command: Command,
    delay: (to: Musician) => number = () => this.world.between(0, this.#rtt),
  ): void {
    const delta = who.command(command, this.lead);
    if (!delta) return;
    const bytes = encodeDelta(delta, { explicitActor: false, nowMs: who.now * 1000 });
    for (const other of this.musicians)
      if (other !== who) this.world.after(delay(other), () => other.receive(who.replica.actor, bytes));
  }

  /** Somebody new, who is given what `from` has. */
  join(from: Musician): Musician {
    const musician = new Musician(this.world, this.musicians.length + 1, 0);
    musician.load(from.snapshot());
    this.musicians.push(musician);
    return musician;
  }
}
