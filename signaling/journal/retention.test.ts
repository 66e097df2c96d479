import fc from "fast-check";
import { expect, test } from "vitest";
import { isSnapshotDue, outdated, RETENTION } from "./retention.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test("[JRN9] a snapshot is due when its deltas take twice its bytes, or an hour with edits has ended", () => {
  const newest = { n: 10, received: 5 * HOUR + 1 };
  const due = (newestBytes: number, deltaBytes: number, nowMs: number) =>
    isSnapshotDue({ newest, newestBytes, deltaBytes }, nowMs, RETENTION);
  expect(due(1_000, RETENTION.foldBytes, 5 * HOUR + 9)).toBe(false);
  expect(due(1_000, RETENTION.foldBytes + 1, 5 * HOUR + 9)).toBe(true);
  expect(due(100_000, 200_000, 5 * HOUR + 9)).toBe(false);
  expect(due(100_000, 200_001, 5 * HOUR + 9)).toBe(true);
  expect(due(1_000, 1, 6 * HOUR)).toBe(true);
  expect(due(1_000, 0, 9 * HOUR)).toBe(false);
});

test("[JRN10] before the oldest delta the last snapshot of each hour is kept for 30 days", () => {
  const now = 40 * DAY;
  const snapshots = [
    { n: 0, received: 0 },
    { n: 10, received: 12 * DAY },
    { n: 20, received: 12 * DAY + HOUR / 2 },
    { n: 30, received: 12 * DAY + HOUR },
    { n: 40, received: 39 * DAY },
    { n: 45, received: 39 * DAY + 1 },
  ];
  const gone = (oldest: number) => outdated(snapshots, oldest, now, RETENTION).map(({ n }) => n);
  expect(gone(41)).toEqual([0, 10]);
  expect(gone(50)).toEqual([0, 10, 40]);
  expect(gone(1)).toEqual([]);
});

test("[JRN10] what a kept delta builds on is never forgotten, and neither is the newest", () => {
  const marks = fc
    .uniqueArray(fc.tuple(fc.nat(500), fc.nat(60 * DAY)), { minLength: 1, selector: ([n]) => n })
    .map((pairs) => {
      const rows = pairs.map(([n]) => n).toSorted((a, b) => a - b);
      const times = pairs.map(([, time]) => time).toSorted((a, b) => a - b);
      return rows.map((n, i) => ({ n, received: times[i] ?? 0 }));
    });
  fc.assert(
    fc.property(marks, fc.nat(600), (snapshots, oldest) => {
      const gone = new Set(outdated(snapshots, oldest, 60 * DAY, RETENTION));
      const kept = snapshots.filter((snapshot) => !gone.has(snapshot));
      expect(kept.at(-1)).toBe(snapshots.at(-1));
      expect(kept.findLast(({ n }) => n < oldest)).toBe(snapshots.findLast(({ n }) => n < oldest));
    }),
  );
});
