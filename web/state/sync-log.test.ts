import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { syncEntry } from "./sync-fixtures.ts";
import { MOST_ENTRIES, SyncLog } from "./sync-log.ts";

describe("the log of the clock", () => {
  test("[SYN1] keeps the last ten minutes, oldest first, whatever came before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * MOST_ENTRIES }), (count) => {
        const log = new SyncLog();
        for (let time = 0; time < count; time++) expect(log.add(syncEntry(time))).toBe(true);
        const kept = Math.min(count, MOST_ENTRIES);
        expect(log.size).toBe(kept);
        expect(log.entries().map(({ time }) => time)).toEqual(
          Array.from({ length: kept }, (_, index) => count - kept + index),
        );
      }),
    );
  });

  test("[SYN1] takes one entry a second, however often it is asked to", () => {
    const log = new SyncLog();
    for (let i = 0; i <= 40; i++) log.add(syncEntry(i / 4));
    expect(log.entries().map(({ time }) => time)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("[SYN2] its file is plain JSON with a version, and nothing in it names anybody", () => {
    const log = new SyncLog();
    log.add(syncEntry(1, { roomTime: null, state: "locking" }));
    log.add(syncEntry(2, { others: [{ actor: 4, state: "locked", residual: 0.001, errorBound: 0.002 }] }));
    const file = log.file({ app: "1.0", opened: 1_700_000_000 });
    expect(JSON.parse(JSON.stringify(file))).toEqual(file);
    expect(file).toMatchObject({ format: "tutti-sync-log", version: 1 });
    expect(Object.keys(file)).toEqual(["format", "version", "app", "opened", "entries"]);
    expect(Object.keys(file.entries[1] ?? {}).toSorted()).toEqual(Object.keys(syncEntry(0)).toSorted());
    expect(Object.keys(file.entries[1]?.others[0] ?? {})).toEqual([
      "actor",
      "state",
      "residual",
      "errorBound",
    ]);
  });
});
