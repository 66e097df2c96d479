import * as fc from "fast-check";
import { expect, test } from "vitest";
import { at, compose, inverse } from "./line.ts";

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const line = fc.record({ x: real(-1e6, 1e6), y: real(-1e6, 1e6), rate: real(0.99, 1.01) });

test("[CLK1] a line and its inverse undo each other", () => {
  fc.assert(
    fc.property(line, real(-1e6, 1e6), (l, x) => {
      expect(at(inverse(l), at(l, x))).toBeCloseTo(x, 6);
    }),
  );
});

test("[CLK1] composing two lines is going through one and then the other", () => {
  fc.assert(
    fc.property(line, line, real(-1e6, 1e6), (outer, inner, x) => {
      expect(at(compose(outer, inner), x)).toBeCloseTo(at(outer, at(inner, x)), 6);
    }),
  );
});
