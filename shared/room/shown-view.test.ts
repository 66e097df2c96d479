import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LIMITS } from "../protocol/limits.ts";
import { MOST_OCTAVES, PANELS, type ShownView, viewNumbers, viewOf } from "./shown-view.ts";

const views: fc.Arbitrary<ShownView> = fc.record({
  track: fc.option(fc.integer({ min: 0, max: 0xffff_ffff })),
  first: fc.option(fc.integer({ min: 0, max: LIMITS.steps - 1 })),
  octaves: fc.integer({ min: -MOST_OCTAVES, max: MOST_OCTAVES }),
  panel: fc.option(fc.constantFrom(...PANELS)),
});

test("[LEAD16] a view survives being numbers, and any numbers are a view or none", () => {
  fc.assert(
    fc.property(views, fc.nat(), (view, actor) => {
      expect(viewOf([actor, ...viewNumbers(view)])).toEqual(view);
    }),
  );
  expect(viewOf([])).toBeNull();
  expect(viewOf([7])).toBeNull();
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 2, maxLength: 8 }), (numbers) => {
      const view = viewOf(numbers) as ShownView;
      expect(viewOf([7, ...viewNumbers(view)])).toEqual(view);
      expect(Math.abs(view.octaves)).toBeLessThanOrEqual(MOST_OCTAVES);
    }),
  );
});
