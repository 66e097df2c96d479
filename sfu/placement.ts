/** Which worker a router goes to, and which of a room's routers a newcomer. Pure. */

export interface WorkerLoad {
  /** It lives and may be chosen. */
  readonly isFree: boolean;
  readonly load: number;
}

/** What a router counts for at least: people have just been sent there, and consume in a moment. */
export const ROUTER_LOAD = 16;

/** What a worker carries whose routers have so many consumers. */
export function loadOf(consumers: Iterable<number>): number {
  let load = 0;
  for (const each of consumers) load += Math.max(each, ROUTER_LOAD);
  return load;
}

/**
 * The index of the free worker that carries least, the first of equals; null when none is free.
 *
 * Law: no other free worker carries less than the chosen one.
 */
export function leastLoaded(workers: readonly WorkerLoad[]): number | null {
  let best: number | null = null;
  for (const [index, worker] of workers.entries()) {
    if (!worker.isFree) continue;
    const standing = best === null ? undefined : workers[best];
    if (standing === undefined || worker.load < standing.load) best = index;
  }
  return best;
}

/**
 * The index of the hall for a newcomer, of halls with so many consumers: the first that has not reached
 * `limit`; null when there is none, and a further one is wanted.
 */
export function roomyHall(consumers: readonly number[], limit: number): number | null {
  const index = consumers.findIndex((each) => each < limit);
  return index === -1 ? null : index;
}

/**
 * Milliseconds before a worker that has died `failures` times in a row is started again: 0.2 s doubling to
 * 10 s, and up to half as much again by `random` in [0, 1), so that several do not start at one instant.
 */
export function restartDelayMs(failures: number, random: number): number {
  return Math.min(200 * 2 ** failures, 10_000) * (1 + random / 2);
}
