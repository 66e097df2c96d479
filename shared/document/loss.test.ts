import { expect, test } from "vitest";
import { COPY_DELAY, LOSING_FOR, LossWatch } from "./loss.ts";

const PATIENCE = 0.05;

/** Sends one datagram at each of these instants. */
function sent(...times: number[]): LossWatch {
  const watch = new LossWatch();
  for (const at of times) watch.handleSent(at);
  return watch;
}

test("[DLV34] a count that stays behind is a loss", () => {
  const watch = sent(0, 1);
  watch.handleHeard(1, 2, PATIENCE);
  expect(watch.isLosing(2)).toBe(false);
  watch.handleHeard(1, 2.1, PATIENCE);
  expect(watch.isLosing(2.1)).toBe(true);
});

test("[DLV34] what may be under way, comes late, or is told twice is none", () => {
  const watch = sent(0, 1);
  watch.handleHeard(1, 1.01, PATIENCE);
  watch.handleHeard(1, 1.02, PATIENCE);
  watch.handleHeard(1, 2, PATIENCE);
  watch.handleHeard(2, 2.01, PATIENCE);
  watch.handleHeard(2, 3, PATIENCE);
  watch.handleHeard(2, 4, PATIENCE);
  expect(watch.isLosing(4)).toBe(false);
});

test("[DLV34] a receiver that counts anew, or from before, is believed from then on", () => {
  const before = sent(0, 1, 2);
  for (const at of [3, 4]) before.handleHeard(1_003, at, PATIENCE);
  expect(before.isLosing(4)).toBe(false);
  before.handleSent(5);
  for (const at of [6, 7]) before.handleHeard(1_003, at, PATIENCE);
  expect(before.isLosing(7)).toBe(true);
  const wrapped = new LossWatch();
  for (let i = 0; i < 70_000; i++) wrapped.handleSent(i);
  for (const at of [80_000, 80_001]) wrapped.handleHeard(70_000 % 65_536, at, PATIENCE);
  expect(wrapped.isLosing(80_001)).toBe(false);
});

test("[DLV35] it ends a minute after the last loss", () => {
  const watch = sent(0, 1);
  for (const at of [2, 3]) watch.handleHeard(1, at, PATIENCE);
  expect(watch.copyAfter(3)).toBe(COPY_DELAY);
  for (let at = 4; at < 3 + LOSING_FOR; at++) watch.handleHeard(1, at, PATIENCE);
  expect(watch.copyAfter(2.9 + LOSING_FOR)).toBe(COPY_DELAY);
  expect(watch.copyAfter(3 + LOSING_FOR)).toBeNull();
});
