import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roomTime } from "#shared/time/instants.ts";
import { stepTowards } from "./glide.ts";
import { type Maps, ReleasePlan } from "./release-plan.ts";

/** The device renders this much ahead of what is heard. */
const LATENCY = 0.037;
const mapsAt = (trim: number): Maps => ({
  roomFromHost: { x: 0, y: 0, rate: 1 },
  contextFromRoom: { x: 0, y: -trim, rate: 1 },
  renderAhead: Math.max(0, LATENCY + trim),
});

describe("a trim that changes while music plays", () => {
  test("[SYN5] no step is larger than 10 ms, and the last one arrives", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        (from, to) => {
          let at = from;
          for (let i = 0; i < 101 && at !== to; i++) {
            const next = stepTowards(at, to);
            expect(Math.abs(next - at)).toBeLessThanOrEqual(0.01 + 1e-12);
            at = next;
          }
          // 0 and −0 are the same trim.
          expect(at === to).toBe(true);
        },
      ),
    );
  });

  test("[SYN5] every note is released once and in time, from any trim to any other", () => {
    const trim = fc.integer({ min: -200, max: 500 }).map((ms) => ms / 1_000);
    fc.assert(
      fc.property(trim, trim, fc.integer({ min: 0, max: 19 }), (from, to, phase) => {
        const plan = new ReleasePlan();
        const entries = Array.from({ length: 120 }, (_, step) => ({
          step,
          pitch: 36,
          tick: step,
          time: roomTime(2 + step * 0.031),
          message: ["/s_new"] as const,
        }));
        plan.replace(0, roomTime(0), entries, 0);
        let now = 0;
        let current = from;
        const released: number[] = [];
        for (let ms = 0; ms < 7_000; ms++) {
          now = ms / 1_000;
          // The glide's steps and the Worker's ticks fall anyhow to one another.
          if (ms >= 2_500 && ms % 50 === 0) current = stepTowards(current, to);
          if (ms % 20 !== phase) continue;
          for (const { entry, context } of plan.take(now, mapsAt(current))) {
            released.push(entry.step);
            expect(context).toBeGreaterThan(now + LATENCY - 1e-9);
          }
        }
        expect(released).toEqual(entries.map(({ step }) => step));
        expect(plan.missed).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
