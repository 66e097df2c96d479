/** How many deltas a command's writes take. */
import { LIMITS } from "../protocol/limits.ts";
import type { Write } from "./delta.ts";

/** One command's writes as deltas that each fit a frame: one, but for large jams, whose last delta alone is seen. */
export function deltasOf(writes: readonly Write[]): Write[][] {
  const deltas: Write[][] = [];
  for (let end = writes.length; end > 0; end -= LIMITS.writesPerDelta)
    deltas.unshift(writes.slice(Math.max(0, end - LIMITS.writesPerDelta), end));
  return deltas;
}
