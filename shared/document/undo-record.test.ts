import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RegisterKey, Write } from "./delta.ts";
import { Replica } from "./replica.ts";
import { packUndo, unpackUndo } from "./undo-record.ts";
import { changesOf, UndoHistory } from "./undo.ts";

const cell = (step: number): RegisterKey => ({ kind: "note", track: 1, pattern: 0, step, pitch: 60 });
const set = (step: number, velocity: number): Write => ({
  key: cell(step),
  value: velocity === 0 ? null : { velocity, gate: 1, probability: 1, ratchet: 1 },
});
const swing = (value: number): Write => ({ key: { kind: "room", field: "swing" }, value });

/** One member, over as many pages as they like. */
function member() {
  const copy = new Replica({ actor: 1, seed: 1 });
  let history = new UndoHistory();
  let now = 1_000;
  const flip = (direction: "undo" | "redo"): void => {
    const step = history[direction](copy.document);
    if (step && step.writes.length > 0) history.committed(copy.commit(step.writes, now++).stamp);
  };
  return {
    copy,
    do(...writes: Write[]) {
      const changes = changesOf(copy.document, writes);
      history.record(changes, copy.commit(writes, now++).stamp);
    },
    undo: () => flip("undo"),
    redo: () => flip("redo"),
    get kept() {
      return packUndo(history.stacks);
    },
    reload(kept: unknown = structuredClone(packUndo(history.stacks))) {
      history = new UndoHistory();
      history.restore(unpackUndo(kept));
    },
  };
}

const act = fc.oneof(
  fc.record({ do: fc.constant("set" as const), step: fc.nat(3), velocity: fc.nat(127) }),
  fc.record({ do: fc.constantFrom("undo" as const, "redo" as const) }),
);

describe("what can be taken back outlives the page", () => {
  test("[OFL4] undo and redo go on after a reload as if there had been none", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), fc.nat(40), (acts, at) => {
        const [stays, reloads] = [member(), member()];
        for (const [i, each] of acts.entries()) {
          if (i === at) reloads.reload();
          for (const one of [stays, reloads])
            if (each.do === "set") one.do(set(each.step, each.velocity), swing(50 + (each.velocity % 20)));
            else one[each.do]();
        }
        expect(reloads.copy.document.digest()).toBe(stays.copy.document.digest());
        expect(reloads.kept).toEqual(stays.kept);
      }),
    );
  });

  test("[OFL4] a register that somebody else has written since is theirs after the reload too", () => {
    const me = member();
    me.do(set(0, 90), set(1, 90));
    const other = new Replica({ actor: 2, seed: 1 });
    me.copy.receive(other.commit([set(1, 30)], 2_000));
    me.reload();
    me.undo();
    expect(me.copy.document.get(cell(0))?.value).toBeNull();
    expect(me.copy.document.get(cell(1))?.value).toMatchObject({ velocity: 30 });
  });

  test("[OFL4] of very much the newest is kept, up to a bound", () => {
    const me = member();
    for (let gesture = 0; gesture < 30; gesture++)
      me.do(
        ...Array.from({ length: 256 }, (_, i) => ({
          ...set(i % 64, gesture + 1),
          key: { ...cell(i % 64), pitch: i >> 6 } as RegisterKey,
        })),
      );
    expect(me.kept?.done).toHaveLength(16);
    me.reload();
    me.undo();
    expect(me.copy.document.get({ ...cell(0), pitch: 0 } as RegisterKey)?.value).toMatchObject({
      velocity: 29,
    });
  });

  test("[OFL5] a damaged record costs what stands before the damage, and nothing else", () => {
    const me = member();
    for (const velocity of [10, 20, 30]) me.do(set(0, velocity));
    const { kept } = me;
    kept?.done[1]?.stamps.pop();
    me.reload(kept);
    me.undo();
    me.undo();
    expect(me.copy.document.get(cell(0))?.value).toMatchObject({ velocity: 20 });
  });

  test("[OFL5] an entry with the stamps of no edit takes back nothing", () => {
    const me = member();
    me.do(set(0, 10));
    const { kept } = me;
    kept?.done[0]?.stamps.fill(0);
    const other = member();
    const before = other.copy.document.digest();
    other.reload(kept);
    other.undo();
    expect(other.copy.document.digest()).toBe(before);
    expect(other.kept).toBeNull();
  });

  test("[OFL5] whatever stands in the record, it is read, and nothing that nobody wrote is taken back", () => {
    const entry = fc.record({
      delta: fc.uint8Array({ maxLength: 60 }),
      stamps: fc.array(fc.oneof(fc.nat(3), fc.integer(), fc.double()), { maxLength: 21 }),
    });
    const stacks = fc.record({ done: fc.array(entry), undone: fc.array(entry) });
    fc.assert(
      fc.property(fc.oneof(stacks, fc.anything()), (kept) => {
        const me = member();
        me.do(set(0, 10));
        const before = me.copy.document.digest();
        me.reload(kept ?? null);
        me.undo();
        me.redo();
        expect(me.copy.document.digest()).toBe(before);
      }),
    );
  });
});
