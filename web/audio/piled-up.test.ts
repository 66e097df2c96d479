import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "#shared/lib/random.ts";
import { samplesLate } from "./piled-up.ts";

const LENGTH = 16_384;
const MOST = 5_280;

/** Something like music: noise that is struck now and then, and dies away. */
function sound(seed: number, length: number): Float32Array {
  const random = seededRandom(seed);
  let level = 1;
  return new Float32Array(length).map(() => {
    level = random() < 0.001 ? 0.2 + 0.8 * random() : level * 0.999;
    return level * (random() - 0.5);
  });
}

test("[HRD7] how late a sound is against itself is found to 2 ms", () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.integer({ min: 0, max: MOST - 96 }), (seed, shift) => {
      const all = sound(seed, LENGTH + MOST);
      const late = all.subarray(MOST - shift, MOST - shift + LENGTH);
      const found = samplesLate(late, all.subarray(MOST), MOST);
      expect(Math.abs((found ?? Number.NaN) - shift)).toBeLessThanOrEqual(96);
    }),
    { numRuns: 10 },
  );
});

test("[HRD7] silence and another sound say nothing, and what repeats itself is taken for the least late", () => {
  const silence = new Float32Array(LENGTH);
  expect(samplesLate(silence, silence, MOST)).toBeNull();
  expect(samplesLate(sound(1, LENGTH), sound(2, LENGTH), MOST)).toBeNull();
  const tone = Float32Array.from({ length: LENGTH }, (_, i) => Math.sin((2 * Math.PI * i) / 480));
  expect(samplesLate(tone, tone, MOST)).toBe(0);
});
