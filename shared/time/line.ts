/** A straight line between two clocks: the shape in which maps travel to Workers and are inverted. */
export interface Line {
  /** A point on the line, in the first clock's seconds. */
  readonly x: number;
  /** The same point in the second clock's seconds. */
  readonly y: number;
  /** Seconds of the second clock per second of the first; positive. */
  readonly rate: number;
}

export const IDENTITY: Line = { x: 0, y: 0, rate: 1 };

export const at = (line: Line, x: number): number => line.y + (x - line.x) * line.rate;

/** Law: `at(inverse(l), at(l, x)) === x` up to rounding. */
export const inverse = (line: Line): Line => ({ x: line.y, y: line.x, rate: 1 / line.rate });

/** First `inner`, then `outer`. Law: `at(compose(outer, inner), x) === at(outer, at(inner, x))` up to rounding. */
export const compose = (outer: Line, inner: Line): Line => ({
  x: inner.x,
  y: at(outer, inner.y),
  rate: inner.rate * outer.rate,
});
