/**
 * How much of a room's past is kept: each delta for a while, before that a snapshot an hour for longer.
 * Pure: it says what to keep, and `room-file.ts` does it.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Retention {
  readonly deltaAgeMs: number;
  readonly deltaCount: number;
  /** So that nobody who sends large deltas as fast as they may fills a disk. */
  readonly deltaBytes: number;
  readonly snapshotAgeMs: number;
  /** Bytes of deltas after the newest snapshot from which on another is made, whatever the snapshot's size. */
  readonly foldBytes: number;
}

export const RETENTION: Retention = {
  deltaAgeMs: 7 * DAY_MS,
  deltaCount: 200_000,
  deltaBytes: 64 * 1_048_576,
  snapshotAgeMs: 30 * DAY_MS,
  foldBytes: 32_768,
};

/** A snapshot by the row it was taken after, and room ms. */
export interface SnapshotMark {
  readonly n: number;
  readonly received: number;
}

const hourOf = (roomMs: number): number => Math.floor(roomMs / HOUR_MS);

/**
 * Whether it is time for another snapshot: the deltas after the newest take twice its bytes, so that loading
 * costs at most three times the document and all snapshots together less than the deltas; or an hour has
 * ended, of which one is to be kept.
 */
export function isSnapshotDue(
  held: { readonly newest: SnapshotMark; readonly newestBytes: number; readonly deltaBytes: number },
  nowMs: number,
  retention: Retention,
): boolean {
  if (held.deltaBytes === 0) return false;
  if (hourOf(nowMs) > hourOf(held.newest.received)) return true;
  return held.deltaBytes > Math.max(retention.foldBytes, 2 * held.newestBytes);
}

/**
 * The snapshots that are not kept, given all of them in their order. Kept are the newest; the one that the
 * oldest delta builds on, and those after it; and of the others the last of each hour, up to their age.
 */
export function outdated(
  snapshots: readonly SnapshotMark[],
  oldestDelta: number,
  nowMs: number,
  retention: Retention,
): SnapshotMark[] {
  const base = snapshots.findLastIndex(({ n }) => n < oldestDelta);
  return snapshots.filter((snapshot, index) => {
    if (index >= base || index === snapshots.length - 1) return false;
    const next = snapshots[index + 1];
    const isLastOfHour = !next || hourOf(next.received) > hourOf(snapshot.received);
    return !isLastOfHour || nowMs - snapshot.received > retention.snapshotAgeMs;
  });
}
