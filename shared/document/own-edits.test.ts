import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeDelta } from "./codec.ts";
import type { Delta, Write } from "./delta.ts";
import { MAX_AHEAD_MS } from "./held.ts";
import {
  countEdits,
  type EarlierLife,
  type LooseEdit,
  NO_EDITS,
  type OwnEdits,
  packEdits,
  returnOf,
  tempoOnReturn,
  unpackEdits,
} from "./own-edits.ts";
import { Replica } from "./replica.ts";

const swing = (value: number): Write[] => [{ key: { kind: "room", field: "swing" }, value }];
const note = (step: number): Write[] => [
  {
    key: { kind: "note", track: 7, pattern: 0, step, pitch: 36 },
    value: { velocity: 90, gate: 1, probability: 1, ratchet: 1 },
  },
];

function life(actor: number, times: readonly number[]): EarlierLife {
  const replica = new Replica({ actor, seed: 1 });
  return { actor, actorKey: `key of ${actor}`, deltas: times.map((ms) => replica.commit(note(ms % 64), ms)) };
}
const loose = (madeMs: number, value: number): LooseEdit => ({ madeMs, writes: swing(value) });

const NOW = { wallMs: 1_000_000, roomMs: 60_000, seenMs: 0, provable: 8 };
const times = (edits: OwnEdits, now = NOW): number[] => returnOf(edits, now).anew.map(({ atMs }) => atMs);

describe("keeping", () => {
  test("[OFF1] what is kept is what is read again: actor, number, stamp and writes, and the moment of what has none", () => {
    const edits: OwnEdits = {
      lives: [life(3, [500, 500, 900]), life(9, [70_000])],
      loose: [loose(123, 60), loose(456, 55)],
    };
    expect(unpackEdits(structuredClone(packEdits(edits)))).toEqual({ edits, unreadable: 0 });
    expect(countEdits(edits)).toBe(6);
  });

  test("[OFF1] a life in which everything is confirmed is not kept", () => {
    expect(packEdits({ lives: [life(3, [])], loose: [] })).toEqual({ lives: [], loose: [] });
  });

  test("[OFF7] of a damaged record all that can be read is there, and what cannot is counted", () => {
    const packed = packEdits({ lives: [life(3, [500, 900])], loose: [loose(123, 60), loose(456, 55)] });
    packed.lives[0]?.deltas.splice(0, 1, Uint8Array.of(0x1f, 255));
    packed.loose[1]?.delta.fill(0);
    const { edits, unreadable } = unpackEdits(packed);
    expect(unreadable).toBe(2);
    expect(edits.lives[0]?.deltas.map(({ seq }) => seq)).toEqual([2]);
    expect(edits.loose).toEqual([loose(123, 60)]);
  });

  test("[OFF7] a delta that does not name its life's actor is none of it", () => {
    const packed = packEdits({ lives: [life(3, [500])], loose: [] });
    const forged = { ...packed, lives: packed.lives.map((each) => ({ ...each, actor: 4 })) };
    expect(unpackEdits(forged)).toMatchObject({
      edits: { lives: [{ actor: 4, deltas: [] }] },
      unreadable: 1,
    });
  });

  test("[OFF7] anything at all gives edits or none", () => {
    for (const nonsense of [
      null,
      7,
      "x",
      {},
      { lives: [1], loose: [] },
      { lives: [], loose: [{ delta: "" }] },
    ])
      expect(unpackEdits(nonsense)).toEqual({ edits: NO_EDITS, unreadable: 1 });
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (bytes) => {
        const packed = { lives: [], loose: bytes.map((delta) => ({ madeMs: 1, delta })) };
        const { edits, unreadable } = unpackEdits(packed);
        expect(countEdits(edits) + unreadable).toBe(bytes.length);
      }),
    );
  });
});

describe("coming back", () => {
  test("[OFF2] what an actor has stamped comes back as itself and not anew", () => {
    const edits = { lives: [life(3, [500, 900]), life(9, [1_000])], loose: [] };
    expect(returnOf(edits, NOW)).toEqual({ lives: edits.lives, anew: [] });
  });

  test("[OFF3] what was made without an actor is written anew, as old as it is, in its order", () => {
    const edits = { lives: [], loose: [loose(995_000, 60), loose(999_000, 55)] };
    const { anew } = returnOf(edits, NOW);
    expect(anew).toEqual([
      { writes: swing(60), stamp: null, atMs: 55_000 },
      { writes: swing(55), stamp: null, atMs: 59_000 },
    ]);
  });

  test("[OFF3] it never comes before what it was made on", () => {
    expect(times({ lives: [], loose: [loose(990_000, 60)] }, { ...NOW, seenMs: 58_000 })).toEqual([58_001]);
  });

  test("[OFF3] a wall clock that was set back or ahead changes no order, and makes nothing of the future", () => {
    expect(times({ lives: [], loose: [loose(2_000_000, 60), loose(990_000, 55)] })).toEqual([60_000, 60_000]);
    expect(times({ lives: [], loose: [loose(0, 60), loose(990_000, 55)] })).toEqual([1, 50_000]);
    fc.assert(
      fc.property(
        fc.array(fc.nat(2_000_000)),
        fc.nat(120_000),
        fc.array(fc.nat(200_000), { maxLength: 4 }),
        (made, seenMs, stamped) => {
          const lives = stamped.map((ms, i) => life(i + 1, [ms]));
          const edits = { lives, loose: made.map((madeMs) => loose(madeMs, 60)) };
          const back = returnOf(edits, { ...NOW, seenMs, provable: 2 });
          const at = back.anew.map(({ atMs }) => atMs);
          expect(at).toEqual(at.toSorted((a, b) => a - b));
          expect(Math.max(0, ...at)).toBeLessThanOrEqual(NOW.roomMs);
          expect(countEdits({ ...back, loose: [] }) + at.length).toBe(countEdits(edits));
        },
      ),
    );
  });

  test("[OFF2] what no room would take as it is, stamped a minute ahead or of too many lives, is written anew", () => {
    const far = NOW.roomMs + MAX_AHEAD_MS + 1;
    const edits = {
      lives: [life(3, [500]), life(4, [600]), life(5, [700, far])],
      loose: [loose(999_000, 60)],
    };
    const { lives, anew } = returnOf(edits, { ...NOW, provable: 2 });
    expect(lives.map(({ actor, deltas }) => [actor, deltas.length])).toEqual([
      [4, 1],
      [5, 1],
    ]);
    expect(anew.map(({ atMs }) => atMs)).toEqual([500, 60_000, 60_000]);
    expect(anew.at(-1)?.writes).toEqual(swing(60));
    expect(anew.map(({ stamp }) => stamp?.actor ?? null)).toEqual([3, 5, null]);
  });

  test("[OFF3] written anew, it loses to what is younger and stands above what it was made on", () => {
    const others = new Replica({ actor: 1, seed: 1 });
    others.commit(swing(51), 40_000);
    const back = new Replica({ actor: 5, seed: 1 });
    for (const { writes, atMs } of returnOf({ lives: [], loose: [loose(990_000, 60)] }, NOW).anew)
      back.commit(writes, atMs);
    const mine = back.ownSince(0);
    const merge = (deltas: readonly Delta[]): number => {
      const copy = new Replica({ actor: 6, seed: 1 });
      for (const delta of deltas) copy.receive(delta);
      return copy.document.jam().swing;
    };
    expect(merge([...others.ownSince(0), ...mine])).toBe(60);
    others.commit(swing(52), 55_000);
    expect(merge([...mine, ...others.ownSince(0)])).toBe(52);
  });
});

test("the longest form needs nothing to be read against", () => {
  const [only] = packEdits({ lives: [life(3, [70_000])], loose: [] }).lives;
  const context = { actor: null, nowMs: 0, highestSeq: () => 0 };
  expect(decodeDelta(only?.deltas[0] ?? new Uint8Array(), context)).toMatchObject({ ok: true });
});

describe("an opened jam's tempo", () => {
  const opened = { tempo: 90, before: 120, madeMs: NOW.wallMs - 10_000 };
  const madeAt = NOW.roomMs - 10_000;

  test("[OFL7] waits with the edits, and is read with them", () => {
    const edits = { lives: [], loose: [loose(123, 60)], tempo: opened };
    expect(unpackEdits(structuredClone(packEdits(edits))).edits).toEqual(edits);
    const damaged = { ...packEdits(edits), tempo: { ...opened, tempo: 1e9 } };
    expect(unpackEdits(damaged).edits).toEqual({ lives: [], loose: [loose(123, 60)] });
  });

  test("[OFL7] is the room's when that is reached, whoever has started or stopped meanwhile", () => {
    expect(tempoOnReturn(opened, { tempo: 120, stampMs: madeAt + 5_000 }, NOW)).toBe(90);
    expect(tempoOnReturn(opened, { tempo: 140, stampMs: madeAt - 1 }, NOW)).toBe(90);
  });

  test("[OFL7] gives way to a tempo that somebody has set since, and is not set twice", () => {
    expect(tempoOnReturn(opened, { tempo: 140, stampMs: madeAt + 1 }, NOW)).toBeNull();
    expect(tempoOnReturn(opened, { tempo: 90, stampMs: madeAt - 1 }, NOW)).toBeNull();
  });
});
