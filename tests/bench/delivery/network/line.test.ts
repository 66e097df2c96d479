import { describe, expect, test } from "vitest";
import { seededRandom } from "#shared/lib/random.ts";
import { DatagramLine, StreamLine } from "./line.ts";

const COUNT = 10_000;
const BAD = { delayMs: 20, loss: 0.02 };

describe("a bad network", () => {
  test("delays each datagram alike and loses the share that it is told to", () => {
    const line = new DatagramLine(seededRandom(1));
    const out = Array.from({ length: COUNT }, (_, i) => line.pass(i, BAD));
    for (const [i, at] of out.entries()) expect(at === null || at === i + 20).toBe(true);
    const lost = out.filter((at) => at === null).length / COUNT;
    expect(lost).toBeGreaterThan(0.015);
    expect(lost).toBeLessThan(0.025);
  });

  test("loses the same with the same seed", () => {
    const run = () => {
      const line = new DatagramLine(seededRandom(7));
      return Array.from({ length: 1_000 }, (_, i) => line.pass(i, BAD));
    };
    expect(run()).toEqual(run());
  });

  test("loses nothing of a stream and keeps its order: what was lost comes late, and all behind it", () => {
    const line = new StreamLine(seededRandom(1));
    const out = Array.from({ length: COUNT }, (_, i) => line.pass(i * 50, BAD));
    expect(out.toSorted((a, b) => a - b)).toEqual(out);
    const waits = out.map((at, i) => at - i * 50);
    expect(Math.min(...waits)).toBe(20);
    expect(waits.filter((wait) => wait === 260).length).toBeGreaterThan(COUNT * 0.015);
    // The next comes 50 ms after the one that was lost, and has 50 ms less to wait.
    expect(waits).toContain(210);
  });
});
