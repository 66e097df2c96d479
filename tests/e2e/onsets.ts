/**
 * When notes begin in a recording. For sounds that rise out of silence or of what rings: a jump of the
 * short-time energy finds the place, the first sample above the noise before it the instant.
 */

export interface OnsetOptions {
  /** Amplitude below which nothing counts. */
  readonly floor: number;
  /** Two onsets are at least this far apart, in seconds. */
  readonly apart: number;
  /** How many times louder than just before a note must be. */
  readonly rise: number;
}

const STANDARD: OnsetOptions = { floor: 0.002, apart: 0.03, rise: 4 };
/** Frames that loudness is judged over: 1.3 ms at 48 kHz. */
const WINDOW = 64;

/** Seconds from the first sample to each onset, exact to the sample where a note rises out of silence. */
export function onsets(
  samples: Float32Array,
  sampleRate: number,
  options: Partial<OnsetOptions> = {},
): number[] {
  const { floor, apart, rise } = { ...STANDARD, ...options };
  const found: number[] = [];
  let next = 0;
  for (let window = 0; window + WINDOW <= samples.length; window += WINDOW) {
    if (window < next) continue;
    const loudness = peak(samples, window, window + WINDOW);
    const before = peak(samples, window - 4 * WINDOW, window);
    if (loudness < floor || loudness < rise * before) continue;
    const threshold = Math.max(floor / 10, before * 1.5, loudness * 0.01);
    let frame = Math.max(0, window - WINDOW);
    while (Math.abs(samples[frame] as number) <= threshold) frame++;
    found.push(frame / sampleRate);
    next = frame + apart * sampleRate;
  }
  return found;
}

function peak(samples: Float32Array, from: number, to: number): number {
  let highest = 0;
  for (let i = Math.max(0, from); i < to; i++) highest = Math.max(highest, Math.abs(samples[i] as number));
  return highest;
}

/**
 * For each onset expected, the distance to the nearest one found (found − expected, seconds); null
 * where none is within `reach`.
 */
export const errors = (
  expected: readonly number[],
  found: readonly number[],
  reach = 0.05,
): (number | null)[] =>
  expected.map((time) => {
    const distances = found.map((onset) => onset - time).filter((distance) => Math.abs(distance) <= reach);
    return distances.length === 0 ? null : distances.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));
  });
