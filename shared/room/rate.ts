/** A token bucket as arithmetic: how many messages a connection may still send. Time comes from outside. */
export interface Bucket {
  readonly tokens: number;
  /** When `tokens` was right, in monotonic seconds. */
  readonly at: number;
}

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export const fullBucket = (rate: Rate, now: number): Bucket => ({ tokens: rate.burst, at: now });

/** What is in it now; refilled, and never more than the burst. */
export function tokensAt(bucket: Bucket, rate: Rate, now: number): number {
  return Math.min(rate.burst, bucket.tokens + Math.max(0, now - bucket.at) * rate.perSecond);
}

/** The bucket with one token less, or null when it is empty: then nothing is taken. */
export function takeToken(bucket: Bucket, rate: Rate, now: number): Bucket | null {
  const tokens = tokensAt(bucket, rate, now) - 1;
  return tokens < 0 ? null : { tokens, at: now };
}
