/**
 * Room time as this page reads it. An estimator says what the server's clock shows; the servo here
 * follows it without ever running backwards: small differences are slewed, large ones stepped, and a
 * step begins a new generation, after which plans are made again. Without the server the clock holds
 * over on its last drift. Sending pings, and knowing what time it is, is the shell's.
 */
import { assert } from "../lib/assert.ts";
import { type LocalTime, localTime, type RoomTime } from "./instants.ts";
import { type Course, lineAt, roomTimeAt, straight } from "./course.ts";
import { at, inverse, type Line } from "./line.ts";
import { OffsetEstimator, type PingSample, roundTrip } from "./offset-estimator.ts";

/**
 * `unlocked`: no idea yet. `locking`: a rough one, or fewer than five samples. `locked`: within the
 * error bound. `holdover`: the server is not heard; the error bound grows.
 */
export type ClockState = "unlocked" | "locking" | "locked" | "holdover";

export interface RoomClockStatus {
  readonly state: ClockState;
  /** Room time minus local time, as the clock shows it; 0 while unlocked. */
  readonly offset: number;
  /** How much faster room time runs than local time, ppm. */
  readonly drift: number;
  /** The clock's distance from the server's, at most, in seconds; 0 while unlocked. */
  readonly errorBound: number;
  readonly rtt: number;
  /** Offset of the newest good sample minus the clock's, seconds. */
  readonly residual: number;
}

/** Samples of one life of the server that make a lock. */
const LOCK_SAMPLES = 5;
/** Differences up to this are slewed, larger ones stepped. */
const STEP = 0.02;
/** While nothing sounds it steps from here on: nobody hears it, and whoever comes in comes in right. */
const SILENT_STEP = 0.0005;
const MAX_SLEW = 1000e-6;
/** A slew takes this long at least: half the length of a usual ping interval. */
const SLEW_SECONDS = 1;
const SILENCE = 10;
/** What is said of a clock that knows only the welcome's time. */
const SEED_ERROR = 0.25;

const BURST_PINGS = 12;
const BURST_FIRST = 0.02;
const BURST_INTERVAL = 0.05;
/** After the burst twice a second up to here, then every two seconds. */
const SETTLED_AFTER = 8;
const SETTLING_INTERVAL = 0.5;
const SETTLED_INTERVAL = 2;
/** A timer may fire this much early without asking for the same ping again. */
const TIMER_SLACK = 0.01;

/** From where the course is at `now` back onto `target`, at most 1,000 ppm faster or slower than it. */
function slew(course: Course, target: Line, now: LocalTime): Course {
  const y = at(lineAt(course, now), now);
  const difference = at(target, now) - y;
  const seconds = Math.max(SLEW_SECONDS, Math.abs(difference) / MAX_SLEW);
  const slewing = { x: now, y, rate: target.rate + difference / seconds };
  const until = localTime(now + seconds);
  return { slewing, until, settled: { x: until, y: at(slewing, until), rate: target.rate } };
}

export class RoomClock {
  #estimator = new OffsetEstimator();
  #epoch: number | null = null;
  /** A server's new life, until enough is known of it. */
  #candidate: { readonly epoch: number; readonly estimator: OffsetEstimator } | null = null;
  #course: Course | null = null;
  #hasLocked = false;
  #isHeard = true;
  #lastPong: LocalTime | null = null;
  #isConnected = false;
  #startedAt: LocalTime | null = null;
  #residual = 0;
  #generation = 0;

  /** Grows with every step. Within a generation room time is monotonic. */
  get generation(): number {
    return this.#generation;
  }

  /** (Re)connected: ask quickly again. What is known stays in force. */
  restart(now: LocalTime): void {
    this.#startedAt = now;
  }

  /** What it shows is wrong: it begins anew with the next welcome. Room time that is held over goes with it. */
  forget(): void {
    this.#estimator = new OffsetEstimator();
    this.#epoch = null;
    this.#candidate = null;
    this.#hasLocked = false;
    this.#course = null;
  }

  /** Whether music sounds by this clock: while none does, a difference is stepped and not slewed. */
  setHeard(isHeard: boolean): void {
    this.#isHeard = isHeard;
  }

  /** The server is not reachable: hold over until the next pong. */
  handleDisconnected(_now: LocalTime): void {
    this.#isConnected = false;
    this.#candidate = null;
  }

  /** The welcome's room time, good to a trip. Only a clock that has none takes it. */
  seed(now: LocalTime, room: RoomTime): void {
    if (this.#course === null) this.#step({ x: now, y: room, rate: 1 });
  }

  /**
   * Takes a pong in. The first of a new life of the server (`clockEpoch`) changes nothing: the clock
   * holds over until five are there, and then treats the difference like any other.
   */
  handlePong(sample: PingSample, clockEpoch: number): void {
    const estimator = this.#estimatorOf(clockEpoch);
    estimator.add(sample);
    if (estimator !== this.#estimator) {
      if (estimator.size < LOCK_SAMPLES) return;
      this.#adopt(clockEpoch, estimator);
    }
    this.#isConnected = true;
    this.#lastPong = sample.received;
    this.#follow(sample.received);
    if (estimator.isGood(roundTrip(sample))) {
      const room = (sample.serverReceived + sample.serverSent) / 2;
      const local = localTime((sample.sent + sample.received) / 2);
      this.#residual = room - this.roomAt(local);
    }
  }

  /**
   * When the next ping is due: 12 within 0.6 s of a (re)start, then 2 a second, from 8 s on one every
   * 2 s. Always later than `now`, so pings that a busy page has missed are not made up for. A local
   * clock that was set back before the start starts anew.
   */
  nextPingAt(now: LocalTime): LocalTime {
    const start = this.#startedAt === null ? now : localTime(Math.min(this.#startedAt, now));
    this.#startedAt = start;
    const after = now - start + TIMER_SLACK;
    const burst = Math.max(0, Math.ceil((after - BURST_FIRST) / BURST_INTERVAL));
    if (burst < BURST_PINGS) return localTime(start + BURST_FIRST + burst * BURST_INTERVAL);
    const interval = after < SETTLED_AFTER ? SETTLING_INTERVAL : SETTLED_INTERVAL;
    return localTime(start + Math.ceil(after / interval) * interval);
  }

  /** Whether there is any room time yet. */
  get hasTime(): boolean {
    return this.#course !== null;
  }

  /** Room time at a local instant. Law: monotonic in `now` within a generation. */
  roomAt(now: LocalTime): RoomTime {
    return roomTimeAt(this.course, now);
  }

  /** The same in whole ms, as stamps have it; 0 while there is none, and never below. */
  roomMs(now: LocalTime): number {
    return this.hasTime ? Math.max(0, Math.round(this.roomAt(now) * 1_000)) : 0;
  }

  /** Law: `roomAt(localAt(r)) === r` up to rounding. */
  localAt(room: RoomTime): LocalTime {
    const { course } = this;
    const line = room < course.settled.y ? course.slewing : course.settled;
    return localTime(at(inverse(line), room));
  }

  /** How room time runs from here on, until a pong changes it. */
  get course(): Course {
    assert(this.#course, "room time asked of an unlocked clock");
    return this.#course;
  }

  status(now: LocalTime): RoomClockStatus {
    const state = this.#state(now);
    if (this.#course === null) return { state, offset: 0, drift: 0, errorBound: 0, rtt: 0, residual: 0 };
    const offset = this.roomAt(now) - now;
    const estimate = this.#estimator.estimate(now);
    if (!estimate) return { state, offset, drift: 0, errorBound: SEED_ERROR, rtt: 0, residual: 0 };
    return {
      state,
      offset,
      drift: estimate.drift,
      errorBound: estimate.errorBound + Math.abs(estimate.offset - offset),
      rtt: estimate.rtt,
      residual: this.#residual,
    };
  }

  #state(now: LocalTime): ClockState {
    if (this.#course === null) return "unlocked";
    if (!this.#hasLocked) return "locking";
    const isSilent = this.#lastPong === null || now - this.#lastPong > SILENCE;
    return isSilent || !this.#isConnected || this.#candidate ? "holdover" : "locked";
  }

  #estimatorOf(clockEpoch: number): OffsetEstimator {
    if (clockEpoch === this.#epoch) return this.#estimator;
    if (!this.#hasLocked) {
      this.#adopt(clockEpoch, new OffsetEstimator());
      return this.#estimator;
    }
    // The new life most likely runs on the same quartz: its drift is known.
    if (this.#candidate?.epoch !== clockEpoch) {
      const drift = this.#estimator.estimate(this.#lastPong ?? localTime(0))?.drift;
      this.#candidate = { epoch: clockEpoch, estimator: new OffsetEstimator(drift) };
    }
    return this.#candidate.estimator;
  }

  #adopt(clockEpoch: number, estimator: OffsetEstimator): void {
    this.#epoch = clockEpoch;
    this.#estimator = estimator;
    this.#candidate = null;
  }

  /** Brings the servo onto the newest estimate, by a slew or by a step. */
  #follow(now: LocalTime): void {
    const estimate = this.#estimator.estimate(now);
    if (!estimate) return;
    const target: Line = { x: now, y: now + estimate.offset, rate: 1 + estimate.drift / 1e6 };
    const course = this.#course;
    const isLocking = !this.#hasLocked;
    if (this.#estimator.size >= LOCK_SAMPLES) this.#hasLocked = true;
    const difference = course ? Math.abs(target.y - at(lineAt(course, now), now)) : Number.POSITIVE_INFINITY;
    if (course === null || difference > (isLocking || !this.#isHeard ? SILENT_STEP : STEP))
      this.#step(target);
    else this.#course = slew(course, target, now);
  }

  #step(target: Line): void {
    this.#course = straight(target);
    this.#generation++;
  }
}
