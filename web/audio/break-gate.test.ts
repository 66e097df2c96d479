import { expect, test } from "vitest";
import { BreakGate } from "./break-gate.ts";

const RATE = 48_000;
const BLOCK = 128;
const BLOCK_MS = (BLOCK / RATE) * 1_000;

/** Whether each block passes, when blocks come at these wall-clock times. */
const passes = (times: readonly number[]): boolean[] => {
  const gate = new BreakGate(RATE);
  return times.map((time) => gate.isOpen(time, BLOCK));
};
const blocks = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, block) => from + block * BLOCK_MS);

test("[AUD54] blocks that come at their pace pass, also in bursts as a device asks for them", () => {
  expect(passes(blocks(1_000, 2_000))).not.toContain(false);
  const bursts = Array.from({ length: 100 }, (_, burst) => Array.from({ length: 75 }, () => burst * 200));
  expect(passes(bursts.flat())).not.toContain(false);
});

test("[AUD54] after a break in time the next quarter of a second of sound is shut, and no more", () => {
  const before = blocks(0, 100);
  const shut = passes([...before, ...blocks(60_000, 200)]).slice(before.length);
  expect(shut.indexOf(true)).toBe(Math.ceil((0.25 * RATE) / BLOCK));
  expect(shut.slice(shut.indexOf(true))).not.toContain(false);
});

test("[AUD54] a wall clock that is set back shuts nothing", () => {
  expect(passes([...blocks(60_000, 10), ...blocks(0, 10)])).not.toContain(false);
});
