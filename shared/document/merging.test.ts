/** The laws of merging, over registers of every kind at once: notes and floors, scenes, the chain, the room's settings. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meetingDeltas } from "../../tests/sim/arbitrary.ts";
import { decodeSnapshot, encodeSnapshot, type Register } from "./codec.ts";
import type { Delta, RegisterKey, RegisterValue, Stamp } from "./delta.ts";
import { JamDocument } from "./document.ts";
import { isRoomClass, keyId } from "./keys.ts";
import { compareStamps } from "./stamp.ts";
import { VersionVector } from "./version-vector.ts";

const documentOf = (deltas: readonly Delta[]): JamDocument => {
  const document = new JamDocument(1);
  for (const delta of deltas) document.apply(delta);
  return document;
};

const joined = (...documents: readonly JamDocument[]): JamDocument => {
  const document = new JamDocument(1);
  for (const each of documents) document.merge(each.registers());
  return document;
};

/** All that can be seen of a document, whatever way it came about. */
const seen = (document: JamDocument) => ({
  digest: document.digest(),
  highest: document.highest,
  jam: document.jam(),
  registers: new Map(
    [...document.registers()].map(({ key, value, stamp }) => [keyId(key), { value, stamp }]),
  ),
});

/** The list with each item up to three times, in an order that `draw` decides. */
const stirred = <T>(list: readonly T[], draw: () => number): T[] =>
  list
    .flatMap((item) => Array.from({ length: 1 + (draw() % 3) }, () => ({ item, place: draw() })))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);

const anyDraw = fc.infiniteStream(fc.nat()).map((stream) => () => stream.next().value ?? 0);

describe("merging documents", () => {
  test("[DOC15] is commutative, associative and idempotent", () => {
    fc.assert(
      fc.property(meetingDeltas, anyDraw, (deltas, draw) => {
        // What three people have heard so far: some of it the same.
        const heard = () => documentOf(stirred(deltas, draw).slice(0, draw() % (2 * deltas.length + 1)));
        const [a, b, c] = [heard(), heard(), heard()];
        expect(seen(joined(a, b))).toEqual(seen(joined(b, a)));
        expect(seen(joined(joined(a, b), c))).toEqual(seen(joined(a, joined(b, c))));
        expect(seen(joined(a, a))).toEqual(seen(a));
        expect(seen(joined(joined(a, b), a))).toEqual(seen(joined(a, b)));
      }),
      { numRuns: 300 },
    );
  });

  test("[DOC16] a snapshot is the sum of its deltas, at whatever moment it is taken", () => {
    fc.assert(
      fc.property(meetingDeltas, fc.nat(12), anyDraw, (deltas, split, draw) => {
        const earlier = documentOf(stirred(deltas.slice(0, split), draw));
        const frame = encodeSnapshot({
          registers: earlier.registers(),
          vector: new VersionVector(),
          roomMs: 9,
        });
        const snapshot = decodeSnapshot(frame);
        if (!snapshot.ok) throw new Error(snapshot.error);
        // Whoever loads it has heard some deltas before and hears the others after, some of them again.
        const late = documentOf(stirred(deltas, draw).slice(0, draw() % 4));
        late.merge(snapshot.value.registers);
        for (const delta of stirred(deltas.slice(split), draw)) late.apply(delta);
        expect(seen(late)).toEqual(seen(documentOf(deltas)));
      }),
      { numRuns: 300 },
    );
  });

  test("[DOC17] each register holds its highest write, and of a pattern's cells those that are not below its floor", () => {
    fc.assert(
      fc.property(meetingDeltas, anyDraw, (deltas, draw) => {
        const { registers } = seen(documentOf(stirred(deltas, draw)));
        expect(registers).toEqual(specified(deltas));
      }),
      { numRuns: 500 },
    );
  });
});

/** What has to stand in a document, read off the rules without merging anything. */
function specified(deltas: readonly Delta[]): Map<string, { value: RegisterValue; stamp: Stamp }> {
  const written: Register[] = deltas
    .flatMap(({ writes, stamp }) => writes.map(({ key, value }) => ({ key, value, stamp })))
    .filter(({ key, stamp }) => stamp.actor === 0 || !isRoomClass(key));
  const highest = (key: RegisterKey): Register | undefined =>
    written
      .filter((each) => keyId(each.key) === keyId(key))
      // Sorting is stable: of two writes to one register in one delta the first counts.
      .toSorted((a, b) => compareStamps(b.stamp, a.stamp))[0];
  const stands = ({ key, stamp }: Register): boolean => {
    if (key.kind !== "note") return true;
    const floor = highest({ kind: "floor", track: key.track, pattern: key.pattern });
    return !floor || compareStamps(stamp, floor.stamp) >= 0;
  };
  const standing = written.map(({ key }) => highest(key)).filter((each) => each !== undefined);
  return new Map(standing.filter(stands).map(({ key, value, stamp }) => [keyId(key), { value, stamp }]));
}
