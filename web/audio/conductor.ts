/**
 * When this browser sounds and when it holds: it keeps the plan of a ready rig up to date, stops it
 * when the device or the machine breaks off, and brings it back in on the grid. The past is never
 * played late.
 */
import type { Jam } from "#shared/music/model.ts";
import { holdsFrom, isLate, isRunning } from "#shared/music/timeline.ts";
import type { LocalClock } from "#shared/ports.ts";
import { roomTime, type RoomTime } from "#shared/time/instants.ts";
import { type Course, lineAt, roomTimeAt } from "#shared/time/course.ts";
import { at, type Line } from "#shared/time/line.ts";
import { entrance, reentrance } from "./entrance.ts";
import { Planner, type PlayerClick } from "./planner.ts";
import { releaseLead } from "./release-plan.ts";
import type { Rig } from "./rig.ts";
import type { Slots } from "./slots.ts";
import { Watchdog } from "./watchdog.ts";

/** The room's clock as this page has it: from local to room time. */
export interface RoomCourse {
  readonly course: Course;
  /** Another generation is a step of the clock. */
  readonly generation: number;
}

export interface ConductorEvents {
  /** Holds, with the cause in words. */
  readonly held: (cause: string) => void;
  readonly entered: () => void;
  /** The machine seems to have slept: the room's clock is to be asked again. */
  readonly slept: () => void;
}

type Why = "entering" | "suspended" | "starved" | "slept";

/** Why it does not sound, and since when (seconds of `performance.now()`). */
interface Hold {
  readonly why: Why;
  readonly since: number;
}

const CAUSES: Record<Exclude<Why, "entering">, string> = {
  suspended: "The browser stopped the sound.",
  starved: "This device cannot keep up with the sound.",
  slept: "This computer slept.",
};
const FADE_IN = 0.05;
/** From now to the first note of one who joins: the plan has to reach the Worker, and a release lead to pass. */
const JOIN_LEAD = 0.25;
/** The same after an interruption. */
const RETURN_LEAD = 0.3;
/** After a sleep the room's clock is to be asked again; without an answer the old one does. */
const CLOCK_PATIENCE = 3;

const seconds = (): number => performance.now() / 1000;

export class Conductor {
  readonly #rig: Rig;
  readonly #clock: LocalClock;
  readonly #events: ConductorEvents;
  readonly #planner: Planner;
  readonly #watchdog = new Watchdog();
  readonly #contextChanged = (): void => this.#lookAtContext();
  #hold: Hold | null = { why: "entering", since: seconds() };
  #jam: Jam | null = null;
  #click: PlayerClick = { metronome: false, countIn: false };
  #room: RoomCourse | null = null;
  /** When the room's clock was last told, in seconds of `performance.now()`. */
  #roomTold = 0;
  /** Nothing is planned before this: the instant of coming in. */
  #entersAt: RoomTime = roomTime(Number.NEGATIVE_INFINITY);
  #phaseJumps = 0;

  constructor(rig: Rig, clock: LocalClock, slots: Slots, events: ConductorEvents) {
    this.#rig = rig;
    this.#clock = clock;
    this.#planner = new Planner(slots);
    this.#events = events;
    rig.context.addEventListener("statechange", this.#contextChanged);
    this.#lookAtContext();
  }

  /** Room time up to which notes are planned; null while nothing is. */
  get horizon(): RoomTime | null {
    return this.#planner.horizon;
  }

  /** Transport changes that this browser learned of too late, and jumped for, while it sounded. */
  get phaseJumps(): number {
    return this.#phaseJumps;
  }

  setJam(jam: Jam): void {
    if (this.#isLate(jam)) this.#phaseJumps++;
    this.#jam = jam;
    if (this.#hold?.why === "entering") this.#tryEnter();
    else this.#replan();
  }

  setClick(click: PlayerClick): void {
    this.#click = click;
    this.#replan();
  }

  setClock(room: RoomCourse): void {
    const stepped = this.#room !== null && this.#room.generation !== room.generation;
    this.#room = room;
    this.#roomTold = seconds();
    if (this.#hold) {
      if (this.#hold.why === "entering") this.#tryEnter();
      return;
    }
    if (stepped) {
      this.#planner.reset();
      this.#rig.releaser.hold();
    }
    this.#sendMaps();
    if (stepped) this.#replan();
  }

  setTrim(trim: number): void {
    this.#rig.clock.setTrim(trim);
    this.#readNow();
  }

  /** Another device plays: its time is measured anew, and what is not released yet goes by the new map. */
  outputChanged(): void {
    this.#rig.clock.relock();
    this.#readNow();
  }

  /** The Worker hears at once how far ahead of the speakers the device now renders. */
  #readNow(): void {
    const { context, clock } = this.#rig;
    if (context.state === "running") clock.read();
    this.#sendMaps();
  }

  /** Four times a second, by the Worker's timer. */
  tick(): void {
    const { context, clock } = this.#rig;
    if (context.state !== "running") return;
    clock.read();
    const verdict = this.#watchdog.judge({
      monotonic: seconds(),
      context: context.currentTime,
      wall: Date.now() / 1000,
    });
    if (verdict === "slept") {
      this.#interrupt("slept");
      this.#events.slept();
    } else if (verdict === "starved") this.#interrupt("starved");
    if (this.#hold) {
      if (this.#hold.why === "entering" || verdict === "fine") this.#tryEnter();
      return;
    }
    this.#sendMaps();
    if (this.#room) this.#rig.releaser.plan(this.#planner.extend(this.#roomNow(this.#room)));
  }

  close(): void {
    this.#rig.context.removeEventListener("statechange", this.#contextChanged);
  }

  #lookAtContext(): void {
    const { context } = this.#rig;
    this.#watchdog.reset();
    if (context.state === "running" || context.state === "closed") return;
    this.#interrupt("suspended");
    // Often it was not meant for good (a headset unplugged): ask once; else a gesture has to.
    context.resume().catch(() => this.#events.held(CAUSES.suspended));
  }

  #interrupt(why: Exclude<Why, "entering">): void {
    this.#hold = { why, since: seconds() };
    this.#planner.reset();
    this.#watchdog.restart();
    this.#rig.releaser.hold();
    this.#rig.clock.relock();
    // On a device that stands still it resolves late; what it is to flush cannot sound before then.
    this.#rig.engine.purge().catch(() => this.#events.held(CAUSES[why]));
    this.#events.held(CAUSES[why]);
  }

  #tryEnter(): void {
    const hold = this.#hold;
    const { context, clock, mixer } = this.#rig;
    if (!hold || !this.#jam || !this.#room || !clock.locked || context.state !== "running") return;
    const waitsForClock = hold.why === "slept" && this.#roomTold <= hold.since;
    if (waitsForClock && seconds() - hold.since < CLOCK_PATIENCE) return;
    const now = this.#roomNow(this.#room);
    const { timeline } = this.#jam;
    this.#entersAt =
      hold.why === "entering" ? entrance(timeline, now, JOIN_LEAD) : reentrance(timeline, now, RETURN_LEAD);
    const maps = clock.maps(this.#roomLine(this.#room));
    if (maps && isRunning(timeline, this.#entersAt))
      mixer.fadeIn(at(maps.contextFromRoom, this.#entersAt), FADE_IN);
    this.#hold = null;
    this.#sendMaps();
    this.#replan();
    this.#events.entered();
  }

  #isLate(jam: Jam): boolean {
    if (this.#hold || !this.#jam || !this.#room) return false;
    const reach = releaseLead(this.#rig.clock.renderAhead);
    return isLate(this.#jam.timeline, jam.timeline, this.#roomNow(this.#room), reach);
  }

  #roomNow(room: RoomCourse): RoomTime {
    return roomTimeAt(room.course, this.#clock.now());
  }

  /** As it runs now: the Worker follows it until the next tick. */
  #roomLine(room: RoomCourse): Line {
    return lineAt(room.course, this.#clock.now());
  }

  #sendMaps(): void {
    if (this.#hold || !this.#room) return;
    const maps = this.#rig.clock.maps(this.#roomLine(this.#room));
    if (maps) this.#rig.releaser.setMaps(maps);
  }

  #replan(): void {
    if (this.#hold || !this.#jam || !this.#room) return;
    const holds = holdsFrom(this.#jam.timeline, this.#roomNow(this.#room));
    const from = roomTime(Math.max(holds, this.#entersAt));
    this.#rig.releaser.plan(this.#planner.update(this.#jam, this.#click, from));
  }
}
