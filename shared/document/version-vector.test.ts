import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VersionVector } from "./version-vector.ts";

const vectorOf = (pairs: readonly (readonly [number, number])[]) => {
  const vector = new VersionVector();
  for (const [actor, seq] of pairs) vector.add(actor, seq);
  return vector;
};
const anyPairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 64 })), {
  maxLength: 80,
});

describe("version vector", () => {
  test("[VEC1] it has exactly what was added, in whatever order", () => {
    fc.assert(
      fc.property(anyPairs, (pairs) => {
        const vector = vectorOf(pairs);
        const reversed = vectorOf(pairs.toReversed());
        expect(reversed.hash()).toBe(vector.hash());
        for (let actor = 0; actor < 3; actor++)
          for (let seq = 1; seq <= 70; seq++)
            expect(vector.has(actor, seq)).toBe(pairs.some(([a, s]) => a === actor && s === seq));
      }),
    );
  });

  test("[VEC2] add says whether it was new", () => {
    const vector = new VersionVector();
    expect([vector.add(1, 2), vector.add(1, 2), vector.add(1, 1), vector.add(1, 1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(vector.highest(1)).toBe(2);
    expect(vector.add(1, 0)).toBe(false);
  });

  test("[VEC3] what lies more than 64 above the contiguous mark is not noted", () => {
    const vector = new VersionVector();
    expect(vector.accepts(1, 64)).toBe(true);
    expect(vector.add(1, 65)).toBe(false);
    expect(vector.has(1, 65)).toBe(false);
    expect(vector.add(1, 64)).toBe(true);
    for (let seq = 1; seq < 64; seq++) vector.add(1, seq);
    expect(vector.highest(1)).toBe(64);
    expect(vector.add(1, 128)).toBe(true);
  });

  test("[VEC4] merging has what either had, and equal vectors have equal hashes", () => {
    fc.assert(
      fc.property(anyPairs, anyPairs, (a, b) => {
        const merged = vectorOf(a);
        merged.merge(vectorOf(b));
        expect(merged.hash()).toBe(vectorOf([...a, ...b]).hash());
        expect(merged.covers(vectorOf(a)) && merged.covers(vectorOf(b))).toBe(true);
        expect(vectorOf(a).covers(merged)).toBe(vectorOf(a).hash() === merged.hash());
      }),
    );
  });

  test("a clone is its own, and a subset has only the actors asked for", () => {
    const vector = vectorOf([
      [1, 1],
      [2, 1],
    ]);
    const clone = vector.clone();
    clone.add(1, 2);
    expect(vector.highest(1)).toBe(1);
    expect([...vector.subset([2, 3]).entries()]).toEqual([{ actor: 2, contiguous: 1, low: 0, high: 0 }]);
  });

  test("far apart marks merge too", () => {
    const ahead = VersionVector.of([{ actor: 1, contiguous: 1_000, low: 0, high: 0 }]);
    ahead.merge(vectorOf([[1, 3]]));
    expect(ahead.highest(1)).toBe(1_000);
    const behind = vectorOf([[1, 3]]);
    behind.merge(ahead);
    expect(behind.hash()).toBe(ahead.hash());
  });
});
