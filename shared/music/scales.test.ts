import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isInScale, mirror, nearestRoot, SCALES, scalePitches } from "./scales.ts";

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

const scale = fc.constantFrom(...Object.keys(SCALES), "of tomorrow");
const pitch = fc.nat(127);

test("[LEAD1] a pitch mirrored twice is the same, a scale tone's image is one, a root's a root, all of MIDI", () => {
  fc.assert(
    fc.property(scale, fc.nat(11), pitch, pitch, (name, root, instrument, played) => {
      const low = nearestRoot(instrument, root);
      const image = mirror(played, name, low);
      expect(mirror(image, name, low)).toBe(played);
      expect(isInScale(name, root, image)).toBe(isInScale(name, root, played));
      expect((image - root) % 12 === 0).toBe((played - root) % 12 === 0);
      expect(image).toBeGreaterThanOrEqual(0);
      expect(image).toBeLessThanOrEqual(127);
    }),
  );
});

test("[LEAD1] a line that rises in its scale falls, in the octave that it had", () => {
  const up = scalePitches("minor", 9, 45, 57);
  expect(up.map((played) => mirror(played, "minor", 45))).toEqual([57, 55, 53, 52, 50, 48, 47, 45]);
  for (const name of Object.keys(SCALES)) {
    const tones = scalePitches(name, 0, 24, 96).map((played) => mirror(played, name, 60));
    expect(tones).toEqual(tones.toSorted((a, b) => b - a));
  }
});

test("the nearest root is a root, and within six semitones", () => {
  fc.assert(
    fc.property(pitch, fc.nat(11), (played, root) => {
      const nearest = nearestRoot(played, root);
      expect((nearest - root + 24) % 12).toBe(0);
      expect(Math.abs(nearest - played)).toBeLessThanOrEqual(6);
    }),
  );
});
