import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Fleeting } from "./fleeting.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("what is shown goes by itself, each in its turn, and the oldest where there are too many", () => {
  const fleeting = new Fleeting<{ name: string }>({ ms: 100, most: 2 });
  const names = () => fleeting.shown.value.map(({ name }) => name);
  fleeting.show({ name: "a" });
  vi.advanceTimersByTime(60);
  fleeting.show({ name: "b" });
  expect(names()).toEqual(["a", "b"]);
  vi.advanceTimersByTime(40);
  expect(names()).toEqual(["b"]);
  fleeting.show({ name: "b" });
  fleeting.show({ name: "c" });
  expect(names()).toEqual(["b", "c"]);
  expect(new Set(fleeting.shown.value.map(({ id }) => id)).size).toBe(2);
  vi.advanceTimersByTime(100);
  expect(names()).toEqual([]);
});
