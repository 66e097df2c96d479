import { describe, expect, test } from "vitest";
import { errors, onsets } from "./onsets.ts";

const RATE = 48_000;
/** Decaying sines that begin at the given frames. */
const notes = (starts: readonly number[], length: number, level = 0.5): Float32Array => {
  const samples = new Float32Array(length);
  for (const start of starts)
    for (let i = 1; start + i < length; i++)
      samples[start + i] = (samples[start + i] as number) + level * Math.exp(-i / 1500) * Math.sin(i * 0.1);
  return samples;
};

describe("the onset detector", () => {
  test("finds notes that rise out of silence to the sample", () => {
    const starts = [1_000, 13_003, 25_064, 37_127];
    const found = onsets(notes(starts, RATE), RATE).map((time) => Math.round(time * RATE));
    expect(found).toEqual(starts.map((start) => start + 1));
  });

  test("hears nothing in silence and in what is below the floor", () => {
    expect(onsets(new Float32Array(RATE), RATE)).toEqual([]);
    expect(onsets(notes([500], RATE, 0.001), RATE)).toEqual([]);
  });

  test("counts a note that goes on once", () => {
    const tone = Float32Array.from({ length: RATE }, (_, i) => (i < 5_000 ? 0 : 0.3 * Math.sin(i * 0.05)));
    expect(onsets(tone, RATE)).toHaveLength(1);
  });

  test("measures each expected onset against the nearest found", () => {
    expect(errors([1, 2, 3], [1.001, 2.5, 2.999])).toEqual([
      expect.closeTo(0.001, 9),
      null,
      expect.closeTo(-0.001, 9),
    ]);
  });
});
