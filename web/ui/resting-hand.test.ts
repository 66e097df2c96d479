import { expect, test } from "vitest";
import { type HandState, restsIn } from "./resting-hand.ts";

const NEVER = Number.NEGATIVE_INFINITY;
const RESTING: HandState = { pointers: 0, lastPointer: NEVER, lastKey: NEVER, lastInField: null };

test("[LEAD18] a hand that holds, turns or types is not at rest, however still; a moment after it is", () => {
  expect(restsIn(RESTING, 5)).toBe(0);
  expect(restsIn({ ...RESTING, pointers: 1 }, 1e9)).toBe(Number.POSITIVE_INFINITY);
  expect(restsIn({ ...RESTING, lastPointer: 100 }, 200)).toBe(300);
  expect(restsIn({ ...RESTING, lastKey: 100 }, 400)).toBe(700);
  expect(restsIn({ ...RESTING, lastKey: 100, lastPointer: 100 }, 1_100)).toBe(0);
  expect(restsIn({ ...RESTING, lastInField: 1_000, lastKey: 1_000 }, 3_000)).toBe(8_000);
  expect(restsIn({ ...RESTING, lastInField: 1_000 }, 11_000)).toBe(0);
});
