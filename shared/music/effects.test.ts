import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  corners,
  ECHO_STEPS,
  echoSeconds,
  EFFECTS,
  type Effect,
  effectWords,
  isAffected,
  nearestValue,
  NO_EFFECTS,
  ROOM_EFFECTS,
  TRACK_EFFECTS,
} from "./effects.ts";
import { paramByName } from "./params.ts";

const ALL: readonly Effect[] = [...TRACK_EFFECTS, ...ROOM_EFFECTS];
const anyEffect = fc.constantFrom(...ALL);

test("[EFX1] any number becomes the nearest value of its effect, and stays that", () => {
  fc.assert(
    fc.property(anyEffect, fc.double({ noNaN: true }), (effect, value) => {
      const { min, max, parts } = EFFECTS[effect];
      const nearest = nearestValue(effect, value);
      expect(nearest).toBeGreaterThanOrEqual(min);
      expect(nearest).toBeLessThanOrEqual(max);
      expect(nearestValue(effect, nearest)).toBe(nearest);
      expect(Math.abs(Math.round(nearest * parts))).toBeLessThan(2 ** 15);
    }),
  );
  expect([0, 2.4, 5, 7.5, 99].map((steps) => nearestValue("echoSteps", steps))).toEqual([1, 2, 4, 8, 8]);
});

test("[EFX1] each effect has a name of its own, which no parameter has, and begins within its range", () => {
  expect(new Set(ALL).size).toBe(ALL.length);
  for (const effect of ALL) {
    expect(paramByName(effect), effect).toBeUndefined();
    expect(nearestValue(effect, EFFECTS[effect].default)).toBe(EFFECTS[effect].default);
  }
  expect(isAffected(NO_EFFECTS)).toBe(false);
  expect(isAffected({ ...NO_EFFECTS, resonance: 1 })).toBe(false);
  for (const effect of ["filter", "echo", "reverb"])
    expect(isAffected({ ...NO_EFFECTS, [effect]: 0.1 })).toBe(true);
});

test("[EFX2] equal travel of the filter is an equal interval, and only one of its sides is at work", () => {
  const half = corners(-0.5).low;
  expect(half / corners(0).low).toBeCloseTo(corners(-1).low / half);
  expect(corners(1).high / corners(0.5).high).toBeCloseTo(corners(0.5).high / corners(0).high);
  fc.assert(
    fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (filter) => {
      const { low, high } = corners(filter);
      expect(filter < 0 ? high : low).toBe(filter < 0 ? 20 : 20_000);
      expect(low).toBeGreaterThan(high);
    }),
  );
});

test("[EFX3] values read as musicians say them", () => {
  const words: readonly [Effect, number, string][] = [
    ["filter", 0, "off"],
    ["filter", -1, "low-pass 80 Hz"],
    ["filter", -0.25, "low-pass 5.03 kHz"],
    ["filter", 1, "high-pass 8 kHz"],
    ["filter", 0.41, "high-pass 233 Hz"],
    ["echo", 0, "off"],
    ["reverb", 0.345, "35 %"],
    ["resonance", 0, "0 %"],
    ["echoFeedback", 0.4, "40 %"],
    ["reverbSize", 2.4, "2.4 s"],
    ["reverbSize", 0.3, "300 ms"],
  ];
  for (const [effect, value, said] of words) expect(effectWords(effect, value)).toBe(said);
  expect(ECHO_STEPS.map((steps) => effectWords("echoSteps", steps))).toEqual([
    "1/16",
    "1/8",
    "dotted 1/8",
    "1/4",
    "dotted 1/4",
    "1/2",
  ]);
});

test("[EFX4] the echo's time is a note value at the tempo", () => {
  expect(echoSeconds(4, 120)).toBe(0.5);
  expect(echoSeconds(3, 120)).toBe(0.375);
  expect(echoSeconds(8, 20)).toBe(6);
});
