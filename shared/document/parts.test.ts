import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../protocol/limits.ts";
import { decodeDelta, encodeDelta } from "./codec.ts";
import type { Delta, Write } from "./delta.ts";
import { Assembler, datagramsOf, split } from "./parts.ts";
import { Replica } from "./replica.ts";

const NOW_MS = 60_000;
const largeDelta = (notes: number): Delta => {
  const writes: Write[] = Array.from({ length: notes }, (_, index) => ({
    key: { kind: "note", track: 1, pattern: index >> 13, step: index % 64, pitch: (index >> 6) % 128 },
    value: { velocity: 1 + (index % 127), gate: 1, probability: 1, ratchet: 1 },
  }));
  return new Replica({ actor: 2, seed: 1 }).commit(writes, NOW_MS);
};

describe("deltas in parts", () => {
  test("[DLV32] what fits a datagram goes as one, what does not in as many as it takes", () => {
    expect(datagramsOf(largeDelta(3), NOW_MS)).toHaveLength(1);
    const parts = datagramsOf(largeDelta(2_000), NOW_MS);
    expect(parts.length).toBeGreaterThan(5);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(LIMITS.datagramBytes);
  });

  test("[DLV32] parts that are lost, doubled and out of order give the delta once all have come", () => {
    const delta = largeDelta(2_000);
    const bytes = encodeDelta(delta, { explicitActor: false, nowMs: 0 });
    const places = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(
        fc.array(places, { maxLength: 60 }),
        fc.array(places, { minLength: 20 }),
        (first, again) => {
          const parts = datagramsOf(delta, NOW_MS);
          // Sent again later, the bytes are the same: the two sendings complete one another.
          const later = datagramsOf(delta, NOW_MS + 30_000);
          const assembler = new Assembler();
          const come = [
            ...first.map((place) => parts[place % parts.length]),
            ...again.map((place) => later[place % later.length]),
            ...later,
          ];
          const whole = come
            .map((part) => assembler.take(part ?? new Uint8Array()))
            .find((got) => got !== null);
          expect(whole).toEqual(bytes);
        },
      ),
      { numRuns: 50 },
    );
    const context = { actor: 2, nowMs: 0, highestSeq: () => 0 };
    const decoded = decodeDelta(bytes, context);
    expect(decoded.ok && decoded.value).toEqual(delta);
  });

  test("[DLV33] any bytes are a part or nothing, and only so many deltas are open", () => {
    const assembler = new Assembler();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_200 }), (body) => {
        for (const bytes of [body, Uint8Array.of(0x23, ...body)]) {
          const taken = assembler.take(bytes);
          if (taken) expect(taken.length).toBeLessThanOrEqual(LIMITS.partedBytes);
          Assembler.seqOf(bytes);
        }
        expect(assembler.size).toBeLessThanOrEqual(LIMITS.openParts);
      }),
    );
    for (let seq = 1; seq <= 100; seq++)
      assembler.take(split(seq, new Uint8Array(5_000))[0] ?? new Uint8Array());
    expect(assembler.size).toBe(LIMITS.openParts);
  });

  test("[DLV33] parts that contradict one another do not mix", () => {
    const assembler = new Assembler();
    const [first] = split(1, new Uint8Array(3_000).fill(1));
    const others = split(1, new Uint8Array(5_000).fill(2));
    assembler.take(first ?? new Uint8Array());
    const whole = others.map((part) => assembler.take(part)).at(-1);
    expect(whole).toEqual(new Uint8Array(5_000).fill(2));
  });
});
