import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { storage } from "./storage.ts";

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("[SYN3] a trim is kept for its output and for no other", () => {
  storage.setTrim("speakers", 0.02);
  storage.setTrim("buds", 0.18);
  expect([storage.trim("speakers"), storage.trim("buds"), storage.trim("default")]).toEqual([0.02, 0.18, 0]);
  storage.setTrim("buds", 0);
  expect([storage.trim("speakers"), storage.trim("buds")]).toEqual([0.02, 0]);
});

test("[SYN3] what cannot be read is no trim, and what cannot be written costs nothing else", () => {
  kept.set("tutti.trims", "{");
  expect(storage.trim("speakers")).toBe(0);
  kept.set("tutti.trims", '{"speakers": "loud"}');
  expect(storage.trim("speakers")).toBe(0);
  vi.stubGlobal("localStorage", {
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
  });
  expect(() => storage.setTrim("speakers", 0.02)).not.toThrow();
});
