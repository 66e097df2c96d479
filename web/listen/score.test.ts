import { expect, test } from "vitest";
import { JamDocument } from "#shared/document/document.ts";
import type { Register } from "#shared/document/snapshot-codec.ts";
import { barOf, linesOf } from "./score.ts";

const stamp = (actor: number, time = 10) => ({ time, counter: 0, actor });
const note = (track: number, step: number, pitch: number, actor: number): Register => ({
  key: { kind: "note", track, pattern: 0, step, pitch },
  value: { velocity: 100, gate: 2, probability: 1, ratchet: 1 },
  stamp: stamp(actor),
});

function jam(): JamDocument {
  const document = new JamDocument(1);
  document.merge([
    { key: { kind: "track", track: 1, field: "alive" }, value: true, stamp: stamp(0, 1) },
    { key: { kind: "track", track: 1, field: "instrument" }, value: "saw", stamp: stamp(0, 1) },
    { key: { kind: "length", track: 1, pattern: 0 }, value: 12, stamp: stamp(0, 1) },
    note(1, 0, 60, 0),
    note(1, 10, 72, 4),
  ]);
  return document;
}

test("[LST9] the score shows of each bar what sounds in it, in the colours of its authors", () => {
  const document = jam();
  const [first] = linesOf(document.jam(), document, 0, (actor) => actor + 1);
  expect(first?.marks.map(({ step, height, color }) => [step, height, color])).toEqual([
    [0, 0, null],
    [10, 1, 5],
    [12, 0, null],
  ]);
  // A pattern of twelve steps stands elsewhere in the next bar.
  const [second] = linesOf(document.jam(), document, 1, () => null);
  expect(second?.marks.map(({ step }) => step)).toEqual([6, 8]);
  // No mark is longer than its bar.
  expect(second?.marks.every(({ step, length }) => step + length <= 16)).toBe(true);
  expect([barOf(-1), barOf(0), barOf(3.99), barOf(4)]).toEqual([0, 0, 0, 1]);
});
