/** A straight line through measured pairs, and how far they lie from it. */
import { at, type Line } from "#shared/time/line.ts";

/**
 * The line of least squares through the pairs (x in one clock, y in another), and the root mean square
 * of what it leaves, in seconds of y. Null with fewer than two different x.
 */
export function fitLine(
  pairs: readonly { readonly x: number; readonly y: number }[],
): { line: Line; residual: number } | null {
  const n = pairs.length;
  const first = pairs[0];
  if (!first) return null;
  // Sums are taken about the first pair: host times near 1.8e9 s would lose all their digits squared.
  let meanX = 0;
  let meanY = 0;
  for (const { x, y } of pairs) {
    meanX += (x - first.x) / n;
    meanY += (y - first.y) / n;
  }
  let sxx = 0;
  let sxy = 0;
  for (const { x, y } of pairs) {
    const dx = x - first.x - meanX;
    sxx += dx * dx;
    sxy += dx * (y - first.y - meanY);
  }
  if (sxx === 0) return null;
  const line = { x: first.x + meanX, y: first.y + meanY, rate: sxy / sxx };
  const squares = pairs.reduce((sum, { x, y }) => sum + (y - at(line, x)) ** 2, 0);
  return { line, residual: Math.sqrt(squares / n) };
}
