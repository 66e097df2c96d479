import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NO_EFFECTS } from "./effects.ts";
import { type Pattern, type Track, type Turn, OWN_PAD, UNCONDUCTED } from "./model.ts";
import { playingAt } from "./turns.ts";

const EMPTY: Pattern = { length: 16, notes: [] };
const turn = (patternIndex: number, bars: number): Turn => ({ bars, patternIndex, pattern: EMPTY });
const track = (turns: readonly Turn[]): Track => ({
  id: 1,
  name: "",
  instrument: "beep",
  shape: 0,
  volume: 1,
  pan: 0,
  muted: false,
  patternIndex: 7,
  pattern: EMPTY,
  filled: [],
  turns,
  ...UNCONDUCTED,
  ...OWN_PAD,
  params: {},
  effects: NO_EFFECTS,
});
const heard = (turns: readonly Turn[], bars: number): [number, number][] =>
  Array.from({ length: bars }, (_, bar) => {
    const { patternIndex, fromBar } = playingAt(track(turns), bar);
    return [patternIndex, fromBar];
  });

test("[MUS8] sections come in their order, last their bars and come round again, each from its first step", () => {
  expect(heard([turn(0, 2), turn(3, 1)], 7)).toEqual([
    [0, 0],
    [0, 0],
    [3, 2],
    [0, 3],
    [0, 3],
    [3, 5],
    [0, 6],
  ]);
});

test("[MUS8] without a chain the selected pattern turns from bar 0 on", () => {
  expect(heard([], 3)).toEqual([
    [7, 0],
    [7, 0],
    [7, 0],
  ]);
});

test("[MUS8] every bar has one section, which began at most its own length ago", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 32 }),
      fc.integer({ min: 0, max: 1e9 }),
      (lengths, bar) => {
        const turns = lengths.map((bars, index) => turn(index, bars));
        const { patternIndex, fromBar } = playingAt(track(turns), bar);
        expect(fromBar).toBeLessThanOrEqual(bar);
        expect(bar - fromBar).toBeLessThan(lengths[patternIndex] ?? 0);
        // It stays until its end, and then the next one comes.
        const end = fromBar + (lengths[patternIndex] ?? 0);
        expect(playingAt(track(turns), end - 1)).toMatchObject({ patternIndex, fromBar });
        expect(playingAt(track(turns), end)).toMatchObject({
          patternIndex: (patternIndex + 1) % lengths.length,
          fromBar: end,
        });
      },
    ),
  );
});
