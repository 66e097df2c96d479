import { expect, test } from "vitest";
import { NOTHING_STAGED } from "#shared/music/staged.ts";
import type { Conducted } from "../state/view.ts";
import { conductedWords } from "./conducted-words.ts";

const REST: Conducted = {
  polarity: NOTHING_STAGED,
  silence: NOTHING_STAGED,
  launch: NOTHING_STAGED,
  locked: false,
  ramp: null,
};

test("[LEAD11] what a leader conducts is said in words: what holds, and what comes at which bar", () => {
  expect(conductedWords(REST, 0)).toEqual([]);
  const next = (value: number) => ({ now: value === 1 ? 0 : 1, next: { value, fromBeat: 64 } });
  expect(conductedWords({ ...REST, polarity: next(1), silence: next(0) }, 0)).toEqual([
    "Inverts at bar 17",
    "Sounds again at bar 17",
  ]);
  expect(conductedWords({ ...REST, polarity: { now: 1, next: null }, locked: true }, -1)).toEqual([
    "Inverted",
    "Locked",
  ]);
  expect(conductedWords({ ...REST, launch: { now: 0, next: { value: 3, fromBeat: 8 } } }, 0)).toEqual([
    "Scene 3 at bar 3",
  ]);
  const ramp = { fromBeat: 8, beats: 16, to: 140 };
  expect(conductedWords({ ...REST, ramp }, 7)).toEqual(["To 140 from bar 3"]);
  expect(conductedWords({ ...REST, ramp }, 8)).toEqual(["To 140 by bar 7"]);
  expect(conductedWords({ ...REST, ramp }, 24)).toEqual([]);
});
