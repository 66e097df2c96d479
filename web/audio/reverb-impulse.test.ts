import { expect, test } from "vitest";
import { reverbImpulse } from "./reverb-impulse.ts";

const RATE = 48_000;
const energy = (samples: Float32Array): number => samples.reduce((sum, each) => sum + each * each, 0);
const at = (samples: Float32Array, from: number, to: number): number =>
  10 * Math.log10(energy(samples.subarray(from * RATE, to * RATE)) / ((to - from) * RATE));

test("[EFX10] the reverb is the same for everybody, stereo, and as loud whatever its size", () => {
  const [left, right] = reverbImpulse(RATE, 1.8) as [Float32Array, Float32Array];
  expect(reverbImpulse(RATE, 1.8)).toEqual([left, right]);
  const together = left.reduce((sum, sample, i) => sum + sample * (right[i] as number), 0);
  expect(Math.abs(together)).toBeLessThan(0.05);
  for (const seconds of [0.3, 1.8, 8])
    for (const channel of reverbImpulse(RATE, seconds)) expect(energy(channel)).toBeCloseTo(1, 3);
});

test("[EFX10] its lows are 60 dB down after the time that was set, its highs sooner", () => {
  for (const seconds of [0.5, 2, 8]) {
    const [left] = reverbImpulse(RATE, seconds) as [Float32Array];
    const late = at(left, 0.9 * seconds, seconds) - at(left, 0.5 * seconds, 0.6 * seconds);
    expect(late).toBeCloseTo(-0.4 * 60, -0.7);
    const rough = (from: number): number => {
      const part = left.subarray(from * seconds * RATE, (from + 0.05) * seconds * RATE);
      const changes = part.map((sample, i) => (i === 0 ? 0 : sample - (part[i - 1] as number)));
      return energy(changes) / energy(part);
    };
    expect(rough(0.5)).toBeLessThan(rough(0.05) / 2);
  }
});
