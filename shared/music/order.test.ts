import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareOrder, orderBetween } from "./order.ts";

/** Strings as `orderBetween` itself makes them. */
const order = fc
  .array(fc.constantFrom(..."0AVz19ak".split("")), { maxLength: 6 })
  .map((digits) => `${digits.join("")}V`);

test("[ORD1] a place between two places is strictly between them and leaves room before itself", () => {
  fc.assert(
    fc.property(fc.option(order), fc.option(order), (a, b) => {
      const [low, high] = a !== null && b !== null && a > b ? [b, a] : [a, b];
      if (low !== null && low === high) return;
      const between = orderBetween(low, high);
      if (low !== null) expect(between > low).toBe(true);
      if (high !== null) expect(between < high).toBe(true);
      expect(between.endsWith("0")).toBe(false);
    }),
  );
});

test("[ORD1] any sequence of insertions stays ordered, at the end, the start and into one gap", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 60 }), (places) => {
      const list: string[] = [];
      for (const place of places) {
        const index = place % (list.length + 1);
        list.splice(index, 0, orderBetween(list[index - 1] ?? null, list[index] ?? null));
      }
      expect(list).toEqual([...new Set(list)].toSorted((a, b) => (a < b ? -1 : 1)));
    }),
  );
  let last: string | null = null;
  for (let i = 0; i < 100; i++) last = orderBetween(last, null);
  expect((last ?? "").length).toBeLessThan(25);
});

test("[ORD1] any two strings give an answer: a tie and a foreign string are no trap", () => {
  fc.assert(
    fc.property(fc.option(fc.string()), fc.option(fc.string()), (a, b) => {
      expect(orderBetween(a, b).length).toBeGreaterThan(0);
    }),
  );
  expect(orderBetween("V", "V") > "V").toBe(true);
  expect(orderBetween(null, "000").length).toBeGreaterThan(0);
});

test("[ORD2] one place taken twice is ordered by track id", () => {
  const tracks = [
    { order: "V", id: 3 },
    { order: "V", id: 1 },
    { order: "A", id: 9 },
    { order: "a", id: 2 },
  ];
  expect(tracks.toSorted(compareOrder).map(({ id }) => id)).toEqual([9, 1, 3, 2]);
});
