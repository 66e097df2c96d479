import { expect, test } from "vitest";
import { FRAME } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { isPatient, MessageRates, type Sort, sortOf } from "./message-rates.ts";

/** How many of a sort are let through at an instant. */
function taken(rates: MessageRates, sort: Sort, now: number): number {
  let count = 0;
  while (rates.take(sort, now)) count++;
  return count;
}

test("[WLS1] each sort is counted by itself, a burst at first and then by the second", () => {
  const rates = new MessageRates(100);
  expect(taken(rates, "binary", 100)).toBe(LIMITS.binaryBurst);
  expect(taken(rates, "live", 100)).toBe(LIMITS.binaryBurst);
  const texts = taken(rates, "text", 100);
  expect(texts).toBeGreaterThan(0);
  expect(taken(rates, "talk", 100)).toBe(texts);
  expect(taken(rates, "binary", 101)).toBe(LIMITS.binaryPerSecond);
  expect(taken(rates, "text", 101)).toBe(LIMITS.textPerSecond);
});

test("[PRS5] hands, and what is told and said, are told by how they begin, and waited out", () => {
  const text = (message: object) => sortOf(Buffer.from(JSON.stringify(message)), false);
  for (const type of ["presence", "chat", "catchUp", "reaction"]) expect(text({ type })).toBe("talk");
  for (const type of ["hello", "status", "control"]) expect(text({ type, chat: 1 })).toBe("text");
  expect(sortOf(Buffer.from([]), false)).toBe("text");
  expect(sortOf(Buffer.from([]), true)).toBe("binary");
  expect(sortOf(Buffer.from([FRAME.delta]), true)).toBe("binary");
  expect(sortOf(Buffer.from([FRAME.live]), true)).toBe("live");
  expect((["text", "binary", "live", "talk"] as const).filter(isPatient)).toEqual(["live", "talk"]);
});
