/** What is sent, the same by every way: sharp onsets to time, and a second of each thing that a codec may lose. */
import type { Beeps } from "../../e2e/support/beeps.ts";

/** Seconds from one onset to the next: more than any delay here, so that none is taken for another. */
export const CLICK_EVERY = 0.4;
/** The same as a jam: one each beat. */
export const CLICKS: Beeps = { steps: [0, 4, 8, 12], tempo: 60 / CLICK_EVERY };

export const PROBE_RATE = 48_000;
/** One turn of the probe, in seconds: silence, a sweep on both sides, a tone on the left alone. */
export const PROBE = { silence: 1, sweep: 2, tone: 1 } as const;
export const PROBE_SECONDS = PROBE.silence + PROBE.sweep + PROBE.tone;
export const SWEEP = { from: 100, to: 16_000 } as const;
const LEVEL = 0.3;
const TONE = 1_000;
/** The ends of a part rise and fall, so that they do not click. Seconds. */
const EDGE = 0.005;

/** Both channels of one turn. */
export function probe(): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const channels: [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] = [
    new Float32Array(PROBE_SECONDS * PROBE_RATE),
    new Float32Array(PROBE_SECONDS * PROBE_RATE),
  ];
  const edge = (t: number, length: number): number => Math.min(1, t / EDGE, (length - t) / EDGE);
  for (let i = 0; i < PROBE.sweep * PROBE_RATE; i++) {
    const t = i / PROBE_RATE;
    const rise = (SWEEP.to - SWEEP.from) / PROBE.sweep;
    const value =
      LEVEL * edge(t, PROBE.sweep) * Math.sin(2 * Math.PI * (SWEEP.from * t + (rise * t * t) / 2));
    for (const channel of channels) channel[PROBE.silence * PROBE_RATE + i] = value;
  }
  for (let i = 0; i < PROBE.tone * PROBE_RATE; i++) {
    const t = i / PROBE_RATE;
    channels[0][(PROBE.silence + PROBE.sweep) * PROBE_RATE + i] =
      LEVEL * edge(t, PROBE.tone) * Math.sin(2 * Math.PI * TONE * t);
  }
  return channels;
}
