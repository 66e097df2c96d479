/**
 * Room time minus local time, from pings: a straight line through the samples of the last minutes,
 * each weighted by how much longer its round trip took than the best one. What the estimate is used
 * for (slewing, stepping, holding over) is the room clock's matter.
 *
 * A round trip that took `e` longer than the shortest may be wrong by up to `e / 2` and no more, which
 * is why queues and retries hurt little. Unequal path lengths cannot be seen by anybody who pings:
 * hence the error bound, which is never less than half the best round trip.
 */
import type { LocalTime, RoomTime } from "./instants.ts";
import { type Fit, fitAt, fitDeviation, fitLine, quantile, type SlopePrior } from "./regression.ts";

export interface PingSample {
  readonly sent: LocalTime;
  readonly received: LocalTime;
  readonly serverReceived: RoomTime;
  readonly serverSent: RoomTime;
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

interface Trip {
  /** The middle of the round trip, local time. */
  readonly at: number;
  readonly offset: number;
  readonly rtt: number;
}

/** Seconds of samples that one line is drawn through: long enough for the drift, short enough for its wander. */
const WINDOW = 200;
const MAX_TRIPS = 160;
/** Without data: clocks of computers are within some hundred ppm, seldom more. */
const UNKNOWN_DRIFT: SlopePrior = { slope: 0, deviation: 400e-6 };
/** What a learned drift is still worth when its samples are gone, e.g. after a long time offline. */
const LEARNED_DEVIATION = 30e-6;
/** Timestamps are not better than this: browsers round `performance.now()` to 5 to 100 µs. */
const RESOLUTION = 20e-6;
/** A sample that contradicts the line by more than every known error and this means that a clock jumped. */
const JUMP_MARGIN = 1e-3;
const MAX_DRIFT = 1e-3;

export const roundTrip = (sample: PingSample): number =>
  Math.max(0, sample.received - sample.sent - (sample.serverSent - sample.serverReceived));

const toTrip = (sample: PingSample): Trip => ({
  at: (sample.sent + sample.received) / 2,
  offset: (sample.serverReceived - sample.sent + (sample.serverSent - sample.received)) / 2,
  rtt: roundTrip(sample),
});

export class OffsetEstimator {
  #trips: Trip[] = [];
  #fit: Fit | null = null;
  #shortest = 0;
  #prior: SlopePrior;
  readonly #firstPrior: SlopePrior;
  /** Samples in a row that the line cannot explain. */
  #contradictions = 0;

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

  /** Takes a round trip in; the order of arrival does not matter. */
  add(sample: PingSample): void {
    const trip = toTrip(sample);
    this.#contradictions = this.#contradicts(trip) ? this.#contradictions + 1 : 0;
    if (this.#contradictions >= 2) {
      this.#trips = this.#trips.slice(1 - this.#contradictions);
      this.#contradictions = 0;
    }
    const oldest = trip.at - WINDOW;
    if (this.#fit && this.#trips.length > 8 && this.#trips.every(({ at }) => at < oldest))
      this.#prior = { slope: this.#fit.slope, deviation: LEARNED_DEVIATION };
    this.#trips.push(trip);
    this.#trips = this.#trips.filter(({ at }) => at >= oldest).slice(-MAX_TRIPS);
    this.#refit();
  }

  /** The offset at `now`, which may be before or after the samples; null without any. */
  estimate(now: LocalTime): OffsetEstimate | null {
    const fit = this.#fit;
    if (!fit) return null;
    return {
      offset: fitAt(fit, now),
      drift: fit.slope * 1e6,
      errorBound: this.#shortest / 2 + 3 * fitDeviation(fit, now) + RESOLUTION,
      rtt: this.#shortest,
    };
  }

  /** Whether a round trip of this length says much: it took no longer than the better half does. */
  isGood(rtt: number): boolean {
    return (
      rtt <=
      quantile(
        this.#trips.map((trip) => trip.rtt),
        0.5,
      )
    );
  }

  reset(): void {
    this.#trips = [];
    this.#fit = null;
    this.#prior = this.#firstPrior;
    this.#contradictions = 0;
  }

  /** The true offset lies within half the round trip of the sample's; is that out of the line's reach? */
  #contradicts(trip: Trip): boolean {
    const estimate = this.estimate(trip.at as LocalTime);
    const newest = this.#trips.at(-1);
    if (!estimate || !newest) return false;
    const reach =
      trip.rtt / 2 + estimate.errorBound + MAX_DRIFT * Math.abs(trip.at - newest.at) + JUMP_MARGIN;
    return Math.abs(trip.offset - estimate.offset) > reach;
  }

  #refit(): void {
    const trips = this.#trips;
    this.#shortest = trips.reduce((least, { rtt }) => Math.min(least, rtt), Number.POSITIVE_INFINITY);
    // The better quarter scatters by itself: within it, a longer trip says nothing about a worse offset.
    const usual =
      quantile(
        trips.map(({ rtt }) => rtt - this.#shortest),
        0.25,
      ) / 2;
    const floor = RESOLUTION ** 2 + usual ** 2;
    this.#fit = fitLine(
      trips.map(({ at, offset, rtt }) => {
        const worst = (rtt - this.#shortest) / 2;
        return { x: at, y: offset, weight: 1 / (floor + worst * worst) };
      }),
      this.#prior,
    );
  }
}
