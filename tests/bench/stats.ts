/**
 * What a benchmark says of its samples: order statistics, and an interval that tells how far to trust
 * them. Pure; randomness comes in, so that the same samples give the same interval.
 */
import type { Random } from "#shared/lib/random.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export type Statistic<Sample> = (samples: readonly Sample[]) => number;

const ascending = (samples: readonly number[]): number[] => samples.toSorted((a, b) => a - b);

/** The quantile `share` (0 to 1) of samples in ascending order, between two of them by a straight line. */
function quantileOfSorted(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * The value below which `percent` of the samples lie; between two samples by a straight line.
 *
 * Law: 0 gives the least sample, 100 the greatest. NaN without samples.
 * Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), definition 7.
 */
export function percentile(samples: readonly number[], percent: number): number {
  return quantileOfSorted(ascending(samples), percent / 100);
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

/** NaN without samples. */
export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** The median of the firsts over the median of the seconds. */
export function ratioOfMedians(pairs: readonly (readonly [number, number])[]): number {
  return median(pairs.map(([first]) => first)) / median(pairs.map(([, second]) => second));
}

/**
 * Where a statistic of these samples lies with 95 % confidence: the percentile bootstrap.
 * Samples that belong together (what two subjects did with one seed) are given as one sample, and are
 * drawn together.
 *
 * A single sample gives an interval of no width; without samples both ends are NaN.
 * Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
 */
export function bootstrapInterval<Sample>(
  samples: readonly Sample[],
  statistic: Statistic<Sample>,
  options: { readonly random: Random; readonly resamples?: number },
): Interval {
  const { random, resamples = 1_000 } = options;
  const draw = () => samples[Math.floor(random() * samples.length)] as Sample;
  const values = Array.from({ length: resamples }, () => statistic(Array.from(samples, draw)));
  const sorted = ascending(values);
  return { low: quantileOfSorted(sorted, 0.025), high: quantileOfSorted(sorted, 0.975) };
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The slope of the line of least squares; its sum of squares in x, and the variance of what it leaves in y. NaN below three points. */
function leastSquares(points: readonly Point[]): { slope: number; squares: number; variance: number } {
  const centreX = mean(points.map(({ x }) => x));
  const centreY = mean(points.map(({ y }) => y));
  const squares = points.reduce((sum, { x }) => sum + (x - centreX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - centreX) * (y - centreY), 0) / squares;
  const left = points.reduce((sum, { x, y }) => sum + (y - centreY - slope * (x - centreX)) ** 2, 0);
  return { slope, squares, variance: points.length > 2 ? left / (points.length - 2) : Number.NaN };
}

/** Few enough for a batch to be longer than what its neighbours share, enough to tell how they scatter. */
const BATCHES = 12;
/** Student's t, 97.5 %, for 1 to 10 degrees of freedom. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/**
 * The slope of y over x, and where it lies with 95 % confidence, where neighbouring samples err alike.
 * Twelve batches of consecutive points are averaged each, and a line is drawn through the averages:
 * what neighbours share is then within a batch, as long as it lasts a fraction of a batch.
 *
 * The points are in the order of x. With fewer than twelve each is a batch; NaN with fewer than three.
 * Source: Schmeiser, "Batch Size Effects in the Analysis of Simulation Output" (1982).
 */
export function slopeInterval(points: readonly Point[]): Interval & { readonly slope: number } {
  const count = Math.min(BATCHES, points.length);
  const batches = Array.from({ length: count }, (_, i) => {
    const batch = points.slice((i * points.length) / count, ((i + 1) * points.length) / count);
    return { x: mean(batch.map(({ x }) => x)), y: mean(batch.map(({ y }) => y)) };
  });
  const { slope, squares, variance } = leastSquares(batches);
  const reach = (STUDENT[count - 3] ?? Number.NaN) * Math.sqrt(variance / squares);
  return { slope, low: slope - reach, high: slope + reach };
}
