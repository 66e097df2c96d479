import { expect, test } from "vitest";
import type { Track } from "#shared/music/model.ts";
import { whereWords } from "./where-words.ts";

test("[PRS8] where a hand is, is said in words", () => {
  const tracks = [{ id: 3, name: "Bass", instrument: "acidBass" } as Track];
  const words = [
    { track: 3, step: 5, pitch: 60 },
    { track: 3, param: "cutoff" },
    { track: 3, param: "volume", held: true },
    { track: 3 },
    { track: 9, step: 0 },
    { param: "echoFeedback", held: true },
    { param: "cutoff" },
    { panel: "History" },
    {},
  ].map((at) => whereWords(at, tracks));
  expect(words).toEqual([
    "at Bass, step 6",
    "on Cutoff of Bass",
    "holds Volume of Bass",
    "at Bass",
    "at a part, step 1",
    "holds Echo feedback",
    "",
    "at History",
    "",
  ]);
});
