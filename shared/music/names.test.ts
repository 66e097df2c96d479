import { expect, test } from "vitest";
import { pitchClassName, pitchName, tempoWord } from "./names.ts";

test("MIDI 60 is C4, and names go on in both directions", () => {
  expect([0, 21, 59, 60, 61, 127].map(pitchName)).toEqual(["C-1", "A0", "B3", "C4", "C#4", "G9"]);
  expect([0, 9, 11].map(pitchClassName)).toEqual(["C", "A", "B"]);
});

test("a tempo has its word at every speed", () => {
  expect([20, 50, 72, 100, 124, 160, 190, 400].map(tempoWord)).toEqual([
    "Grave",
    "Largo",
    "Adagio",
    "Andante",
    "Allegro",
    "Vivace",
    "Presto",
    "Prestissimo",
  ]);
});
