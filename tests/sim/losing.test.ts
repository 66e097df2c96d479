import { expect, test } from "vitest";
import { deliver } from "./losing.ts";

const leg = (loss: number) => ({ delayMs: 10, loss });
const CASES = [
  { name: "both legs lose 1 %", up: leg(0.01), down: leg(0.01) },
  { name: "both legs lose 2 %", up: leg(0.02), down: leg(0.02) },
  { name: "only the way to the other loses", up: leg(0), down: leg(0.02) },
];

for (const { name, up, down } of CASES)
  for (const spacing of [0.06, 0.4])
    test(`[PAC5] within 50 ms and 2.2 messages where ${name}, an edit every ${spacing * 1_000} ms`, () => {
      const { waits, sent, heard } = deliver({ seed: 1, up, down, spacing, edits: 3_000, learning: 30 });
      expect(waits[Math.floor(0.99 * waits.length)]).toBeLessThanOrEqual(0.05);
      expect(waits.at(-1)).toBeLessThan(2);
      expect(Math.max(sent, heard)).toBeLessThanOrEqual(2.2);
    }, 60_000);
