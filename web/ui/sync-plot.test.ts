import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { syncEntry } from "../state/sync-fixtures.ts";
import type { SyncEntry } from "../state/sync-log.ts";
import { bandPath, linePath, PLOT, recent, scaleOf, stepTimes, xOf, yOf } from "./sync-plot.ts";

/** Right on the beat. */
const entry = (time: number, more: Partial<SyncEntry> = {}): SyncEntry =>
  syncEntry(time, { residual: 0, ...more });
const seconds = (count: number, more: (time: number) => Partial<SyncEntry> = () => ({})) =>
  Array.from({ length: count }, (_, time) => entry(time, more(time)));
const moves = (path: string): number => path.split("M").length - 1;

describe("the plot of the clock", () => {
  test("[UI13] now is the right edge, five minutes ago the left, and nothing leaves the box", () => {
    expect(xOf(500, 500)).toBe(PLOT.width);
    expect(xOf(500 - PLOT.seconds, 500)).toBe(0);
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (time, value) => {
        expect(xOf(time, 500)).toBeGreaterThanOrEqual(0);
        expect(xOf(time, 500)).toBeLessThanOrEqual(PLOT.width);
        const y = yOf(value, 0.01);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(PLOT.height);
        expect(yOf(-value, 0.01)).toBeCloseTo(PLOT.height - y, 9);
      }),
    );
  });

  test("[UI13] the beat is the middle, and late is above it", () => {
    expect(yOf(0, 0.005)).toBe(PLOT.height / 2);
    expect(yOf(0.002, 0.005)).toBeLessThan(yOf(0.001, 0.005));
  });

  test("[UI13] the scale holds what there is, and rough first seconds do not flatten it", () => {
    expect(scaleOf([])).toBe(0.001);
    expect(scaleOf(seconds(100, () => ({ errorBound: 0.0012 })))).toBe(0.002);
    expect(scaleOf(seconds(100, (time) => ({ errorBound: time < 2 ? 0.2 : 0.0012 })))).toBe(0.002);
    expect(scaleOf(seconds(100, () => ({ residual: -0.03 })))).toBe(0.05);
    expect(scaleOf(seconds(100, (time) => ({ residual: time < 5 ? 0.03 : 0 })))).toBe(0.05);
    expect(scaleOf(seconds(10, () => ({ state: "locking", errorBound: 0.2 })))).toBe(0.001);
  });

  test("[UI13] a gap stays a gap, and a lone second is still seen", () => {
    const points = [0, 1, 2, 60, 61, 100].map((time) => ({ time, value: 0.001 }));
    expect(moves(linePath(points, 100, 0.002))).toBe(3);
    expect(moves(bandPath(points, 100, 0.002))).toBe(3);
    expect(linePath(points.slice(-1), 100, 0.002)).toMatch(/^M(.+)L\1$/);
    expect(linePath([], 100, 0.002)).toBe("");
  });

  test("[UI13] the band lies evenly about the beat", () => {
    expect(bandPath([{ time: 100, value: 0.001 }], 100, 0.002)).toBe(
      `M${PLOT.width}.0 ${PLOT.height / 4}.0L${PLOT.width}.0 ${(PLOT.height * 3) / 4}.0Z`,
    );
  });

  test("[UI13] only the last five minutes are drawn, and each step of the clock once", () => {
    const log = seconds(500, (time) => ({ generation: time < 300 ? 1 : time < 400 ? 2 : 4 }));
    const last = recent(log, 499);
    expect(last.length).toBeLessThanOrEqual(PLOT.seconds + 1);
    expect(last[0]?.time).toBeGreaterThanOrEqual(499 - PLOT.seconds - 1);
    expect(stepTimes(last)).toEqual([300, 400]);
  });
});
