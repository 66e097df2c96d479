import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isInScale, SCALES, scalePitches } from "./scales.ts";

test("every scale ascends from its root within an octave", () => {
  for (const intervals of Object.values(SCALES)) {
    expect(intervals[0]).toBe(0);
    expect(intervals).toEqual([...new Set(intervals)].toSorted((a, b) => a - b));
    expect(Math.max(...intervals)).toBeLessThan(12);
  }
});

test("the pitches of A minor from A2 to A3", () => {
  expect(scalePitches("minor", 9, 45, 57)).toEqual([45, 47, 48, 50, 52, 53, 55, 57]);
});

test("a scale's pitches are those in it, within MIDI's range; an unknown scale holds every pitch", () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(SCALES)), fc.nat(11), (scale, root) => {
      const pitches = scalePitches(scale, root, -20, 300);
      for (let pitch = 0; pitch < 128; pitch++)
        expect(pitches.includes(pitch)).toBe(isInScale(scale, root, pitch));
      expect(Math.max(...pitches)).toBeLessThan(128);
    }),
  );
  expect(scalePitches("toString", 0, 60, 62)).toEqual([60, 61, 62]);
});
