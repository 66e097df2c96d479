/** How long to wait before trying again: doubling, capped, jittered. Pure: chance is handed in. */
import type { Random } from "#shared/lib/random.ts";

export interface BackoffOptions {
  /** The longest first wait; the shortest is 0.4 of it. */
  readonly firstMs: number;
  /** No wait is longer. */
  readonly capMs: number;
}

/**
 * The wait in ms before retry number `attempt` (0 is the first): uniform between 0.4 of the ceiling
 * and the ceiling, which doubles with each attempt up to the cap. The jitter keeps a room full of
 * clients from coming back in the same instant.
 *
 * Law: `0.4 * firstMs <= result <= capMs`.
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: Random): number {
  const ceiling = Math.min(options.capMs, options.firstMs * 2 ** Math.min(attempt, 30));
  return ceiling * (0.4 + 0.6 * random());
}
