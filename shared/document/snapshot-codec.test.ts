import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyDelta, anyVector } from "../../tests/sim/arbitrary.ts";
import { seededRandom } from "../lib/random.ts";
import { firstWrites } from "../music/first-jam.ts";
import type { Delta } from "./delta.ts";
import { JamDocument } from "./document.ts";
import { Replica } from "./replica.ts";
import { decodeSnapshot, encodeSnapshot, type Register } from "./snapshot-codec.ts";
import { DEFAULT_NOTE } from "./values.ts";
import { VersionVector } from "./version-vector.ts";

const NOW = 3_600_000;

function documentOf(deltas: readonly Delta[]): JamDocument {
  const document = new JamDocument(1);
  for (const delta of deltas) document.apply(delta);
  return document;
}

const encode = (registers: Iterable<Register>, vector = new VersionVector()): Uint8Array =>
  encodeSnapshot({ registers, vector, roomMs: NOW + 0.4 });

test("[COD11] a snapshot comes back with the same digest, and can be loaded in any order", () => {
  fc.assert(
    fc.property(fc.array(anyDelta, { maxLength: 6 }), anyVector, (deltas, vector) => {
      const document = documentOf(deltas);
      const decoded = decodeSnapshot(encode(document.registers(), vector));
      if (!decoded.ok) throw new Error(decoded.error);
      expect(decoded.value.roomMs).toBe(NOW);
      expect(decoded.value.vector.hash()).toBe(vector.hash());
      const copy = new JamDocument(1);
      copy.merge(decoded.value.registers.toReversed());
      expect(copy.digest()).toBe(document.digest());
      expect(copy.jam()).toEqual(document.jam());
    }),
    { numRuns: 500 },
  );
});

test("[COD14] the same registers give the same bytes, in whatever order they came", () => {
  fc.assert(
    fc.property(fc.array(anyDelta, { maxLength: 6 }), (deltas) => {
      const registers = [...documentOf(deltas).registers()];
      expect(encode(registers.toReversed())).toEqual(encode(registers));
    }),
  );
});

/** The first jam, then `edits` of four people 250 ms apart: each at one of 832 cells or 56 knobs. */
function jammed(edits: number): Replica {
  const random = seededRandom(7);
  const upTo = (count: number) => Math.floor(random() * count);
  const replica = new Replica({ actor: 0, seed: 1 });
  replica.commit(firstWrites(), 1);
  for (let i = 0; i < edits; i++) {
    const actor = 1 + upTo(4);
    const track = 1 + upTo(8);
    const cell = { kind: "note", track, pattern: 0, step: upTo(16), pitch: 40 + upTo(6) } as const;
    const stamp = { time: 1_000 + i * 250 + upTo(250), counter: 0, actor };
    const value = upTo(2) === 0 ? null : { ...DEFAULT_NOTE, velocity: upTo(4) === 0 ? 1 + upTo(127) : 100 };
    const write =
      upTo(8) === 0
        ? { key: { kind: "param", track, param: 1 + upTo(7) } as const, value: upTo(100) / 100 }
        : { key: cell, value };
    replica.receive({ actor, seq: replica.vector.highest(actor) + 1, stamp, writes: [write] });
  }
  return replica;
}

test("[COD15] a register costs at most 4.5 bytes, whoever wrote it when, and a longer history none", () => {
  const { document, vector } = jammed(12_000);
  expect(document.size).toBeGreaterThan(850);
  const bytes = encode(document.registers(), vector);
  expect(bytes.length / document.size).toBeLessThan(4.5);
  const later = jammed(24_000).document;
  expect(encode(later.registers(), vector).length / later.size).toBeLessThan(4.5);
});

test("[COD15] what one command wrote names its stamp once", () => {
  const replica = new Replica({ actor: 0, seed: 1 });
  replica.commit(firstWrites(), NOW);
  const together = [...replica.document.registers()];
  const apart = together.map((register, i) => ({
    ...register,
    stamp: { time: i * 999, counter: 0, actor: 0 },
  }));
  expect(encode(together).length).toBeLessThan(encode(apart).length - together.length);
});

test("[COD16] a damaged, cut or arbitrary snapshot gives a reason or one that can be merged", () => {
  const whole = encode(jammed(300).document.registers());
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 });
  fc.assert(
    fc.property(damage, fc.nat(3 * whole.length), fc.uint8Array(), (damaged, cut, tail) => {
      const bytes = whole.slice();
      for (const [at, byte] of damaged) bytes[at] = byte;
      for (const each of [bytes.slice(0, cut), Uint8Array.of(...whole.slice(0, cut % 60), ...tail)]) {
        const decoded = decodeSnapshot(each);
        if (!decoded.ok) {
          expect(decoded.error).toBeTypeOf("string");
          continue;
        }
        expect(decoded.value.registers.length).toBeLessThanOrEqual(each.length * 3);
        const document = new JamDocument(1);
        document.merge(decoded.value.registers);
        document.jam();
      }
    }),
    { numRuns: 1_000 },
  );
  expect(decodeSnapshot(Uint8Array.of(...whole, 0))).toEqual({ ok: false, error: "malformed" });
});
