import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../lib/random.ts";
import { comeBackWithin, LONGEST_WAIT } from "./coming-back.ts";

test("[SFU21] who plays comes back at once, an audience within a time that grows with it, up to 5 s", () => {
  fc.assert(
    fc.property(fc.nat(10_000), (listeners) => {
      expect(comeBackWithin("performer", listeners)).toBe(0);
      expect(comeBackWithin("leader", listeners)).toBe(0);
      const within = comeBackWithin("listener", listeners);
      expect(within).toBeLessThanOrEqual(LONGEST_WAIT);
      expect(comeBackWithin("listener", listeners + 1)).toBeGreaterThanOrEqual(within);
    }),
  );
  // One alone is not kept waiting for a crowd.
  expect(comeBackWithin("listener", 1)).toBeLessThan(0.05);
  expect(comeBackWithin("listener", 200)).toBe(LONGEST_WAIT);
});

test("[SFU21] of 200 listeners no tenth of a second sees more than a few, whatever the dice", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = seededRandom(seed);
      const within = comeBackWithin("listener", 200);
      const instants = Array.from({ length: 200 }, () => random() * within);
      const crowd = Array.from(
        { length: within * 10 },
        (_, tenth) => instants.filter((at) => Math.floor(at * 10) === tenth).length,
      );
      expect(Math.max(...crowd)).toBeLessThan(25);
    }),
  );
});
