import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyKey } from "../../tests/sim/arbitrary.ts";
import { isRoomClass, keyHash, keyId, keyOf } from "./keys.ts";

test("[DOC4] a key and its id stand for each other", () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => {
      expect(keyOf(keyId(a))).toEqual(a);
      expect(keyHash(a)).toBe(keyHash(keyOf(keyId(a))));
      if (keyId(a) === keyId(b)) expect(a).toEqual(b);
    }),
  );
});

test("what no key made is not read as one", () => {
  for (const id of ["", "x.1", "t.1.colour", "r.weather", "s.1.mood", "g.door"])
    expect(() => keyOf(id)).toThrow();
});

test("[DOC9] the room's settings are of the room class, and nothing else is", () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      expect(isRoomClass(key)).toBe(["setting", "control", "trackLock"].includes(key.kind));
    }),
  );
});
