/**
 * A weighted straight line through samples, with a prior on its slope: what the offset estimator and
 * the audio map both rest on. Two clocks seldom run more than some hundred ppm apart, so a few samples
 * close together must not be read as a steep slope; the prior says so until the data know better.
 */

export interface Sample {
  readonly x: number;
  readonly y: number;
  /** One over the variance of `y`. */
  readonly weight: number;
}

export interface SlopePrior {
  readonly slope: number;
  /** Standard deviation of the slope about that. */
  readonly deviation: number;
}

export interface Fit {
  /** Weighted centre of the samples: the point of the line that is known best. */
  readonly x: number;
  readonly y: number;
  readonly slope: number;
  /** Variances of `y` and of `slope`; they are independent of each other. */
  readonly yVariance: number;
  readonly slopeVariance: number;
}

/** Null without any weight. Samples that scatter more than their weights say widen the variances. */
export function fitLine(samples: readonly Sample[], prior: SlopePrior): Fit | null {
  let weight = 0;
  let xSum = 0;
  let ySum = 0;
  // Sums are taken from the first sample, so that long times do not eat the digits.
  const { x: originX, y: originY } = samples[0] ?? { x: 0, y: 0 };
  for (const sample of samples) {
    weight += sample.weight;
    xSum += sample.weight * (sample.x - originX);
    ySum += sample.weight * (sample.y - originY);
  }
  if (!(weight > 0)) return null;
  const x = xSum / weight;
  const y = ySum / weight;
  let xx = 0;
  let xy = 0;
  for (const sample of samples) {
    const dx = sample.x - originX - x;
    xx += sample.weight * dx * dx;
    xy += sample.weight * dx * (sample.y - originY - y);
  }
  const precision = 1 / (prior.deviation * prior.deviation);
  const slope = (xy + precision * prior.slope) / (xx + precision);
  let scatter = 0;
  for (const sample of samples) {
    const rest = sample.y - originY - y - slope * (sample.x - originX - x);
    scatter += sample.weight * rest * rest;
  }
  const excess = Math.max(1, scatter / Math.max(1, samples.length - 2));
  return {
    x: originX + x,
    y: originY + y,
    slope,
    yVariance: excess / weight,
    slopeVariance: excess / (xx + precision),
  };
}

export const fitAt = (fit: Fit, x: number): number => fit.y + fit.slope * (x - fit.x);

export const fitDeviation = (fit: Fit, x: number): number =>
  Math.sqrt(fit.yVariance + (x - fit.x) * (x - fit.x) * fit.slopeVariance);

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
