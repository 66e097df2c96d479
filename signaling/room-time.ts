/**
 * A room's time in one life of the server: seconds since the room was made, by the server's clock. Where
 * the wall clock was set while the server was away, those who played on know better than it does; the
 * first of them to come back is believed, before anybody has been told a time of this life.
 */
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import type { ServerClock } from "./server-clock.ts";

/** Room time as somebody who came back held it over, when they said so. */
export interface HeldTime {
  readonly roomTime: number;
  /** Seconds. */
  readonly errorBound: number;
}

/** Who knows it worse than this is not asked. Seconds. */
const MOST_ERROR = 0.1;
/** Differences up to this are slewed by every page, and nobody hears that. Seconds. */
const UNHEARD = 0.002;
/** A wall clock is set by minutes; what differs by more than an hour is no memory of this room. Seconds. */
const MOST_DIFFERENCE = 3_600;

export class RoomTimekeeper {
  readonly #clock: ServerClock;
  #createdMs: number;
  #isOpen = true;

  /** `savedMs` is the last room time that was saved: it never falls below, though the wall clock may. */
  constructor(clock: ServerClock, createdMs: number, savedMs: number) {
    this.#clock = clock;
    this.#createdMs = Math.min(createdMs, Math.floor(clock.unixMs() - savedMs));
  }

  /** Unix ms of room time 0, as the next life of the server is to have it. */
  get createdMs(): number {
    return this.#createdMs;
  }

  now(): RoomTime {
    return roomTime((this.#clock.unixMs() - this.#createdMs) / 1000);
  }

  /** Whole ms, from 1: in the document 0 says that there is no room time yet. */
  nowMs(): number {
    return Math.max(1, Math.floor(this.now() * 1000));
  }

  /** Room time that goes out to be measured: from now on it is as it is. */
  told(): RoomTime {
    this.#isOpen = false;
    return this.now();
  }

  /** True when room time was moved to where this one held it. */
  inherit(held: HeldTime): boolean {
    if (!this.#isOpen || held.errorBound > MOST_ERROR) return false;
    this.#isOpen = false;
    const difference = held.roomTime - this.now();
    if (Math.abs(difference) <= UNHEARD || Math.abs(difference) > MOST_DIFFERENCE) return false;
    this.#createdMs -= Math.round(difference * 1000);
    return true;
  }
}
