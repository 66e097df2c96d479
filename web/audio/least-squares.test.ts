import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "#shared/time/line.ts";
import { fitLine } from "./least-squares.ts";

test("[AUD3] pairs on a line give that line and no residual, also far from zero", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 2e9, noNaN: true }),
      fc.double({ min: 0.99, max: 1.01, noNaN: true }),
      fc.integer({ min: 2, max: 100 }),
      (y, rate, n) => {
        const pairs = Array.from({ length: n }, (_, i) => ({ x: 5 + i * 0.02, y: y + i * 0.02 * rate }));
        const fit = fitLine(pairs);
        expect(fit?.residual).toBeLessThan(1e-6);
        expect(Math.abs(at(fit!.line, 6) - (y + rate))).toBeLessThan(1e-4);
      },
    ),
  );
});

test("[AUD3] one instant gives no line", () => {
  expect(fitLine([])).toBeNull();
  expect(
    fitLine([
      { x: 1, y: 2 },
      { x: 1, y: 3 },
    ]),
  ).toBeNull();
});
