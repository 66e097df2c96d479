import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batonPath, column, page, pageAt, pageCount, RAIL, railX, spread } from "./geometry.ts";

const columns = fc.record({
  width: fc.integer({ min: 300, max: 2_000 }),
  count: fc.integer({ min: 1, max: 16 }),
  gap: fc.integer({ min: 0, max: 6 }),
  gutter: fc.integer({ min: 0, max: 12 }),
});

describe("columns", () => {
  test("[UI1] the last column ends where the row ends, and no two overlap", () => {
    fc.assert(
      fc.property(columns, (row) => {
        const last = column(row, row.count - 1);
        expect(last.left + last.width).toBeCloseTo(row.width, 6);
        for (let step = 1; step < row.count; step++) {
          const before = column(row, step - 1);
          expect(column(row, step).left).toBeGreaterThanOrEqual(before.left + before.width - 1e-9);
        }
      }),
    );
  });
});

describe("the baton's path", () => {
  test("[UI2] it crosses the middle of a column at the onset of its step", () => {
    fc.assert(
      fc.property(columns, (row) => {
        const points = batonPath([{ x: 5, y: 0, columns: row }]);
        for (let step = 0; step < row.count; step++) {
          const { left, width } = column(row, step);
          const point = points.find(({ offset }) => Math.abs(offset - step / row.count) < 1e-9);
          expect(point?.x).toBeCloseTo(5 + left + width / 2, 6);
        }
      }),
    );
  });

  test("[UI2] its offsets ascend from 0 to 1, over one line or four", () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 1, max: 4 }), (row, lines) => {
        const points = batonPath(Array.from({ length: lines }, (_, y) => ({ x: 0, y, columns: row })));
        expect(points[0]?.offset).toBe(0);
        expect(points.at(-1)?.offset).toBe(1);
        for (let index = 1; index < points.length; index++)
          expect(points[index]?.offset).toBeGreaterThanOrEqual((points[index - 1]?.offset ?? 0) - 1e-12);
      }),
    );
  });

  test("without lines there is no path", () => {
    expect(batonPath([])).toEqual([]);
  });
});

describe("pages", () => {
  test("pages cover a pattern once, whatever its length", () => {
    for (let length = 1; length <= 64; length++) {
      const steps = Array.from({ length: pageCount(length, 16) }, (_, index) => page(length, 16, index));
      expect(steps.reduce((sum, { count }) => sum + count, 0)).toBe(length);
    }
  });

  test("the page that sounds repeats with the pattern", () => {
    expect([0, 15, 16, 31, 32, 48].map((step) => pageAt(32, 16, step))).toEqual([0, 0, 1, 1, 0, 1]);
  });

  test("a page beyond the end is the last one", () => {
    expect(page(20, 16, 7)).toEqual({ first: 16, count: 4 });
  });
});

describe("the tuning rail", () => {
  test("[UI3] a pixel is a quarter of a millisecond, clamped at 24 ms", () => {
    expect(railX(0.001)).toBe(4);
    expect(railX(-0.002)).toBe(-8);
    expect(railX(1)).toBe(96);
    expect(railX(-RAIL.farthest * 2)).toBe(-96);
  });

  test("[UI3] chips keep their order and their distance, and one that crowds nobody stays in its place", () => {
    const places = fc.array(fc.integer({ min: -96, max: 96 }), { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(places, (given) => {
        const spaced = spread(given, 24);
        const order = given
          .map((x, index) => ({ x, index }))
          .toSorted((a, b) => a.x - b.x || a.index - b.index);
        for (let rank = 1; rank < order.length; rank++) {
          const left = spaced[order[rank - 1]?.index ?? 0] ?? 0;
          const right = spaced[order[rank]?.index ?? 0] ?? 0;
          expect(right - left).toBeGreaterThanOrEqual(24 - 1e-6);
        }
      }),
    );
    expect(spread([0, 90], 24)).toEqual([0, 90]);
    expect(spread([0, 0], 24)).toEqual([-12, 12]);
  });
});
