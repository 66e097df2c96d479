import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { withOffsetOut } from "./synthdef.ts";

const folder = new URL("../../node_modules/supersonic-scsynth-synthdefs/synthdefs/", import.meta.url);
const count = (bytes: Uint8Array, text: string): number =>
  Buffer.from(bytes).toString("latin1").split(text).length - 1;

describe("synth definitions", () => {
  test("[AUD1] every definition shipped writes through OffsetOut after the patch, and only the names change", () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".scsyndef"))) {
      const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
      const outs = count(bytes, "\x03Out");
      const patched = withOffsetOut(bytes);
      expect(count(patched, "\x03Out"), name).toBe(0);
      expect(count(patched, "\x09OffsetOut"), name).toBe(count(bytes, "\x09OffsetOut") + outs);
      expect(patched.length, name).toBe(bytes.length + 6 * outs);
      expect(withOffsetOut(patched), name).toEqual(patched);
    }
  });

  test("[AUD1] a file that is no synth definition is refused", () => {
    expect(() => withOffsetOut(new TextEncoder().encode("<!doctype html>"))).toThrow();
    expect(() => withOffsetOut(new Uint8Array())).toThrow();
  });
});
