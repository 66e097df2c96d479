/** How much later one recording of a sound is than another of the same instant: by how loud both are from moment to moment. Pure. */

/** Samples that loudness is taken over: 1 ms at 48 kHz, so that a look takes a millisecond of the page's. */
const STEP = 48;
/** Alike to this is the same sound. */
const ALIKE = 0.8;
/** Of the best place, this much is as good: what repeats itself is taken for the least late. */
const AS_GOOD = 0.98;
/** Of the mean loudness: what varies less is a tone or noise, and says nothing of where it is. */
const VARIES = 0.05;

/** Loudness, the newest first. */
function loudness(samples: Float32Array): Float32Array {
  const steps = new Float32Array(Math.floor(samples.length / STEP));
  for (let i = 0; i < steps.length; i++) {
    let sum = 0;
    for (let j = 1; j <= STEP; j++) sum += Math.abs(samples[samples.length - i * STEP - j] ?? 0);
    steps[i] = sum / STEP;
  }
  return steps;
}

/** Of two stretches of the same length, -1 to 1; null where one of them does not vary. */
function likeness(a: Float32Array, b: Float32Array): number | null {
  const mean = (samples: Float32Array): number =>
    samples.reduce((sum, sample) => sum + sample, 0) / Math.max(1, samples.length);
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB];
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const varies = (squares: number, level: number): boolean =>
    level > 0 && Math.sqrt(squares / a.length) > VARIES * level;
  if (!varies(squaresA, meanA) || !varies(squaresB, meanB)) return null;
  return product / Math.sqrt(squaresA * squaresB);
}

/**
 * Samples that `late` is behind `early`, 0 to `most`; both end at the same instant and are longer than that. Null
 * where they do not vary, or are not the same sound.
 */
export function samplesLate(late: Float32Array, early: Float32Array, most: number): number | null {
  const [behind, ahead] = [loudness(late), loudness(early)];
  const reach = Math.floor(most / STEP);
  const length = Math.min(behind.length, ahead.length) - reach;
  const found: number[] = [];
  for (let shift = 0; shift <= reach; shift++) {
    const alike = likeness(behind.subarray(0, length), ahead.subarray(shift, shift + length));
    found.push(alike ?? -1);
  }
  const best = Math.max(...found);
  return best < ALIKE ? null : found.findIndex((alike) => alike >= best * AS_GOOD) * STEP;
}
