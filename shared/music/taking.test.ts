import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stepBeat } from "./events.ts";
import { type Pattern, type Track, OWN_PAD, UNCONDUCTED } from "./model.ts";
import { NO_EFFECTS } from "./effects.ts";
import { nearestStep, take } from "./taking.ts";

const pattern = (length: number): Pattern => ({ length, notes: [] });
const track = (length: number, more: Partial<Track> = {}): Track => ({
  id: 1,
  name: "Lead",
  instrument: "saw",
  shape: 0,
  volume: 1,
  pan: 0,
  muted: false,
  patternIndex: 2,
  pattern: pattern(length),
  filled: [],
  turns: [],
  params: {},
  effects: NO_EFFECTS,
  ...OWN_PAD,
  ...UNCONDUCTED,
  ...more,
});
const swing = fc.double({ min: 50, max: 75, noNaN: true });
const index = fc.integer({ min: 0, max: 100_000 });

describe("taking down", () => {
  test("[PLY7] what stands on the grid stays there", () => {
    fc.assert(fc.property(index, swing, (step, by) => nearestStep(stepBeat(step, by), by) === step));
  });

  test("[PLY7] a step is nearest: at most half of the gap away", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 10_000, noNaN: true }), swing, (beat, by) => {
        const step = nearestStep(beat, by);
        const away = stepBeat(step, by) - beat;
        const gap =
          away > 0
            ? stepBeat(step, by) - stepBeat(step - 1, by)
            : stepBeat(step + 1, by) - stepBeat(step, by);
        expect(Math.abs(away)).toBeLessThanOrEqual(gap / 2 + 1e-9);
      }),
    );
  });

  test("[PLY7] what is played a little early for the pattern's first step begins its next turn", () => {
    const early = take(track(16), { pitch: 60, velocity: 90, from: 3.95, to: 4.2 }, 50);
    expect(early).toMatchObject({ pattern: 2, beat: 4, pass: 16, note: { step: 0, gate: 1, velocity: 90 } });
    expect(take(track(16), { pitch: 60, velocity: 90, from: -0.05, to: 0.2 }, 50)?.note.step).toBe(0);
    expect(take(track(16), { pitch: 60, velocity: 90, from: -0.2, to: 0.2 }, 50)).toBeNull();
  });

  test("[PLY7] it goes into the pattern that sounds there, at the pattern's own step and turn", () => {
    const chained = track(16, {
      turns: [
        { bars: 1, patternIndex: 5, pattern: pattern(12) },
        { bars: 2, patternIndex: 7, pattern: pattern(5) },
      ],
    });
    const at = (from: number) => take(chained, { pitch: 60, velocity: 90, from, to: from + 0.25 }, 50);
    expect(at(3.5)).toMatchObject({ pattern: 5, pass: 12, note: { step: 2 } });
    expect(at(4)).toMatchObject({ pattern: 7, pass: 16, note: { step: 0 } });
    expect(at(5.5)).toMatchObject({ pattern: 7, pass: 21, note: { step: 1 } });
  });

  test("[PLY7] lengths are eighths of a step, no shorter than a tap and no longer than the pattern", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 200, noNaN: true }),
        fc.double({ min: 0, max: 30, noNaN: true }),
        fc.integer({ min: 1, max: 64 }),
        swing,
        (from, lasts, length, by) => {
          const taken = take(track(length), { pitch: 60, velocity: 1, from, to: from + lasts }, by);
          if (!taken) throw new Error("nothing taken");
          const { gate, step } = taken.note;
          expect(Number.isInteger(gate * 8)).toBe(true);
          expect(gate).toBeGreaterThanOrEqual(0.25);
          expect(gate).toBeLessThanOrEqual(Math.min(31.875, length));
          expect(step).toBeLessThan(length);
          if (lasts * 4 > 0.25 && lasts * 4 < Math.min(31, length))
            expect(Math.abs(gate - lasts * 4)).toBeLessThanOrEqual(1 / 16 + 1e-9);
        },
      ),
    );
  });

  test("[PLY7] upside down, what is written is heard again as it was played", () => {
    const course = { now: 1, next: null };
    const inverted = track(16, { polarity: { course, scale: "major", low: 60 } });
    expect(take(inverted, { pitch: 76, velocity: 90, from: 0, to: 1 }, 50)?.note.pitch).not.toBe(76);
    const twice = take(inverted, { pitch: 76, velocity: 90, from: 0, to: 1 }, 50);
    const again = take(inverted, { pitch: twice?.note.pitch ?? 0, velocity: 90, from: 0, to: 1 }, 50);
    expect(again?.note.pitch).toBe(76);
  });
});
