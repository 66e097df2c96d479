import fc from "fast-check";
import { expect, test } from "vitest";
import { FLOOD_BITRATE, floodPauseMs, isFlood, SENT_BITRATE } from "./inflow.ts";

test("[SFU25] a flood is more than twice what a sender is asked to keep to, however long one looks", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 60_000 }),
      fc.double({ min: 0, max: 20, noNaN: true }),
      (ms, times) => {
        const bytes = (SENT_BITRATE * times * ms) / 8_000;
        if (times <= 1.999) expect(isFlood(bytes, ms)).toBe(false);
        if (times >= 2.001) expect(isFlood(bytes, ms)).toBe(true);
      },
    ),
  );
  // Two streams at their highest rate, in packets of 10 ms with their headers, and 60 frames of a hand.
  const honest = 2 * (510_000 + 100 * 70 * 8) + 60 * 150 * 8;
  expect(honest).toBeLessThan(SENT_BITRATE);
  expect(FLOOD_BITRATE).toBe(2 * SENT_BITRATE);
});

test("[SFU25] whoever has flooded is silent for 10 s, then for longer, and never for ever", () => {
  expect(floodPauseMs(1)).toBe(10_000);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), (times) => {
      expect(floodPauseMs(times + 1)).toBeGreaterThanOrEqual(floodPauseMs(times));
      expect(floodPauseMs(times)).toBeLessThanOrEqual(300_000);
    }),
  );
});
