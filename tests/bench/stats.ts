/**
 * What a benchmark says of its samples: order statistics, and an interval that tells how far to trust
 * them. Pure; randomness comes in, so that the same samples give the same interval.
 */
import type { Random } from "#shared/lib/random.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export type Statistic = (samples: readonly number[]) => number;

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

/**
 * Where a statistic of these samples lies with 95 % confidence: the percentile bootstrap.
 *
 * A single sample gives an interval of no width; without samples both ends are NaN.
 * Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
 */
export function bootstrapInterval(
  samples: readonly number[],
  statistic: Statistic,
  options: { readonly random: Random; readonly resamples?: number },
): Interval {
  const { random, resamples = 1_000 } = options;
  const draw = () => samples[Math.floor(random() * samples.length)] ?? Number.NaN;
  const values = Array.from({ length: resamples }, () => statistic(Array.from(samples, draw)));
  const sorted = ascending(values);
  return { low: quantileOfSorted(sorted, 0.025), high: quantileOfSorted(sorted, 0.975) };
}
