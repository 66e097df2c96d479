import { expect, test } from "vitest";
import { NOTHING_STAGED } from "#shared/music/staged.ts";
import type { ConductedState } from "../state/view.ts";
import { conductedWords, leadWords } from "./conducted-words.ts";

const REST: ConductedState = {
  polarity: NOTHING_STAGED,
  silence: NOTHING_STAGED,
  launch: NOTHING_STAGED,
  locked: false,
  ramp: null,
  deeds: {},
};
const who = (actor: number) => ["You", "Ada", "Ben"][actor] ?? null;
const next = (value: number) => ({ now: value === 1 ? 0 : 1, next: { value, fromBeat: 64 } });

test("[LEAD11] what a leader conducts is said in words: what holds, and what comes at which bar", () => {
  expect(conductedWords(REST, 0)).toBe("");
  expect(conductedWords({ ...REST, polarity: next(1), silence: next(0) }, 0)).toBe(
    "Inverts at bar 17 · Sounds again at bar 17",
  );
  expect(conductedWords({ ...REST, polarity: { now: 1, next: null }, locked: true }, -1)).toBe(
    "Inverted · Locked",
  );
  expect(conductedWords({ ...REST, launch: { now: 0, next: { value: 3, fromBeat: 8 } } }, 0)).toBe(
    "Scene 3 at bar 3",
  );
  const ramp = { fromBeat: 8, beats: 16, to: 140 };
  expect(conductedWords({ ...REST, ramp }, 7)).toBe("To 140 from bar 3");
  expect(conductedWords({ ...REST, ramp }, 8)).toBe("To 140 by bar 7");
  expect(conductedWords({ ...REST, ramp }, 24)).toBe("");
});

test("[LEAD20] it is said whose doing it is, once for what one person does in a row", () => {
  const all = { ...REST, polarity: next(1), silence: next(1), locked: true };
  const deeds = { polarity: [1, 1], silence: [1, 1], lock: [0, 1] };
  expect(conductedWords({ ...all, deeds }, 0, who)).toBe(
    "Ada: inverts at bar 17 · silent from bar 17 · You: locked",
  );
  expect(conductedWords({ ...all, deeds: { ...deeds, silence: [9, 1] } }, 0, who)).toBe(
    "Ada: inverts at bar 17 · Silent from bar 17 · You: locked",
  );
  expect(leadWords([1, 2], who)).toBe("Ben leads now: Ada handed it over.");
  expect(leadWords([2, 2], who)).toBe("Ben leads now.");
  expect(leadWords([1, 0], who)).toBe("You lead now: Ada handed it over.");
  expect(leadWords([], who)).toBeNull();
});
