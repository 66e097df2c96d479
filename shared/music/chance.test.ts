import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chance } from "./chance.ts";

test("[MUS1] the same place throws the same number, within 0 and 1", () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(word, word, word, word, word, (seed, bar, track, step, salt) => {
      const thrown = chance(seed, bar, track, step, salt);
      expect(thrown).toBe(chance(seed, bar, track, step, salt));
      expect(thrown >= 0 && thrown < 1).toBe(true);
    }),
  );
});

test("[MUS1] these numbers are every browser's, for ever", () => {
  expect([
    chance(0, 0, 0, 0, 0),
    chance(1, 2, 3, 4, 60),
    chance(4294967295, 1000, 14, 15, 127),
  ]).toMatchInlineSnapshot(`
    [
      0.5729174364823848,
      0.4061751482076943,
      0.4979891546536237,
    ]
  `);
});

test("[MUS1] throws are uniform and neighbouring places independent", () => {
  const thrown = Array.from({ length: 8000 }, (_, i) => chance(7, i >> 4, 3, i & 15, 36));
  const mean = thrown.reduce((sum, value) => sum + value, 0) / thrown.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
  for (const lag of [1, 16]) {
    const products = thrown.slice(lag).map((value, i) => (value - 0.5) * ((thrown[i] ?? 0) - 0.5));
    const correlation = (12 * products.reduce((sum, value) => sum + value, 0)) / products.length;
    expect(Math.abs(correlation)).toBeLessThan(0.05);
  }
});
