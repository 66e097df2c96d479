import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyKey } from "../../tests/sim/arbitrary.ts";
import { TRACK_EFFECTS } from "../music/effects.ts";
import { PARAMS } from "../music/params.ts";
import { isRoomClass, keyHash, keyId, keyOf, knobKey, knobOf } from "./keys.ts";

test("[DOC4] a key and its id stand for each other", () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => {
      expect(keyOf(keyId(a))).toEqual(a);
      expect(keyHash(a)).toBe(keyHash(keyOf(keyId(a))));
      if (keyId(a) === keyId(b)) expect(a).toEqual(b);
    }),
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
