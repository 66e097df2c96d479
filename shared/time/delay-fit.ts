/**
 * The line between two clocks that explains the one-way delays of many round trips best.
 *
 * A queue holds a packet up and never hurries it. So the delays of one way lie above a lower edge, and
 * a line along the two edges errs as 1/n in the number of packets, where one through the middle of the
 * round trips errs as 1/√n, and far off when only one way is busy. The edge is found by maximum
 * likelihood: a delay is the base's, plus an exponential wait, plus a blur of both signs that keeps a
 * single packet from deciding alone. Source: Moon, Skelly and Towsley, "Estimation and removal of
 * clock skew from network delay measurements" (1999), who let no packet lie below the line: no blur.
 */
import { type Fit, median, type SlopePrior } from "./regression.ts";

/** What one round trip says; delays are differences of two clocks, so only their sum means something. */
export interface Trip {
  /** Local seconds. */
  readonly sent: number;
  readonly received: number;
  /** Room time on arrival minus local time on departure, seconds. */
  readonly there: number;
  /** Local time on arrival minus room time on departure, seconds. */
  readonly back: number;
}

export interface DelayFit {
  /** Room time minus local time by local time. */
  readonly line: Fit;
  /** Seconds that a packet takes which no queue holds up, the same both ways: nobody can tell them apart. */
  readonly base: number;
}

/** One way of a trip, in the coordinates of a fit. `sign` is 1 there and -1 back. */
interface Passage {
  readonly x: number;
  readonly delay: number;
  readonly sign: 1 | -1;
  /** Standard deviation of what is not waiting, seconds. */
  readonly blur: number;
}

/** Offset, slope, base. */
type Vector = readonly [number, number, number];

/** The upper triangle of a symmetric matrix, row by row. */
type Symmetric = readonly [number, number, number, number, number, number];

/** Timestamps are not better than this: browsers round `performance.now()` to 5 to 100 µs. */
const RESOLUTION = 10e-6;
/**
 * The blur as a share of the mean wait, and one wait over the number of trips on top: so near to its
 * edge that many packets come. Hardly any queue is exactly exponential, for of several in a row few
 * packets meet none. On purely exponential waits the blur costs a little, on all others it gains.
 */
const EDGE = 0.05;
/** A clock's rate wanders by this much in a second, and by the root of the time in longer (1/√s). */
const RATE_WANDER = 30e-9;
/** The mean wait expected before any is seen, as a share of the way, and how many trips that is worth. */
const EXPECTED_WAIT = 0.05;
const EXPECTED_WEIGHT = 4;
/** The sum of two exponential waits of mean 1 is below this half of the time. */
const MEDIAN_OF_TWO = 1.678;
/** Where a passage has no say in the curvature, this much keeps a step finite. */
const LEAST_CURVATURE = 1e-4;
const MAX_STEPS = 30;
/** Seconds, and seconds a second: less than any clock shows. */
const CONVERGED = 1e-8;

/** Standard deviation (seconds) of what a clock's wander makes of a line extended by this many seconds. */
export const wander = (seconds: number): number => RATE_WANDER * Math.sqrt(Math.abs(seconds) ** 3 / 3);

export const tripTime = ({ there, back }: Trip): number => there + back;

/** Mean wait of one way: from the trips' medians, so that no queue that comes and goes counts. */
function meanWait(trips: readonly Trip[], shortest: number): number {
  const seen = median(trips.map((trip) => tripTime(trip) - shortest)) / MEDIAN_OF_TWO;
  const expected = Math.max(RESOLUTION, (EXPECTED_WAIT * shortest) / 2);
  return (seen * trips.length + expected * EXPECTED_WEIGHT) / (trips.length + EXPECTED_WEIGHT);
}

/** log(erfc(z) e^(z²) / t), t = 1 / (1 + z / 2), for z >= 0, to 1.2e-7. Source: Numerical Recipes, "erfcc". */
function erfcLog(t: number): number {
  const low = 1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * 0.27886807)));
  const high = -1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277));
  return -1.26551223 + t * (low + t ** 5 * high);
}

/** The normal density at `z` over the normal distribution function at `z`. */
export function inverseMills(z: number): number {
  // Far below, the ratio is its asymptote: the series would cancel in what is made of it.
  if (z < -8) return (Math.sqrt(z * z + 4) - z) / 2;
  const t = 1 / (1 + Math.abs(z) / (2 * Math.SQRT2));
  const tail = t * Math.exp(erfcLog(t));
  if (z < 0) return Math.sqrt(2 / Math.PI) / tail;
  const bell = Math.exp((-z * z) / 2);
  return (Math.sqrt(2 / Math.PI) * bell) / (2 - tail * bell);
}

function invert([a, b, c, d, e, f]: Symmetric): Symmetric {
  const [aa, bb, cc] = [d * f - e * e, c * e - b * f, b * e - c * d];
  const determinant = a * aa + b * bb + c * cc;
  return [
    aa / determinant,
    bb / determinant,
    cc / determinant,
    (a * f - c * c) / determinant,
    (b * c - a * e) / determinant,
    (a * d - b * b) / determinant,
  ];
}

const multiply = ([a, b, c, d, e, f]: Symmetric, [x, y, z]: Vector): Vector => [
  a * x + b * y + c * z,
  b * x + d * y + e * z,
  c * x + e * y + f * z,
];

/**
 * Gradient and curvature of the negative log-likelihood at a line. A residual r has the density of an
 * exponential plus a normal variable: with z = r / blur - blur / wait, its logarithm is
 * -r / wait + log Φ(z) up to a constant. That is concave, so there is one best line.
 */
function slopes(
  passages: readonly Passage[],
  [offset, rate, base]: Vector,
  wait: number,
  prior: SlopePrior,
): { readonly gradient: Vector; readonly curvature: Symmetric } {
  const precision = 1 / prior.deviation ** 2;
  let [g0, g1, g2] = [0, (rate - prior.slope) * precision, 0];
  let [a, b, c, d, e] = [0, 0, 0, precision, 0];
  for (const { x, delay, sign, blur } of passages) {
    const residual = delay - sign * (offset + rate * x) - base;
    const z = residual / blur - blur / wait;
    const mills = inverseMills(z);
    const pull = 1 / wait - mills / blur;
    const weight = Math.max(LEAST_CURVATURE, mills * (mills + z)) / (blur * blur);
    g0 -= sign * pull;
    g1 -= sign * x * pull;
    g2 -= pull;
    a += weight;
    b += weight * x;
    c += sign * weight;
    d += weight * x * x;
    e += sign * weight * x;
  }
  return { gradient: [g0, g1, g2], curvature: [a, b, c, d, e, a] };
}

/** Newton's method. It overshoots at most once: below the edge the curvature only falls towards it. */
function climb(passages: readonly Passage[], start: Vector, wait: number, prior: SlopePrior) {
  let best = start;
  let covariance: Symmetric = [0, 0, 0, 0, 0, 0];
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gradient, curvature } = slopes(passages, best, wait, prior);
    covariance = invert(curvature);
    const [offset, rate, base] = multiply(covariance, gradient);
    best = [best[0] - offset, best[1] - rate, best[2] - base];
    if (Math.abs(offset) + Math.abs(base) < CONVERGED && Math.abs(rate) < CONVERGED) break;
  }
  return { best, covariance };
}

/**
 * The best line through at least one trip. Trips say the less of now the older they are, by what a
 * clock may have wandered since. `before` is a fit of nearly the same trips, to begin from.
 *
 * Law: neither the order of the trips nor `before` changes the result, up to rounding.
 */
export function fitDelays(trips: readonly Trip[], prior: SlopePrior, before: DelayFit | null): DelayFit {
  const shortest = trips.reduce((best, trip) => (tripTime(trip) < tripTime(best) ? trip : best));
  const newest = trips.reduce((latest, { received }) => Math.max(latest, received), Number.NEGATIVE_INFINITY);
  const wait = meanWait(trips, tripTime(shortest));
  const rate = before?.line.slope ?? prior.slope;
  // Everything counts from one trip's offset now, so that long times do not eat the digits.
  const origin = before
    ? before.line.y + rate * (newest - before.line.x)
    : (shortest.there - shortest.back) / 2 + rate * (newest - (shortest.sent + shortest.received) / 2);
  const passages = trips.flatMap(({ sent, received, there, back }): Passage[] => {
    const blur = Math.hypot(RESOLUTION, (EDGE + 1 / trips.length) * wait, wander(newest - received));
    return [
      { x: sent - newest, delay: there - origin, sign: 1, blur },
      { x: received - newest, delay: back + origin, sign: -1, blur },
    ];
  });
  const start: Vector = [0, rate, before?.base ?? tripTime(shortest) / 2];
  const { best, covariance } = climb(passages, start, wait, prior);
  const [offset, slope, base] = best;
  const [variance, common, , slopeVariance] = covariance;
  // Where offset and slope are independent: the point that is known best.
  const centre = -common / slopeVariance;
  return {
    line: {
      x: newest + centre,
      y: origin + offset + slope * centre,
      slope,
      yVariance: Math.max(0, variance - common ** 2 / slopeVariance),
      slopeVariance,
    },
    base,
  };
}
