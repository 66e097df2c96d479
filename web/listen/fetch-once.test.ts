import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FETCH_AGAIN_MS, fetchOnce } from "./fetch-once.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("what is needed is fetched and used once; where that fails, again after a while", async () => {
  let attempts = 0;
  const used: string[] = [];
  const need = fetchOnce(
    async () => {
      attempts += 1;
      if (attempts === 1) throw new Error("the server is away");
      return "code";
    },
    (code) => void used.push(code),
  );
  need();
  await vi.advanceTimersByTimeAsync(FETCH_AGAIN_MS - 1);
  need();
  expect(attempts).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  need();
  need();
  await vi.advanceTimersByTimeAsync(FETCH_AGAIN_MS);
  need();
  expect([attempts, used]).toEqual([2, ["code"]]);
});
