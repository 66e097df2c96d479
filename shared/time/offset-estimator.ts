/**
 * Room time minus local time, from pings: a straight line along the quickest packets of the last
 * minutes. What belongs together is decided here: how long a sample counts, which one contradicts
 * the others, what is left of a drift when its samples are gone. What the estimate is used for
 * (slewing, stepping, holding over) is the room clock's matter.
 *
 * Unequal path lengths cannot be seen by anybody who pings: hence the error bound, which is never less
 * than half the best round trip.
 */
import { type DelayFit, fitDelays, type Trip, tripTime, wander } from "./delay-fit.ts";
import type { LocalTime, RoomTime } from "./instants.ts";
import { fitAt, fitDeviation, median, type SlopePrior } from "./regression.ts";

export interface PingSample {
  readonly sent: LocalTime;
  readonly received: LocalTime;
  readonly serverReceived: RoomTime;
  readonly serverSent: RoomTime;
  /** Seconds by which the server's thread may have read the ping late. */
  readonly serverDelay?: number;
}

export interface OffsetEstimate {
  /** Room time minus local time, seconds. */
  readonly offset: number;
  /** How much faster room time runs than local time, ppm. */
  readonly drift: number;
  /** The true offset is within this of `offset` (seconds), short of a few in a thousand. */
  readonly errorBound: number;
  /** Shortest round trip in the window, seconds. */
  readonly rtt: number;
}

/** Seconds of samples that one line is drawn through. Older ones say little of a clock that wanders. */
const WINDOW = 600;
const MAX_TRIPS = 340;
/** Without data: clocks of computers are within a hundred ppm or two, seldom more. */
const UNKNOWN_DRIFT: SlopePrior = { slope: 0, deviation: 200e-6 };
/** What a learned drift is still worth when its samples are gone, e.g. after a long time offline. */
const LEARNED_DEVIATION = 30e-6;
/** Timestamps are not better than this: browsers round `performance.now()` to 5 to 100 µs. */
const RESOLUTION = 20e-6;
/** Two samples that contradict each other by more than every known error and this: a clock has jumped. */
const JUMP_MARGIN = 1e-3;
const MAX_DRIFT = 1e-3;
/** Good samples in a row that no wait explains, after which the line is drawn anew from the first of them. */
const STRAYS = 4;
/** With fewer samples the shortest round trip may still be a long one. */
const STRAYS_FROM = 24;
/** What the shortest round trip itself may have waited, as a share of the others' median wait. */
const SHORTEST_WAIT = 0.15;
/** Deviations of the line in the error bound. Where waits are not exponential it is known less well than it says. */
const DEVIATIONS = 6;

export const roundTrip = (sample: PingSample): number => Math.max(0, tripTime(toTrip(sample)));

const toTrip = ({ sent, received, serverReceived, serverSent }: PingSample): Trip => ({
  sent,
  received,
  there: serverReceived - sent,
  back: received - serverSent,
});

const offsetOf = ({ there, back }: Trip): number => (there - back) / 2;

/** How far two things known of the offset may differ with no clock having jumped in the seconds between. */
const reach = (bound: number, otherBound: number, seconds: number): number =>
  bound + otherBound + MAX_DRIFT * Math.abs(seconds) + JUMP_MARGIN;

export class OffsetEstimator {
  #trips: Trip[] = [];
  /** The newest trip, when the line cannot explain it; not in use until another one confirms it. */
  #suspect: Trip | null = null;
  /** The newest good samples in a row that lie off the line by more than they can have waited. */
  #strays: Trip[] = [];
  #fit: DelayFit | null = null;
  #shortest = 0;
  #serverDelay = 0;
  #prior: SlopePrior;
  readonly #firstPrior: SlopePrior;

  /** `drift` (ppm) is what is known already, e.g. from the server's life before this one. */
  constructor(drift?: number) {
    this.#firstPrior =
      drift === undefined ? UNKNOWN_DRIFT : { slope: drift / 1e6, deviation: LEARNED_DEVIATION };
    this.#prior = this.#firstPrior;
  }

  /** Samples in use. */
  get size(): number {
    return this.#trips.length;
  }

  /**
   * Takes a round trip in; the order of arrival does not matter. A sample that contradicts all before
   * is set aside; a second one that agrees with it takes their place. One that ended before it began
   * (a clock jumped on its way) says nothing.
   */
  add(sample: PingSample): void {
    const trip = toTrip(sample);
    if (tripTime(trip) < -JUMP_MARGIN) return;
    this.#serverDelay = sample.serverDelay ?? 0;
    if (this.#contradicts(trip)) {
      const suspect = this.#suspect;
      this.#suspect = trip;
      if (!suspect || !agree(suspect, trip)) return;
      this.#forget([suspect]);
    }
    this.#suspect = null;
    this.#watchStrays(trip);
    const oldest = trip.received - WINDOW;
    if (this.#trips.every(({ received }) => received < oldest)) this.#forget([]);
    this.#trips.push(trip);
    this.#trips = this.#trips.filter(({ received }) => received >= oldest).slice(-MAX_TRIPS);
    this.#shortest = Math.max(0, Math.min(...this.#trips.map(tripTime)));
    this.#fit = fitDelays(this.#trips, this.#prior, this.#fit);
  }

  /** The offset at `now`, which may be before or after the samples; null without any. */
  estimate(now: LocalTime): OffsetEstimate | null {
    const line = this.#fit?.line;
    if (!line) return null;
    const since = Math.max(0, now - line.x);
    return {
      offset: fitAt(line, now),
      drift: line.slope * 1e6,
      errorBound:
        (this.#shortest + this.#serverDelay) / 2 +
        DEVIATIONS * Math.hypot(fitDeviation(line, now), wander(since)) +
        RESOLUTION,
      rtt: this.#shortest,
    };
  }

  /** Whether a round trip of this length says much: it took no longer than the better half does. */
  isGood(rtt: number): boolean {
    return rtt <= median(this.#trips.map(tripTime));
  }

  reset(): void {
    this.#trips = [];
    this.#suspect = null;
    this.#strays = [];
    this.#fit = null;
    this.#prior = this.#firstPrior;
  }

  /** Drops all other samples and keeps what they have taught of the drift: a quartz outlives a jump. */
  #forget(others: readonly Trip[]): void {
    const line = this.#fit?.line;
    if (line && line.slopeVariance < LEARNED_DEVIATION ** 2)
      this.#prior = { slope: line.slope, deviation: LEARNED_DEVIATION };
    this.#trips = [...others];
    this.#strays = [];
    this.#fit = null;
  }

  /**
   * A small jump of a clock, or a change of its rate, contradicts nobody outright: each sample may have
   * waited. But one that took e longer than the shortest is off by e / 2 at most, and several good ones
   * in a row that are further off mean that what came before them was another line.
   */
  #watchStrays(trip: Trip): void {
    const middle = (trip.sent + trip.received) / 2;
    const line = this.#fit?.line;
    const usual = median(this.#trips.map(tripTime));
    if (!line || this.#trips.length < STRAYS_FROM || tripTime(trip) > usual) return;
    const waited = tripTime(trip) - this.#shortest + SHORTEST_WAIT * (usual - this.#shortest);
    const unsure = DEVIATIONS * Math.hypot(fitDeviation(line, middle), wander(middle - line.x)) + RESOLUTION;
    if (Math.abs(offsetOf(trip) - fitAt(line, middle)) <= Math.max(0, waited) / 2 + unsure) this.#strays = [];
    else this.#strays.push(trip);
    const first = this.#strays[0];
    if (first && this.#strays.length >= STRAYS)
      this.#forget(this.#trips.filter(({ received }) => received >= first.received));
  }

  /** The true offset lies within half the round trip of the sample's; is that out of the line's reach? */
  #contradicts(trip: Trip): boolean {
    const estimate = this.estimate(trip.received as LocalTime);
    const newest = this.#trips.at(-1);
    if (!estimate || !newest) return false;
    const limit = reach(tripTime(trip) / 2, estimate.errorBound, trip.received - newest.received);
    return Math.abs(offsetOf(trip) - estimate.offset) > limit;
  }
}

const agree = (one: Trip, other: Trip): boolean =>
  Math.abs(offsetOf(one) - offsetOf(other)) <=
  reach(tripTime(one) / 2, tripTime(other) / 2, one.received - other.received);
