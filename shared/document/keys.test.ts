import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyKey } from "../../tests/sim/arbitrary.ts";
import { TRACK_EFFECTS } from "../music/effects.ts";
import { PARAMS } from "../music/params.ts";
import { HIGH_SEED } from "./digest.ts";
import { hashId, hashNote, isRoomClass, keyId, keyOf, knobKey, knobOf, noteStart } from "./keys.ts";

test("[DOC4] a key and its id stand for each other", () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => {
      expect(keyOf(keyId(a))).toEqual(a);
      if (keyId(a) === keyId(b)) expect(a).toEqual(b);
    }),
  );
});

test("[FAST1] a note is hashed as its id is, without the id", () => {
  fc.assert(
    fc.property(anyKey, fc.constantFrom(0, HIGH_SEED), (key, seed) => {
      fc.pre(key.kind === "note");
      const start = hashId(noteStart(key.track, key.pattern), seed);
      expect(hashNote(start, key)).toBe(hashId(keyId(key), seed));
    }),
    { numRuns: 1_000 },
  );
});

test("[EFX8] a part's knob is named by its parameter or effect, and back", () => {
  for (const name of [...TRACK_EFFECTS, ...PARAMS.map((param) => param.name)]) {
    const key = knobKey(7, name);
    expect(key && knobOf(key)).toBe(name);
  }
  expect(knobKey(7, "echoSteps")).toBeNull();
  expect(knobOf({ kind: "param", track: 7, param: 255 })).toBeNull();
  expect(knobOf({ kind: "roomEffect", effect: "echoSteps" })).toBeNull();
});

test("what no key made is not read as one", () => {
  for (const id of [
    "",
    "x.1",
    "t.1.colour",
    "r.weather",
    "s.1.mood",
    "g.door",
    "w.weather",
    "e.1.fuzz",
    "x.echo",
  ])
    expect(() => keyOf(id)).toThrow();
});

test("[DOC9] the room's settings are of the room class, and nothing else is", () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      expect(isRoomClass(key)).toBe(["setting", "control", "trackLock", "conducted"].includes(key.kind));
    }),
  );
});
