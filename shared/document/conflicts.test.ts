import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roomTime } from "../time/instants.ts";
import { CONFLICT_SHOWN, ConflictWatch, newestTempo } from "./conflicts.ts";
import type { RegisterKey, RegisterValue, Write } from "./delta.ts";
import { Replica } from "./replica.ts";
import { sameValue } from "./values.ts";

const ME = 1;
const cell = (step: number, track = 1): RegisterKey => ({ kind: "note", track, pattern: 0, step, pitch: 60 });
const set = (step: number, velocity = 100, track = 1): Write => ({
  key: cell(step, track),
  value: velocity === 0 ? null : { velocity, gate: 1, probability: 1, ratchet: 1 },
});
const floor: Write = { key: { kind: "floor", track: 1, pattern: 0 }, value: null };
const knob = (value: number): Write => ({ key: { kind: "param", track: 1, param: 1 }, value });
const transport = (tempo: number, running = true): Write => ({
  key: { kind: "room", field: "transport" },
  value: { base: { fromTime: roomTime(0), fromBeat: 0, tempo, running }, next: null },
});

/** I, and others whose deltas arrive here when `arrive` says so; `ms` is room time. */
function jam(mine: readonly number[] = [ME]) {
  const replica = new Replica({ actor: ME, seed: 1 });
  const watch = new ConflictWatch();
  const others = new Map<number, Replica>();
  return {
    watch,
    document: replica.document,
    write(ms: number, ...writes: Write[]) {
      const before = replica.document.get({ kind: "room", field: "transport" })?.value ?? null;
      watch.wrote(replica.commit(writes, ms), newestTempo(before));
    },
    /** What another wrote without having seen mine, as it arrives here at `now`. */
    hear(actor: number, ms: number, now: number, ...writes: Write[]) {
      const other = others.get(actor) ?? new Replica({ actor, seed: 1 });
      others.set(actor, other);
      const { changed } = replica.receive(other.commit(writes, ms));
      watch.changed(changed, replica.document, (each) => mine.includes(each), now);
    },
    get shown() {
      return watch.list.map(({ actor, track, lost }) => ({ actor, track, registers: lost.length }));
    },
  };
}

describe("conflicts", () => {
  test("[CNF1] my write that lost within two seconds is a conflict, with both values", () => {
    const it = jam();
    it.write(1_000, set(4, 55));
    it.hear(2, 2_900, 0, set(4, 0));
    expect(it.watch.list).toMatchObject([
      { actor: 2, track: 1, lost: [{ key: cell(4), mine: set(4, 55).value, standing: null }] },
    ]);
  });

  test("[CNF1] one that came later, or lost against mine, is none", () => {
    const it = jam();
    it.write(5_000, set(4, 55));
    it.hear(2, 7_001, 0, set(4, 0));
    it.write(8_000, set(5, 55));
    it.hear(3, 7_500, 0, set(5, 99));
    expect(it.shown).toEqual([]);
  });

  test("[CNF1] a floor that takes mine away counts for each of its cells, in one conflict", () => {
    const it = jam();
    it.write(1_000, set(0), set(1), set(2, 100, 9));
    it.hear(2, 1_500, 0, floor, set(1));
    expect(it.shown).toEqual([{ actor: 2, track: 1, registers: 1 }]);
    expect(it.watch.list[0]?.lost[0]?.key).toEqual(cell(0));
  });

  test("[CNF1] the same is told by a snapshot in place of the deltas", () => {
    const it = jam();
    it.write(1_000, set(4, 55));
    const other = new Replica({ actor: 2, seed: 1 });
    other.commit([set(4, 99)], 1_200);
    const changed = it.document.merge(other.document.registers());
    it.watch.changed(changed, it.document, () => false, 0);
    expect(it.shown).toEqual([{ actor: 2, track: 1, registers: 1 }]);
  });

  test("[CNF2] neither the same value, nor my other tab, nor the room itself is an opponent", () => {
    const it = jam([ME, 7]);
    it.write(1_000, set(4, 55), set(5, 55), set(6, 55));
    it.hear(2, 1_500, 0, set(4, 55));
    it.hear(7, 1_500, 0, set(5, 20));
    it.hear(0, 1_500, 0, set(6, 20));
    expect(it.shown).toEqual([]);
  });

  test("[CNF2] of the transport only a tempo is contested", () => {
    const it = jam();
    it.write(1_000, transport(120));
    it.hear(2, 1_100, 0, transport(120, false));
    expect(it.shown).toEqual([]);
    it.write(2_000, transport(130));
    it.hear(2, 2_100, 0, transport(90));
    expect(it.shown).toEqual([{ actor: 2, track: null, registers: 1 }]);
    // A start in the same moment contests no tempo.
    const other = jam();
    other.write(500, transport(120));
    other.write(9_000, transport(120, false));
    other.hear(2, 9_100, 0, transport(90));
    expect(other.shown).toEqual([]);
  });

  test("[CNF3] what stands changes with the register, and the conflict ends when mine stands again", () => {
    const it = jam();
    it.write(1_000, knob(50));
    it.hear(2, 1_100, 0, knob(60));
    const [first] = it.watch.list;
    it.hear(2, 9_000, 1, knob(70));
    expect(it.watch.list).toMatchObject([{ id: first?.id, until: 1 + CONFLICT_SHOWN }]);
    expect(it.watch.list[0]?.lost[0]?.standing).toBe(70);
    it.hear(3, 9_500, 1, knob(80));
    expect(it.shown).toEqual([{ actor: 3, track: 1, registers: 1 }]);
    it.hear(3, 9_600, 1, knob(50));
    expect(it.shown).toEqual([]);
    it.hear(3, 2_500, 1, set(4));
    it.write(10_000, knob(51));
    it.hear(2, 10_100, 1, knob(10));
    it.write(10_200, knob(11));
    expect(it.shown).toEqual([]);
  });

  test("[CNF4] it goes by itself after eight seconds, later when somebody looks at it, and three stand at most", () => {
    const it = jam();
    for (let track = 1; track <= 5; track++) it.write(1_000, set(0, 55, track));
    for (let track = 1; track <= 5; track++) it.hear(2, 1_500, track, set(0, 0, track));
    expect(it.shown.map(({ track }) => track)).toEqual([3, 4, 5]);
    it.watch.renew(it.watch.list[2]?.id ?? 0, 10);
    it.watch.expire(3 + CONFLICT_SHOWN);
    expect(it.shown.map(({ track }) => track)).toEqual([4, 5]);
    it.watch.expire(9 + CONFLICT_SHOWN);
    expect(it.shown.map(({ track }) => track)).toEqual([5]);
  });

  test("[CNF5] taking back gives my values again, once", () => {
    const it = jam();
    it.write(1_000, set(0, 55), set(1, 66));
    it.hear(2, 1_500, 0, set(0, 0));
    it.hear(2, 1_600, 0, set(1, 99));
    const id = it.watch.list[0]?.id ?? 0;
    expect(it.watch.takeBack(id).map(({ mine }) => mine)).toEqual([set(0, 55).value, set(1, 66).value]);
    expect(it.watch.takeBack(id)).toEqual([]);
    expect(it.shown).toEqual([]);
  });

  test("[CNF3] whatever happens, what is shown stands in the document and differs from mine", () => {
    const step = fc.record({
      actor: fc.integer({ min: 1, max: 3 }),
      after: fc.integer({ min: 1, max: 900 }),
      write: fc.oneof(
        fc.tuple(fc.nat(2), fc.constantFrom(0, 40, 90)).map(([at, velocity]) => [set(at, velocity)]),
        fc.constant([floor]),
        fc.constantFrom(10, 20).map((value) => [knob(value)]),
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const it = jam();
        const last = new Map<string, RegisterValue>();
        let ms = 1_000;
        for (const { actor, after, write } of steps) {
          ms += after;
          if (actor === ME) {
            for (const { key, value } of write)
              if (key.kind !== "floor") last.set(JSON.stringify(key), value);
            it.write(ms, ...write);
          } else it.hear(actor, ms, ms / 1_000, ...write);
          expect(it.watch.list.length).toBeLessThanOrEqual(3);
          for (const { actor: winner, lost } of it.watch.list)
            for (const { key, mine, standing } of lost) {
              expect(winner).not.toBe(ME);
              expect(sameValue(it.document.get(key)?.value ?? null, standing)).toBe(true);
              expect(sameValue(mine, last.get(JSON.stringify(key)) ?? null)).toBe(true);
              expect(sameValue(mine, standing)).toBe(false);
            }
        }
      }),
    );
  });
});
