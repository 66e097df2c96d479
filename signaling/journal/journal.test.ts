import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StoreError, type StoredRoom } from "../store.ts";
import { digestOf, newRoom, Scribe, temporaryFolder } from "../test-rooms.ts";
import { Journal, type JournalEvents } from "./journal.ts";
import { decodeRoom } from "./legacy.ts";

/** A disk may be slow; nothing here is timed. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = "";
let remove = async () => {};
let journal: Journal;
let blocked: (string | null)[] = [];
let reports: string[] = [];
let wake = () => {};

const events: JournalEvents = {
  blocked: (reason) => {
    blocked.push(reason);
    wake();
  },
  report: (_level, { room, reason }, text) => reports.push(`${room}: ${text} (${reason})`),
};

beforeEach(async () => {
  const made = await temporaryFolder();
  folder = made.path;
  remove = made.remove;
  blocked = [];
  reports = [];
  journal = new Journal(folder, events);
});
afterEach(async () => {
  journal.close();
  await remove();
});

function reopen(): void {
  journal.close();
  journal = new Journal(folder, events);
}

const fileOf = (id: string) => join(folder, `${id}.db`);

function rowsOf(id: string): number {
  const db = new DatabaseSync(fileOf(id), { readOnly: true });
  const rows = Number(db.prepare("SELECT count(*) AS n FROM delta").get()?.["n"]);
  db.close();
  return rows;
}

/** Transactions in a room's write-ahead log: frames that say how large the file is after them. */
function commitsOf(id: string): number {
  const log = readFileSync(`${fileOf(id)}-wal`);
  const pageBytes = log.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at < log.length; at += 24 + pageBytes) if (log.readUInt32BE(at + 4) > 0) commits += 1;
  return commits;
}

/** Makes the room, and gives the journal's own connection to it: how large a file may grow is a connection's affair. */
function createAndTap(room: StoredRoom): DatabaseSync {
  const exec = vi.spyOn(DatabaseSync.prototype, "exec");
  journal.create(room);
  const [connection] = exec.mock.contexts as DatabaseSync[];
  exec.mockRestore();
  if (!connection) throw new Error("the journal opened nothing");
  return connection;
}

/** SQLite finds the disk full as soon as the file has to grow. */
function fillDisk(connection: DatabaseSync): void {
  const pages = Number(connection.prepare("PRAGMA page_count").get()?.["page_count"]);
  connection.exec(`PRAGMA max_page_count = ${pages}`);
}

test("[STO1] what is stored is there again, and what was removed is not", async () => {
  const [abc, xyz] = [newRoom("abc"), newRoom("xyz")];
  journal.create(abc);
  journal.create(xyz);
  const scribe = new Scribe(abc);
  await journal.append("abc", scribe.entries(0, 30));
  expect(journal.list().map(({ id }) => id)).toEqual(["abc", "xyz"]);
  reopen();
  expect(digestOf((await journal.load("abc"))?.snapshot ?? new Uint8Array())).toBe(scribe.digest);
  expect(await journal.load("nope")).toBeNull();
  await journal.remove("xyz");
  expect(readdirSync(folder).filter((name) => name.startsWith("xyz"))).toEqual([]);
  expect(await journal.load("xyz")).toBeNull();
  expect(reports).toEqual([]);
});

test("[JRN5] what comes within a round is one commit, a room's header and deltas together, in their order", async () => {
  const rooms = ["a", "b", "c"].map((id) => newRoom(id));
  for (const room of rooms) journal.create(room);
  const scribes = rooms.map((room) => new Scribe(room));
  let settled = 0;
  const all = rooms.flatMap((room, index) => [
    ...scribes[index]!.entries(0, 10).map((entry) => journal.append(room.id, [entry])),
    journal.save({ ...headerOf(room), roomMs: 4_321 }),
  ]);
  for (const one of all) void one.then(() => (settled += 1));
  const before = rooms.map(({ id }) => commitsOf(id));
  await all[0];
  await new Promise(setImmediate);
  expect(settled).toBe(all.length);
  expect(rooms.map(({ id }) => commitsOf(id))).toEqual(before.map((commits) => commits + 1));
  for (const [index, room] of rooms.entries()) {
    const page = await journal.history(room.id, { before: null, limit: 20 });
    expect(page.entries.map(({ seq }) => seq)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const loaded = await journal.load(room.id);
    expect(loaded?.roomMs).toBe(4_321);
    expect(digestOf(loaded?.snapshot ?? new Uint8Array())).toBe(scribes[index]!.digest);
  }
});

function headerOf(room: StoredRoom) {
  const { snapshot: _snapshot, ...header } = room;
  return header;
}

test("[STO2] a damaged room is set aside and said, and the others live", async () => {
  for (const id of ["abc", "xyz"]) journal.create(newRoom(id));
  reopen();
  writeFileSync(fileOf("abc"), "garbage");
  expect(await journal.load("abc")).toBeNull();
  expect(await journal.load("xyz")).not.toBeNull();
  expect(existsSync(`${fileOf("abc")}.corrupt`)).toBe(true);
  expect(journal.list().map(({ id }) => id)).toEqual(["xyz"]);
  expect(reports).toHaveLength(1);
  expect(reports[0]).toMatch(/^abc: room set aside/);
});

test("[JRN7] a file that is gone refuses its deltas as damaged, and a new one takes what follows", async () => {
  const room = newRoom("abc");
  journal.create(room);
  reopen();
  rmSync(fileOf("abc"));
  const scribe = new Scribe(room);
  const refusal = journal.append("abc", scribe.entries(0, 1));
  await expect(refusal).rejects.toThrow(StoreError);
  await expect(refusal).rejects.toMatchObject({ code: "damaged" });
  // Handed over before the new file is made, these still come to stand in it.
  const before = journal.append("abc", scribe.entries(1, 1));
  journal.create(room);
  const after = journal.append("abc", scribe.entries(2, 1));
  await Promise.all([before, after]);
  expect(rowsOf("abc")).toBe(2);
  expect(blocked).toEqual([]);
});

test("[JRN6] a full disk takes nothing and says so; what waits is stored by itself when there is space", async () => {
  const room = newRoom("abc");
  const connection = createAndTap(room);
  const scribe = new Scribe(room);
  await journal.append("abc", scribe.entries(0, 5));
  fillDisk(connection);
  const isBlocked = new Promise<void>((done) => (wake = done));
  let isStored = false;
  const storing = journal.append("abc", scribe.entries(5, 500)).then(() => (isStored = true));
  await isBlocked;
  expect(blocked).toEqual([expect.stringMatching(/full/)]);
  expect([isStored, rowsOf("abc")]).toEqual([false, 5]);
  connection.exec("PRAGMA max_page_count = 1000000");
  await storing;
  expect(blocked).toEqual([expect.stringMatching(/full/), null]);
  expect(digestOf((await journal.load("abc"))?.snapshot ?? new Uint8Array())).toBe(scribe.digest);
});

test("[JRN6] what a full disk has not taken when the journal ends is refused, never acknowledged", async () => {
  const room = newRoom("abc");
  const connection = createAndTap(room);
  fillDisk(connection);
  const isBlocked = new Promise<void>((done) => (wake = done));
  const refusal = expect(journal.append("abc", new Scribe(room).entries(0, 500))).rejects.toMatchObject({
    code: "closed",
  });
  await isBlocked;
  reopen();
  await refusal;
  expect(rowsOf("abc")).toBe(0);
  expect(await journal.load("abc")).toEqual(room);
});

/** A room as it was written before there was a journal. */
function encodeOld(room: StoredRoom): Buffer {
  const header = Buffer.from(JSON.stringify(headerOf(room)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const body = Buffer.concat([length, header, room.snapshot]);
  return Buffer.concat([Buffer.from("TUTTI1\n\0"), createHash("sha256").update(body).digest(), body]);
}

test("[JRN8] rooms of the older form are taken over once, with the date of their last use", async () => {
  const room = newRoom("abc");
  const old = join(folder, "abc.bin");
  writeFileSync(old, encodeOld(room));
  utimesSync(old, 1_700_000_000, 1_700_000_000);
  writeFileSync(join(folder, "bad.bin"), encodeOld(room).subarray(0, 90));
  reopen();
  expect(journal.list()).toEqual([{ id: "abc", usedMs: 1_700_000_000_000 }]);
  expect(await journal.load("abc")).toEqual(room);
  expect(readdirSync(folder).filter((name) => name.includes(".bin"))).toEqual(["bad.bin.corrupt"]);
  expect(reports).toEqual(["bad: room set aside (its file is damaged)"]);

  // A crash between the last two steps leaves both: the newer form counts.
  await journal.append("abc", new Scribe(room).entries(0, 3));
  writeFileSync(old, encodeOld(room));
  reopen();
  expect(rowsOf("abc")).toBe(3);
  expect(existsSync(old)).toBe(false);
});

test("[JRN8] any cut of an old file reads as no room", () => {
  const bytes = encodeOld(newRoom("abc"));
  expect(decodeRoom(bytes)).toEqual(newRoom("abc"));
  for (let cut = 0; cut < bytes.length; cut += 7) expect(decodeRoom(bytes.subarray(0, cut))).toBeNull();
});
