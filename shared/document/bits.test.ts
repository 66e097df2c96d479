import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BitReader, BitWriter, orderFor } from "./bits.ts";
import { ByteWriter } from "./bytes.ts";

const anyNumber = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 48 }));

test("[COD13] bits and numbers come back in their order, and the last byte is filled with zeros", () => {
  const item = fc.oneof(
    fc.record({
      kind: fc.constant("number" as const),
      value: anyNumber,
      size: fc.integer({ min: 0, max: 48 }),
    }),
    fc.integer({ min: 0, max: 53 }).chain((size) =>
      fc.record({
        kind: fc.constant("bits" as const),
        value: fc.integer({ min: 0, max: 2 ** size - 1 }),
        size: fc.constant(size),
      }),
    ),
  );
  fc.assert(
    fc.property(fc.array(item), (items) => {
      const bytes = new ByteWriter();
      const out = new BitWriter(bytes);
      for (const { kind, value, size } of items) out[kind](value, size);
      out.flush();
      const reader = new BitReader(bytes.take());
      for (const { kind, value, size } of items)
        expect(kind === "bits" ? reader.bits(size) : reader.number(size, 2 ** 48)).toBe(value);
      expect(reader.failed).toBe(false);
      expect(reader.remaining).toBeLessThan(8);
      expect(reader.bits(reader.remaining)).toBe(0);
    }),
  );
});

test("[COD13] arbitrary bits give numbers up to the maximum, or a failure that lasts", () => {
  const reads = fc.array(fc.tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 2 ** 48 })));
  fc.assert(
    fc.property(fc.uint8Array(), reads, (bytes, orders) => {
      const reader = new BitReader(bytes);
      for (const [order, max] of orders) {
        const had = reader.failed;
        const value = reader.number(order, max);
        expect(Number.isInteger(value) && value >= 0 && value <= max).toBe(true);
        if (had) expect(reader.failed).toBe(true);
        if (reader.failed) expect([value, reader.bits(24), reader.remaining]).toEqual([0, 0, 0]);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("[COD13] the order chosen costs at most half a bit more than the entropy of gaps at random", () => {
  const mean = 225_000;
  const gaps = Array.from({ length: 2_000 }, (_, i) => Math.floor(-Math.log((i + 0.5) / 2_000) * mean));
  const bytes = new ByteWriter();
  const out = new BitWriter(bytes);
  for (const gap of gaps) out.number(gap, orderFor(gaps));
  out.flush();
  expect((bytes.length * 8) / gaps.length).toBeLessThan(Math.log2(Math.E * mean) + 0.5);
  expect(orderFor([])).toBe(0);
});
