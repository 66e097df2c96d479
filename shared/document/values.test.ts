import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyKey, anyValue } from "../../tests/sim/arbitrary.ts";
import type { TrackEffect } from "../music/effects.ts";
import type { RegisterKey } from "./delta.ts";
import { float, normaliseValue, sameValue } from "./values.ts";

test("[DOC10] any value under any key becomes a regular one, and a regular one stays", () => {
  fc.assert(
    fc.property(anyKey, anyValue, (key, value) => {
      const once = normaliseValue(key, value);
      expect(normaliseValue(key, once)).toEqual(once);
      expect(sameValue(once, normaliseValue(key, structuredClone(once)))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("[DOC11] a parameter survives 32 bits as a clean decimal", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      expect(float(Math.fround(float(value)))).toBe(float(value));
    }),
  );
  expect([float(0.1), float(440), float(-0), float(1e-40)]).toEqual([0.1, 440, 0, 0]);
});

test("values out of range become the nearest in it", () => {
  const note = { kind: "note", track: 1, pattern: 0, step: 0, pitch: 60 } as const;
  expect(normaliseValue(note, { velocity: 300, gate: 99, probability: 2, ratchet: 0 })).toEqual({
    velocity: 127,
    gate: 31.875,
    probability: 1,
    ratchet: 1,
  });
  expect(normaliseValue(note, { velocity: 0 })).toBeNull();
  expect(normaliseValue({ kind: "length", track: 1, pattern: 0 }, 0)).toBe(1);
  expect(normaliseValue({ kind: "track", track: 1, field: "volume" }, 0.8)).toBe(0.8);
  expect(normaliseValue({ kind: "track", track: 1, field: "order" }, "V0/!0")).toBe("V");
  const scene = { kind: "scene", scene: 1, field: "patterns" } as const;
  expect(normaliseValue(scene, [[9, 20], [2, -1], [9, 3], [1], "x"])).toEqual([
    [2, 0],
    [9, 15],
  ]);
  expect(normaliseValue(scene, [])).toBeNull();
  const many = Array.from({ length: 20 }, (_, track) => [track, 0]);
  expect(normaliseValue(scene, many)).toHaveLength(14);
  expect(
    normaliseValue({ kind: "chain" }, { on: 1, entries: [{ scene: 99, bars: 0 }, { scene: 1 }, null] }),
  ).toEqual({ on: false, entries: [{ scene: 15, bars: 1 }] });
  const effect = (name: TrackEffect, value: unknown) =>
    normaliseValue({ kind: "effect", track: 1, effect: name }, value);
  expect([effect("filter", -9), effect("echo", -9), effect("reverb", 1 / 3)]).toEqual([-1, 0, 0.3333]);
  for (const rubbish of [Number.NaN, "1", {}, true]) expect(effect("filter", rubbish)).toBeNull();
  const steps: RegisterKey = { kind: "roomEffect", effect: "echoSteps" };
  expect([normaliseValue(steps, 7.4), normaliseValue(steps, Infinity)]).toEqual([6, 8]);
  expect(normaliseValue({ kind: "setting", setting: "lock" }, "yes")).toBeNull();
  expect(normaliseValue({ kind: "room", field: "name" }, "\u0007Jam \ud800")).toBe("Jam \ufffd");
});
