import { expect, test } from "vitest";
import { emptyTally, Fault, Stage } from "./stage.ts";

/** A seed that finds a fault joins the list. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const FRAMES = 2_000;

const tally = emptyTally();
/** 20,000 frames, once for all tests; a stage ends with its first fault. */
const faults = SEEDS.flatMap((seed) => {
  try {
    new Stage(seed, tally).run(FRAMES);
    return [];
  } catch (error) {
    if (error instanceof Fault) return [{ seed, rule: error.rule, what: error.message }];
    throw error;
  }
});
const faultsOf = (rule: Fault["rule"]) => faults.filter((fault) => fault.rule === rule);

test("frames are taken, read and refused in numbers: it is no noise that is fed", () => {
  expect(tally.taken).toBeGreaterThan(tally.frames / 50);
  expect(tally.readable).toBeGreaterThan(tally.frames / 5);
  expect(tally.refused).toBeGreaterThan(tally.frames);
  for (const kind of ["whole", "cleared", "replaced"] as const) expect(tally[kind]).toBeGreaterThan(0);
});

test("[FUZ1] of 20,000 damaged frames none makes a decoder, the hub or a spoke throw", () => {
  expect(faultsOf("FUZ1")).toEqual([]);
});

test("[FUZ2] what is refused changes nothing, and what the hub takes in everybody can read", () => {
  expect(faultsOf("FUZ2")).toEqual([]);
});

test("[FUZ3] no frame gives more than three writes, registers or entries a byte", () => {
  expect(faultsOf("FUZ3")).toEqual([]);
});
