import { expect, test } from "vitest";
import { seededRandom } from "#shared/lib/random.ts";
import { qualityOf } from "./quality.ts";
import { probe, PROBE_RATE } from "./sounds.ts";
import type { Stereo } from "./recorded.ts";

/** Two turns of the probe and a bit, through `change`, a sample at a time. */
function heard(change: (left: number, right: number) => readonly [number, number]): Stereo {
  const [left, right] = probe();
  const length = 2 * left.length + 1_000;
  const channels: [Float32Array, Float32Array] = [new Float32Array(length), new Float32Array(length)];
  for (let i = 0; i < length; i++) {
    const [a, b] = change(left[i % left.length] ?? 0, right[i % right.length] ?? 0);
    channels[0][i] = a;
    channels[1][i] = b;
  }
  return { sampleRate: PROBE_RATE, hostTime: 0, residual: 0, channels };
}

test("what nothing was done to is alike, whole and wide", () => {
  const quality = qualityOf(heard((left, right) => [left, right]));
  expect(quality?.correlation).toBeCloseTo(1, 3);
  expect(quality?.correlationP10).toBeCloseTo(1, 3);
  expect(quality?.top).toBeCloseTo(0, 1);
  expect(quality?.otherSide).toBeLessThan(-60);
});

test("one channel for both, a lost top and noise are each seen", () => {
  const mono = qualityOf(heard((left, right) => [(left + right) / 2, (left + right) / 2]));
  expect(mono?.otherSide).toBeCloseTo(0, 1);

  let before = 0;
  const dull = qualityOf(heard((left, right) => [(before += 0.1 * (left - before)), right]));
  expect(dull?.top).toBeLessThan(-10);

  const random = seededRandom(1);
  const noisy = qualityOf(heard((left, right) => [left && left + 0.3 * (random() - 0.5), right]));
  expect(noisy?.correlation).toBeLessThan(0.95);
  expect(noisy?.correlation).toBeGreaterThan(0.7);
});

test("a recording without the probe says nothing", () => {
  expect(qualityOf(heard(() => [0, 0]))).toBeNull();
});
