/** What a way did to the probe: how alike each stretch of the sweep is, what is left at its top, how far apart the sides are. Pure. */
import { median, percentile } from "../stats.ts";
import { PROBE, PROBE_RATE, PROBE_SECONDS, probe, SWEEP } from "./sounds.ts";
import type { Stereo } from "./recorded.ts";

export interface Quality {
  /** Of 50 ms stretches of the sweep, each laid where it fits best: 1 is the same. */
  readonly correlation: number;
  readonly correlationP10: number;
  /** Level of the sweep's last tenth, where it is near 16 kHz, against what was sent. dB */
  readonly top: number;
  /** Level of the right side against the left while the tone is on the left alone. dB */
  readonly otherSide: number;
}

/** Seconds. */
const STRETCH = 0.05;
/** A jitter buffer stretches time: a stretch may lie this much off the one before. Seconds. */
const REACH = 0.02;
const QUIET = 0.01;

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
const decibels = (ratio: number): number => 20 * Math.log10(Math.max(ratio, 1e-6));

/** Normalised: 1 is the same but for its level. */
function alike(sent: Float32Array, heard: Float32Array): number {
  let [product, a, b] = [0, 0, 0];
  for (let i = 0; i < sent.length; i++) {
    const [x, y] = [sent[i] ?? 0, heard[i] ?? 0];
    product += x * y;
    a += x * x;
    b += y * y;
  }
  return product / Math.max(1e-12, Math.sqrt(a * b));
}

/** Where the sweep begins: the first sound after half a second of silence. -1: nowhere. */
function sweepBegins(samples: Float32Array): number {
  let quiet = 0;
  for (let i = 0; i < samples.length; i++) {
    if (Math.abs(samples[i] ?? 0) < QUIET) quiet += 1;
    else if (quiet > PROBE_RATE / 2) return i;
    else quiet = 0;
  }
  return -1;
}

/** Null where no whole turn of the probe is in the recording, at 48 kHz. Twice its length and a little is enough. */
export function qualityOf({ channels: [left, right], sampleRate }: Stereo): Quality | null {
  if (sampleRate !== PROBE_RATE) throw new Error(`recorded at ${sampleRate} Hz`);
  const begins = sweepBegins(left);
  const rest = Math.round((PROBE_SECONDS - PROBE.silence) * PROBE_RATE);
  if (begins < 0 || begins + rest > left.length) return null;
  const sent = probe()[0].subarray(PROBE.silence * PROBE_RATE);
  const size = STRETCH * PROBE_RATE;
  let offset = begins;
  const found: number[] = [];
  for (let from = size; from + 2 * size < PROBE.sweep * PROBE_RATE; from += size) {
    const stretch = sent.subarray(from, from + size);
    let best = { value: -1, shift: 0 };
    for (let shift = -REACH * PROBE_RATE; shift <= REACH * PROBE_RATE; shift++) {
      const at = offset + from + shift;
      const value = alike(stretch, left.subarray(at, at + size));
      if (value > best.value) best = { value, shift };
    }
    // What is badly alike says nothing of where it lies.
    if (best.value > 0.5) offset += best.shift;
    found.push(best.value);
  }
  const tenth = (PROBE.sweep * PROBE_RATE) / 10;
  const last = PROBE.sweep * PROBE_RATE - tenth;
  const top = (samples: Float32Array, at: number) =>
    rms(samples.subarray(at, at + tenth - 0.01 * PROBE_RATE));
  const tone = begins + (PROBE.sweep + PROBE.tone / 4) * PROBE_RATE;
  const middle = (samples: Float32Array) => rms(samples.subarray(tone, tone + (PROBE.tone / 2) * PROBE_RATE));
  return {
    correlation: median(found),
    correlationP10: percentile(found, 10),
    top: decibels(top(left, offset + last) / top(sent, last)),
    otherSide: decibels(middle(right) / middle(left)),
  };
}

/** From here to its end is the sweep's last tenth. Hz */
export const TOP_HERTZ = SWEEP.from + 0.9 * (SWEEP.to - SWEEP.from);
