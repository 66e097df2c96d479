/** Which worker a new room goes to. Pure. */

export interface WorkerLoad {
  readonly alive: boolean;
  readonly rooms: number;
}

/**
 * The index of the living worker with the fewest rooms, the first of equals; null when none lives.
 *
 * Law: no other living worker has fewer rooms than the chosen one.
 */
export function leastLoaded(workers: readonly WorkerLoad[]): number | null {
  let best: number | null = null;
  for (const [index, worker] of workers.entries()) {
    if (!worker.alive) continue;
    const standing = best === null ? undefined : workers[best];
    if (standing === undefined || worker.rooms < standing.rooms) best = index;
  }
  return best;
}

/**
 * Milliseconds before a worker that has died `failures` times in a row is started again: 0.2 s doubling to
 * 10 s, and up to half as much again by `random` in [0, 1), so that several do not start at one instant.
 */
export function restartDelayMs(failures: number, random: number): number {
  return Math.min(200 * 2 ** failures, 10_000) * (1 + random / 2);
}
