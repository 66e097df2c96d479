import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ChatLine } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { digestOf, documentOf, newRoom, Scribe, temporaryFolder } from "../test-rooms.ts";
import { RETENTION } from "./retention.ts";
import { RoomFile } from "./room-file.ts";
import { DamagedFile, isDamage, migrate, NewerFile } from "./schema.ts";

/** A disk may be slow; nothing here is timed. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const room = newRoom("abc");

let path = "";
let remove = async () => {};
let file: RoomFile;
beforeEach(async () => {
  const folder = await temporaryFolder();
  path = join(folder.path, "abc.db");
  remove = folder.remove;
  file = RoomFile.create(path, room);
});
afterEach(async () => {
  file.close();
  await remove();
});

function reopen(options: Partial<Parameters<typeof RoomFile.open>[1]> = {}): void {
  file.close();
  file = RoomFile.open(path, { check: true, ...options });
}

/** Does something to the file behind the back of everything. */
function tamper(sql: string, values: (number | Uint8Array)[] = []): void {
  const db = new DatabaseSync(path);
  db.prepare(sql).run(...values);
  db.close();
}

const damageOf = (open: () => unknown): unknown => {
  try {
    open();
  } catch (error) {
    return isDamage(error);
  }
  return "whole";
};

test("[STO1] what is saved is what is loaded, header and document", () => {
  expect(file.load()).toEqual(room);
  const scribe = new Scribe(room);
  const header = { ...file.header(), roomMs: 5_000, topology: "mesh" as const };
  file.write(header, scribe.entries(0, 20));
  reopen();
  const loaded = file.load();
  expect(loaded).toMatchObject({ ...header, roomMs: 5_000 });
  expect(digestOf(loaded.snapshot)).toBe(scribe.digest);
  expect(documentOf(loaded.snapshot).vector.hash()).toBe(scribe.replica.vector.hash());
});

test("[STO1] room time goes on from the last delta, though the header is older", () => {
  const scribe = new Scribe(room);
  file.write(null, [scribe.entry(0, 77_000)]);
  reopen();
  expect(file.load().roomMs).toBe(77_000);
});

test("[JRN9] loading is the newest snapshot and the deltas after it, and snapshots change nothing", () => {
  const scribe = new Scribe(room);
  let snapshots = 0;
  for (let i = 0; i < 4_000; i += 20) {
    file.write(null, scribe.entries(i, 20));
    if (!file.needsUpkeep) continue;
    snapshots += 1;
    file.upkeep();
    expect(file.needsUpkeep).toBe(false);
  }
  expect(snapshots).toBeGreaterThan(0);
  expect(snapshots).toBeLessThan(10);
  reopen();
  expect(digestOf(file.load().snapshot)).toBe(scribe.digest);
});

test("[JRN10] deltas go when they are too old or too many, and a snapshot an hour stays of them", () => {
  file.close();
  const retention = { ...RETENTION, deltaCount: 50 };
  file = RoomFile.create(path, room, retention);
  const scribe = new Scribe(room);
  for (let hour = 0; hour < 10; hour++) {
    file.write(null, [scribe.entry(hour * 2, hour * HOUR + 1), scribe.entry(hour * 2 + 1, hour * HOUR + 2)]);
    file.upkeep();
  }
  expect(file.history({ before: null, limit: 100 }).entries).toHaveLength(20);

  const later = 7 * DAY + 5 * HOUR;
  file.upkeep(later);
  const page = file.history({ before: null, limit: 100 });
  expect(page.entries.map(({ n }) => n)).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11]);
  expect(page.more).toBe(false);
  expect(page.moments?.map(({ n }) => n)).toEqual([10, 8, 6, 4, 2]);
  expect(page.since).toBe(2);
  for (const { n } of [...page.entries, ...(page.moments ?? [])]) expect(file.moment(n)).not.toBeNull();
  expect(file.moment(9)).toBeNull();

  file.upkeep(40 * DAY);
  expect(file.history({ before: null, limit: 100 })).toMatchObject({ entries: [], more: false });
  reopen({ retention });
  expect(digestOf(file.load().snapshot)).toBe(scribe.digest);
  // Numbers go on, and are not given out twice.
  file.write(null, scribe.entries(20, 60));
  file.upkeep();
  const numbers = file.history({ before: null, limit: 200 }).entries.map(({ n }) => n);
  expect(numbers).toEqual(Array.from({ length: 50 }, (_, i) => 80 - i));
});

test("[JRN10] deltas that take too much room go too, the oldest first, and the document stays whole", () => {
  file.close();
  const scribe = new Scribe(room);
  const written = scribe.entries(0, 40);
  const newest = written.slice(-10).reduce((sum, { frame }) => sum + frame.length, 0);
  file = RoomFile.create(path, room, { ...RETENTION, deltaBytes: newest });
  file.write(null, written);
  file.upkeep();
  const { entries, more } = file.history({ before: null, limit: 100 });
  expect(entries.map(({ n }) => n)).toEqual([40, 39, 38, 37, 36, 35, 34, 33, 32, 31]);
  expect(more).toBe(false);
  expect(digestOf(file.moment(31) ?? new Uint8Array())).not.toBe(scribe.digest);
  expect(digestOf(file.load().snapshot)).toBe(scribe.digest);
});

test("[HST1] history comes newest first, in pages that neither repeat nor skip a row", () => {
  const scribe = new Scribe(room);
  const written = scribe.entries(0, 45);
  file.write(null, written);
  const seen = [];
  for (let before: number | null = null; ; ) {
    const page = file.history({ before, limit: 20 });
    seen.push(...page.entries);
    if (!page.more) {
      expect(page.moments).toEqual([{ n: 0, received: 0 }]);
      break;
    }
    expect(page.moments).toBeUndefined();
    before = page.entries.at(-1)?.n ?? 0;
  }
  expect(seen.map(({ n }) => n)).toEqual(Array.from({ length: 45 }, (_, i) => 45 - i));
  expect(seen.at(-1)).toEqual({
    n: 1,
    actor: 3,
    seq: 1,
    time: written[0]?.time,
    received: written[0]?.received,
    delta: Buffer.from(written[0]?.frame ?? []).toString("base64"),
  });
});

test("[HST1] a page is cut before it grows too large, and holds one row at least", () => {
  const frame = new Uint8Array(LIMITS.historyBytes - 10);
  const entry = new Scribe(room).entry(0);
  file.write(null, [
    { ...entry, frame },
    { ...entry, frame, via: 9 },
  ]);
  const page = file.history({ before: null, limit: 200 });
  expect(page.entries).toMatchObject([{ n: 2, via: 9 }]);
  expect(page.more).toBe(true);
});

test("[HST2] a moment is the document as it stood right after its row", () => {
  const scribe = new Scribe(room);
  const digests = [digestOf(room.snapshot)];
  for (let i = 0; i < 40; i++) {
    file.write(null, [scribe.entry(i)]);
    digests.push(scribe.digest);
    if (i === 25) file.upkeep();
  }
  for (const [n, digest] of digests.entries())
    expect(digestOf(file.moment(n) ?? new Uint8Array())).toBe(digest);
  expect(file.moment(41)).toBeNull();
});

test("[STO2] damage is seen at the opening: in the file's form, in a row, in the header, and when a row is gone", () => {
  const scribe = new Scribe(room);
  const damaged = (harm: () => void): unknown => {
    file.close();
    file = RoomFile.create(path, room);
    file.write(null, scribe.entries(0, 300));
    file.close();
    harm();
    const seen = damageOf(() => {
      file = RoomFile.open(path, { check: true });
      file.load();
    });
    return seen;
  };
  expect(damaged(() => {})).toBe("whole");
  expect(damaged(() => writeFileSync(path, "garbage"))).toBe(true);
  expect(damaged(() => writeFileSync(path, ""))).toBe(true);
  expect(damaged(() => writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size / 2)))).toBe(
    true,
  );
  expect(damaged(() => tamper("UPDATE delta SET frame = ? WHERE n = 3", [Uint8Array.of(1, 2)]))).toBe(true);
  expect(damaged(() => tamper("DELETE FROM delta WHERE n = 3"))).toBe(true);
  expect(damaged(() => tamper("UPDATE snapshot SET frame = ?", [Uint8Array.of(0x40)]))).toBe(true);
  expect(damaged(() => tamper("DELETE FROM snapshot"))).toBe(true);
  expect(damaged(() => tamper("UPDATE room SET header = replace(header, 'Ada', 'Eve')"))).toBe(true);
});

const said = (n: number): ChatLine => ({
  n,
  member: 1,
  name: "Ada",
  color: 0,
  time: n * 1_000,
  text: `line ${n}`,
  key: n,
});

test("[JRN12] what was said is loaded as it was, the newest of it; a line that is damaged costs the room nothing", () => {
  const lines = Array.from({ length: LIMITS.chatLines + 5 }, (_, i) => said(i + 1));
  file.write(null, [], lines.slice(0, 100));
  file.write(null, [], lines.slice(100));
  reopen();
  expect(file.load()).toEqual({ ...room, chat: lines.slice(5) });
  file.close();
  tamper("UPDATE chat SET line = replace(line, 'line', 'lime') WHERE n = 10");
  tamper("UPDATE chat SET line = '{}', sum = 2745614147 WHERE n = 11");
  reopen();
  expect(file.load().chat).toEqual(lines.slice(5).filter(({ n }) => n !== 10 && n !== 11));
  file.close();
  file = RoomFile.create(path, { ...room, chat: lines.slice(0, 3) });
  expect(file.load().chat).toEqual(lines.slice(0, 3));
});

test("[JRN12] a file from before there was chat takes what is said", () => {
  file.close();
  tamper("DROP TABLE chat");
  tamper("PRAGMA user_version = 1");
  file = RoomFile.open(path, { check: true });
  file.write(null, [], [said(1)]);
  expect(file.load()).toEqual({ ...room, chat: [said(1)] });
});

test("[JRN8] a file of a later version is left alone, and an older one is brought up to date step by step", () => {
  file.close();
  tamper("PRAGMA user_version = 99");
  expect(() => RoomFile.open(path, { check: true })).toThrow(NewerFile);
  file = RoomFile.create(path, room);

  const db = new DatabaseSync(":memory:");
  const steps = ["CREATE TABLE a (x);", "INSERT INTO a VALUES (1);", "INSERT INTO a VALUES (2);"];
  migrate(db, steps.slice(0, 2));
  migrate(db, steps);
  migrate(db, steps);
  expect(db.prepare("SELECT x FROM a").all()).toEqual([{ x: 1 }, { x: 2 }]);
  expect(() => migrate(db, [...steps, "INSERT INTO a VALUES (3); nonsense;"])).toThrow();
  expect(db.prepare("SELECT count(*) AS n FROM a").get()).toEqual({ n: 2 });
  expect(isDamage(new DamagedFile("x"))).toBe(true);
  expect(isDamage(new Error("x"))).toBe(false);
});
