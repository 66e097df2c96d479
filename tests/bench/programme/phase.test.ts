/** The arithmetic of the benchmark, not what it measures. */
import { expect, test } from "vitest";
import { CLICK_EVERY } from "../stream/sounds.ts";
import { phaseJump } from "./phase.ts";

const clicks = (from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / CLICK_EVERY) }, (_, i) => from + i * CLICK_EVERY);

test("the jump is what the two are apart where both are heard, and neither before nor after", () => {
  const going = clicks(0, 8);
  const early = clicks(4, 5.2).map((at) => at + 0.09);
  const late = clicks(5.2, 12).map((at) => at + 0.007);
  expect(phaseJump(going, [...early, ...late])).toBeCloseTo(0.007);
  expect(phaseJump(going, clicks(9, 12))).toBeNull();
  expect(phaseJump([], late)).toBeNull();
});
