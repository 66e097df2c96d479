import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meetingDeltas } from "../../tests/sim/arbitrary.ts";
import { roomTime } from "../time/instants.ts";
import type { Delta, RegisterKey, RegisterValue, TrackField, Write } from "./delta.ts";
import { keyId } from "./keys.ts";
import { JamDocument } from "./document.ts";

const cell = (step: number, track = 1, pattern = 0): RegisterKey => ({
  kind: "note",
  track,
  pattern,
  step,
  pitch: 60,
});
const field = (name: TrackField, value: RegisterValue, track = 1): Write => ({
  key: { kind: "track", track, field: name },
  value,
});
const floor: Write = { key: { kind: "floor", track: 1, pattern: 0 }, value: null };
const note = (velocity: number) => ({ velocity, gate: 1, probability: 1, ratchet: 1 });
const set = (step: number, velocity = 100): Write => ({ key: cell(step), value: note(velocity) });
const at = (time: number, writes: Write[], actor = 1): Delta => ({
  actor,
  seq: 1,
  stamp: { time, counter: 0, actor },
  writes,
});
const documentOf = (...deltas: Delta[]) => {
  const document = new JamDocument(1);
  for (const delta of deltas) document.apply(delta);
  return document;
};
const scene = (index: number, patterns: [number, number][]): Write[] => [
  { key: { kind: "scene", scene: index, field: "patterns" }, value: patterns },
];
const chain = (on: boolean, ...scenes: number[]): Write[] => [
  { key: { kind: "chain" }, value: { on, entries: scenes.map((each) => ({ scene: each, bars: 1 })) } },
];
const alive = [field("alive", true), field("instrument", "kick")];

describe("merging", () => {
  test("[DOC5] order and repetition make no difference: not to values, not to the digest", () => {
    fc.assert(
      fc.property(meetingDeltas, fc.infiniteStream(fc.nat()), (deltas, keys) => {
        const once = documentOf(...deltas);
        const shuffled = deltas
          .flatMap((delta) => [delta, delta])
          .map((delta) => ({ delta, place: keys.next().value ?? 0 }))
          .toSorted((a, b) => a.place - b.place)
          .map(({ delta }) => delta);
        const other = documentOf(...shuffled);
        expect(other.digest()).toBe(once.digest());
        expect(other.jam()).toEqual(once.jam());
        expect(other.size).toBe(once.size);
        expect(other.highest).toEqual(once.highest);
      }),
      { numRuns: 500 },
    );
  });

  test("[DOC5] merging registers out of a snapshot, in any order, is the same as merging deltas", () => {
    fc.assert(
      fc.property(meetingDeltas, meetingDeltas, (a, b) => {
        const merged = documentOf(...a);
        merged.merge([...documentOf(...b).registers()].toReversed());
        const direct = documentOf(...b);
        direct.merge(documentOf(...a).registers());
        expect(merged.digest()).toBe(direct.digest());
      }),
    );
  });

  test("a note that somebody else writes again as it was is named, since it is theirs now", () => {
    const document = documentOf(at(1, [set(0, 90)]));
    expect(document.apply(at(2, [set(0, 90)], 77))).toEqual([set(0, 90).key]);
    expect(document.apply(at(3, [set(0, 90)], 77))).toEqual([]);
  });

  test("the higher stamp wins, register by register", () => {
    const document = documentOf(at(2, [set(0, 90)]), at(1, [set(0, 10), set(1, 11)]));
    expect(document.get(cell(0))).toEqual({ ...document.get(cell(0)), value: note(90) });
    expect(document.get(cell(1))?.value).toEqual(note(11));
    expect(document.get(cell(1))?.stamp.actor).toBe(1);
  });

  test("[DOC6] cells below a floor read empty, whichever came first; those of the floor's own delta stay", () => {
    const deltas = [at(1, [set(0)]), at(2, [set(1), floor, set(2)]), at(3, [set(3)])];
    for (const order of [deltas, deltas.toReversed()]) {
      const document = documentOf(...order);
      expect([0, 1, 2, 3].map((step) => document.get(cell(step))?.value ?? null)).toEqual([
        null,
        note(100),
        note(100),
        note(100),
      ]);
      expect(document.stampOf(cell(0)).time).toBe(2);
    }
  });

  test("[DOC6] of two replacements at once, one counts whole", () => {
    const a = at(5, [floor, set(0)], 1);
    const b = at(5, [floor, set(1)], 2);
    expect(documentOf(a, b).notes(1, 0)).toEqual([cell(1)]);
    expect(documentOf(b, a).digest()).toBe(documentOf(a, b).digest());
  });

  test("[DOC7] what a delta changes visibly is told, and nothing else", () => {
    const document = documentOf(at(1, [set(0), set(1)]));
    expect(document.apply(at(2, [set(0)]))).toEqual([]);
    const told = document.apply(at(3, [floor, set(2)])).map(keyId);
    expect(told.toSorted()).toEqual([cell(0), cell(1), cell(2)].map(keyId));
    expect(document.apply(at(1, [set(5)]))).toEqual([]);
  });

  test("[DOC8] cells under a floor are gone from the registers and from the digest", () => {
    const cleared = documentOf(at(1, [set(0)]), at(2, [floor]));
    expect(cleared.digest()).toBe(documentOf(at(2, [floor])).digest());
    expect(cleared.size).toBe(1);
  });

  test("[DOC9] others' writes to a register of the room class are dropped by key and actor", () => {
    const lock = (value: boolean): Write => ({ key: { kind: "setting", setting: "lock" }, value });
    const ours = at(1, [lock(true)], 0);
    const forged = at(9, [lock(false), set(0)], 4);
    const document = documentOf(ours);
    expect(document.apply(forged)).toEqual([cell(0)]);
    expect(document.jam().locked).toBe(true);
    expect(documentOf(forged, ours).digest()).toBe(document.digest());
    expect(documentOf(at(9, [lock(true)], 4)).size).toBe(0);
    document.apply(at(2, [lock(false)], 0));
    expect(document.jam().locked).toBe(false);
  });
});

describe("the jam as it is read", () => {
  test("[DOC12] an untouched track, pattern and jam keep their identity", () => {
    const document = documentOf(
      at(1, [...alive, field("alive", true, 2), field("instrument", "snare", 2), set(0)]),
    );
    const before = document.jam();
    expect(document.jam()).toBe(before);
    document.apply(at(2, [field("volume", 0.5, 2)]));
    const after = document.jam();
    expect(after.tracks[0]).toBe(before.tracks[0]);
    expect(after.tracks[1]).not.toBe(before.tracks[1]);
    expect(after.tracks[1]?.pattern).toBe(before.tracks[1]?.pattern);
    document.apply(at(3, [{ key: cell(0, 1, 5), value: note(1) }]));
    expect(document.jam().tracks[0]).toEqual({ ...after.tracks[0], filled: [0, 5] });
    const filled = document.jam();
    document.apply(at(4, [{ key: cell(1, 1, 5), value: note(1) }]));
    expect(document.jam()).toBe(filled);
  });

  test("[DOC12] a pattern that the chain lets sound is a part of its track, any other is not", () => {
    const document = documentOf(at(1, [...alive, set(0)]), at(2, [...scene(3, [[1, 5]]), ...chain(true, 3)]));
    const before = document.jam();
    expect(before.tracks[0]?.turns).toMatchObject([{ bars: 1, patternIndex: 5, pattern: { notes: [] } }]);
    document.apply(at(3, [{ key: cell(0, 1, 5), value: note(1) }]));
    const after = document.jam();
    expect(after.tracks[0]?.turns[0]?.pattern.notes).toHaveLength(1);
    expect(after.tracks[0]?.pattern).toBe(before.tracks[0]?.pattern);
    document.apply(at(4, [{ key: cell(1, 1, 5), value: note(1) }, ...chain(false, 3)]));
    expect(document.jam().tracks[0]?.turns).toEqual([]);
  });

  test("[DOC12] a jam that is read after each change is the jam that is read once", () => {
    fc.assert(
      fc.property(meetingDeltas, meetingDeltas, (deltas, others) => {
        const document = documentOf(at(1, alive));
        for (const delta of deltas) {
          document.apply(delta);
          document.jam();
        }
        expect(document.jam()).toEqual(documentOf(at(1, alive), ...deltas).jam());
        document.replace(documentOf(...others).registers());
        expect(document.jam()).toEqual(documentOf(...others).jam());
      }),
      { numRuns: 500 },
    );
  });

  test("[SCN4] the marks of the patterns that hold notes follow floors and emptied cells", () => {
    const document = documentOf(at(1, [...alive, set(0), set(1), { key: cell(0, 1, 9), value: note(1) }]));
    const filled = () => document.jam().tracks[0]?.filled;
    expect(filled()).toEqual([0, 9]);
    document.apply(at(2, [set(0, 50), { key: cell(0, 1, 9), value: null }]));
    expect(filled()).toEqual([0]);
    document.apply(at(3, [{ key: cell(0, 1, 9), value: null }, floor]));
    expect(filled()).toEqual([]);
  });

  test("[SCN2] a scene that is not stored leaves every track on its selected pattern", () => {
    const document = documentOf(at(1, [...alive, field("pattern", 2)]), at(2, chain(true, 7)));
    expect(document.jam().tracks[0]?.turns).toMatchObject([{ patternIndex: 2 }]);
    document.apply(at(3, [{ key: { kind: "scene", scene: 7, field: "name" }, value: "Break" }]));
    expect(document.jam().scenes).toEqual([]);
    document.apply(at(4, scene(7, [[9, 1]])));
    expect(document.jam().scenes).toEqual([{ index: 7, name: "Break", patterns: [[9, 1]] }]);
    expect(document.jam().tracks[0]?.turns).toMatchObject([{ patternIndex: 2 }]);
  });

  test("tracks stand in their order, ties by id, dead ones not at all, fourteen at most", () => {
    const many = Array.from({ length: 16 }, (_, index) => [
      field("alive", true, index),
      field("order", index < 2 ? "Z" : "V", index),
    ]).flat();
    const document = documentOf(at(1, many), at(2, [field("alive", false, 3)]));
    expect(document.jam().tracks.map(({ id }) => id)).toEqual([
      2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0,
    ]);
  });

  test("[DOC13] writes to a removed track are kept, and shown when it lives again", () => {
    const document = documentOf(at(1, alive), at(2, [field("alive", false)]), at(3, [set(4)]));
    expect(document.jam().tracks).toEqual([]);
    document.apply(at(4, [field("alive", true)]));
    expect(document.jam().tracks[0]?.pattern.notes.map(({ step }) => step)).toEqual([4]);
  });

  test("notes are ordered, those beyond the length left out, parameters all there and in range", () => {
    const document = documentOf(
      at(1, [...alive, set(9), set(3), { key: { kind: "length", track: 1, pattern: 0 }, value: 8 }]),
      at(
        2,
        Array.from(
          { length: 50 },
          (_, param): Write => ({ key: { kind: "param", track: 1, param }, value: 1e9 }),
        ),
      ),
    );
    const track = document.jam().tracks[0];
    expect(track?.pattern).toMatchObject({ length: 8, notes: [{ step: 3, pitch: 60 }] });
    expect(Object.values(track?.params ?? {})).toHaveLength(4);
    for (const value of Object.values(track?.params ?? {})) expect(value).toBeLessThan(1e6);
  });

  test("what was never written has a default", () => {
    expect(new JamDocument(9).jam()).toMatchObject({ seed: 9, swing: 50, root: 0, tracks: [] });
    const base = { fromTime: roomTime(0), fromBeat: 0, tempo: 120, running: false };
    expect(new JamDocument(9).jam().timeline).toMatchObject({ base: { tempo: base.tempo, running: false } });
  });
});
