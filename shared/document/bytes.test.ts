import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "../../tests/sim/arbitrary.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

test("text comes back as the platform's own UTF-8 would have it", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const out = new ByteWriter();
      out.string(text);
      const bytes = out.take();
      const utf8 = new TextEncoder().encode(text);
      expect(bytes.slice(bytes.length - utf8.length)).toEqual(utf8);
      expect(new ByteReader(bytes).string(400)).toBe(
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(utf8),
      );
    }),
  );
});

test("numbers of every width come back", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger().map(Math.abs), fc.double({ noNaN: true }), (whole, real) => {
      const out = new ByteWriter();
      for (let i = 0; i < 9; i++) out.varint(whole);
      out.u48(whole % 2 ** 48);
      out.f64(real);
      out.i16(-3);
      const reader = new ByteReader(out.take());
      for (let i = 0; i < 9; i++) expect(reader.varint(Number.MAX_SAFE_INTEGER)).toBe(whole);
      expect([reader.u48(), reader.f64(), reader.i16()]).toEqual([whole % 2 ** 48, real, -3]);
      expect([reader.failed, reader.remaining]).toEqual([false, 0]);
    }),
  );
});

test("past the end a reader gives zeros and stays failed", () => {
  const reader = new ByteReader(Uint8Array.of(1));
  expect([reader.u32(), reader.u8(), reader.string(9), reader.failed]).toEqual([0, 0, "", true]);
  const tooLarge = new ByteReader(Uint8Array.of(0xff, 0x7f));
  expect([tooLarge.varint(100), tooLarge.failed]).toEqual([0, true]);
});
