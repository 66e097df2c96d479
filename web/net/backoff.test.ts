import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("[NET4] a wait lies between 0.4 of the first and the cap, and doubles in between", () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(fc.nat(10_000), chance, (attempt, random) => {
      const options = { firstMs: 500, capMs: 5_000 };
      const wait = backoffMs(attempt, options, () => random);
      expect(wait).toBeGreaterThanOrEqual(200);
      expect(wait).toBeLessThanOrEqual(5_000);
      const next = backoffMs(attempt + 1, options, () => random);
      expect(next).toBeCloseTo(Math.min(2 * wait, 5_000 * (0.4 + 0.6 * random)), 6);
    }),
  );
});
