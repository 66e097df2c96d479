import { mkdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLog } from "../log.ts";
import { digestOf, newRoom, Scribe, temporaryFolder } from "../test-rooms.ts";
import { JournalStore } from "./journal-store.ts";

/** A disk may be slow; nothing here is timed. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let data = "";
let remove = async () => {};
let store: JournalStore;
beforeEach(async () => {
  const folder = await temporaryFolder();
  data = folder.path;
  remove = folder.remove;
  store = await JournalStore.open(data, silentLog());
});
afterEach(async () => {
  await store.close();
  await remove();
});

async function reopen(): Promise<void> {
  await store.close();
  store = await JournalStore.open(data, silentLog());
}

test("[STO1] what the journal's thread is handed is there in its next life", async () => {
  const room = newRoom("abc", Date.now());
  const scribe = new Scribe(room);
  // Nobody waits for one call before the next: they are done in their order.
  const calls = [
    store.create(room),
    store.append("abc", scribe.entries(0, 10)),
    store.append("abc", scribe.entries(10, 1)),
  ];
  const loaded = await store.load("abc");
  expect(digestOf(loaded?.snapshot ?? new Uint8Array())).toBe(scribe.digest);
  await Promise.all(calls);
  await reopen();
  expect((await store.list()).map(({ id }) => id)).toEqual(["abc"]);
  const page = await store.history("abc", { before: null, limit: 2 });
  expect(page.entries.map(({ n }) => n)).toEqual([11, 10]);
  const moment = await store.moment("abc", 0);
  expect(digestOf(new Uint8Array(Buffer.from(moment ?? "", "base64")))).toBe(digestOf(room.snapshot));
  await store.remove("abc");
  expect(await store.list()).toEqual([]);
});

test("[STO3] a store whose folder is gone says so, and one that cannot be had does not open", async () => {
  expect(await store.problem()).toBeNull();
  await rm(join(data, "rooms"), { recursive: true });
  expect(await store.problem()).toMatch(/cannot be written/);
  await writeFile(join(data, "rooms"), "no folder");
  await expect(JournalStore.open(data, silentLog())).rejects.toThrow(/EEXIST/);
});

test("[JRN6] that nothing can be written is told on the main thread, and that it can be again", async () => {
  const room = newRoom("abc");
  await store.create(room);
  await reopen();
  const path = join(data, "rooms", "abc.db");
  await rename(path, `${path}.away`);
  // What SQLite cannot open is not a damaged file.
  await mkdir(path);
  const told: boolean[] = [];
  let wake = () => {};
  store.onWritable((isWritable) => {
    told.push(isWritable);
    wake();
  });
  const isBlocked = new Promise<void>((done) => (wake = done));
  const scribe = new Scribe(room);
  const stored = store.append("abc", scribe.entries(0, 3));
  await isBlocked;
  expect([store.isWritable, told]).toEqual([false, [false]]);
  expect(await store.problem()).toMatch(/^Edits cannot be stored: /);
  await rmdir(path);
  await rename(`${path}.away`, path);
  await stored;
  expect([store.isWritable, told]).toEqual([true, [false, true]]);
  expect(await store.problem()).toBeNull();
  expect(digestOf((await store.load("abc"))?.snapshot ?? new Uint8Array())).toBe(scribe.digest);
});

test("[STO6] rooms are kept by several threads; what stops two of them is told once", async () => {
  const rooms = Array.from({ length: 12 }, (_, i) => newRoom(`room-${i}`));
  const scribes = rooms.map((room) => new Scribe(room));
  await Promise.all(rooms.map((room) => store.create(room)));
  await reopen();
  const told: boolean[] = [];
  let wake = () => {};
  store.onWritable((isWritable) => {
    told.push(isWritable);
    wake();
  });
  const pathOf = (id: string) => join(data, "rooms", `${id}.db`);
  // Two of different threads: ids are dealt by their checksum.
  const place = (id: string) => crc32(id) % 4;
  const [first = "", ...rest] = rooms.map(({ id }) => id);
  const second = rest.find((id) => place(id) !== place(first)) ?? "";
  const blocked = [first, second];
  for (const id of blocked) {
    await rename(pathOf(id), `${pathOf(id)}.away`);
    await mkdir(pathOf(id));
  }
  const stored = rooms.map(({ id }, i) => store.append(id, scribes[i]?.entries(0, 3) ?? []));
  // The others' are safe meanwhile.
  await Promise.all(stored.filter((_, i) => !blocked.includes(rooms[i]?.id ?? "")));
  expect(told).toEqual([false]);
  const isFree = new Promise<void>((done) => (wake = done));
  for (const id of blocked) {
    await rmdir(pathOf(id));
    await rename(`${pathOf(id)}.away`, pathOf(id));
  }
  await Promise.all([...stored, isFree]);
  expect(told).toEqual([false, true]);
  await reopen();
  for (const [i, { id }] of rooms.entries())
    expect(digestOf((await store.load(id))?.snapshot ?? new Uint8Array())).toBe(scribes[i]?.digest);
});

test("[JRN7] what is wrong with a file crosses the threads by its code", async () => {
  const missing = store.append("abc", new Scribe(newRoom("abc")).entries(0, 1));
  await expect(missing).rejects.toMatchObject({ code: "damaged" });
  await store.close();
  await expect(store.load("abc")).rejects.toMatchObject({ code: "closed" });
});
