import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Limiter, LIMITER_CEILING, LIMITER_LATENCY } from "./limiter.ts";

const run = (input: Float32Array): Float32Array => {
  const limiter = new Limiter(48_000);
  const output = new Float32Array(input.length);
  for (let from = 0; from < input.length; from += 128) {
    const block = input.slice(from, from + 128);
    const out = new Float32Array(block.length);
    limiter.process(block, block, out, new Float32Array(block.length));
    output.set(out, from);
  }
  return output;
};

describe("the limiter", () => {
  test("[AUD2] what stays below the ceiling passes bit for bit, later by the look-ahead", () => {
    const input = Float32Array.from({ length: 4_096 }, (_, i) => 0.9 * Math.sin(i * 0.05));
    const output = run(input);
    expect(output.subarray(LIMITER_LATENCY)).toEqual(input.subarray(0, input.length - LIMITER_LATENCY));
  });

  test("[AUD2] nothing leaves above the ceiling, whatever comes in", () => {
    const sample = fc.oneof(
      { weight: 5, arbitrary: fc.float({ min: -1, max: 1, noNaN: true }) },
      fc.float({ min: -20, max: 20, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 600 }), (samples) => {
        for (const out of run(Float32Array.from(samples)))
          expect(Math.abs(out)).toBeLessThanOrEqual(LIMITER_CEILING * (1 + 1e-6));
      }),
      { numRuns: 50 },
    );
  });

  test("[AUD2] after a peak the gain comes back to exactly one", () => {
    const input = new Float32Array(48_000 * 3).fill(0.25);
    input[1_000] = 4;
    const output = run(input);
    expect(output[1_000 + LIMITER_LATENCY]).toBeCloseTo(LIMITER_CEILING, 5);
    expect(output.at(-1)).toBe(0.25);
  });
});
