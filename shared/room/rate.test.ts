import fc from "fast-check";
import { expect, test } from "vitest";
import { fullBucket, takeToken } from "./rate.ts";

test("[ROOM9] over any stretch no more pass than the burst and what time refills", () => {
  const rate = { perSecond: 10, burst: 20 };
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { maxLength: 200 }), (gaps) => {
      let bucket = fullBucket(rate, 0);
      let now = 0;
      let passed = 0;
      for (const gap of gaps) {
        now += gap;
        const next = takeToken(bucket, rate, now);
        if (next) {
          bucket = next;
          passed++;
        }
      }
      expect(passed).toBeLessThanOrEqual(rate.burst + now * rate.perSecond + 1e-6);
    }),
  );
});

test("[ROOM9] an empty bucket refills at its rate", () => {
  const rate = { perSecond: 2, burst: 1 };
  const empty = takeToken(fullBucket(rate, 0), rate, 0);
  expect(empty).toEqual({ tokens: 0, at: 0 });
  expect(takeToken(empty!, rate, 0.4)).toBeNull();
  expect(takeToken(empty!, rate, 0.5)).not.toBeNull();
});
