import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EMPTY_MEMBERSHIP } from "#shared/room/membership.ts";
import { silentLog } from "./log.ts";
import { decodeRoom, encodeRoom, FileStore, type StoredRoom } from "./store.ts";

const room: StoredRoom = {
  id: "abc",
  topology: "auto",
  createdMs: 1_700_000_000_000,
  roomMs: 12_345,
  seed: 99,
  generations: { leader: 0, performer: 1, listener: 0 },
  membership: {
    ...EMPTY_MEMBERSHIP,
    members: [{ id: 1, name: "Ada", color: 0, seenMs: 5 }],
    authors: [[3, 1]],
  },
  snapshot: Uint8Array.of(0x40, 1, 2, 3),
};

let folder = "";
let store: FileStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-"));
  store = new FileStore(folder, silentLog());
  await store.open();
});
afterEach(() => rm(folder, { recursive: true }));

test("[STO1] what is saved is what is loaded", async () => {
  await store.save(room);
  expect(await store.load("abc")).toEqual(room);
  expect((await store.list()).map(({ id }) => id)).toEqual(["abc"]);
  expect(await readdir(join(folder, "rooms"))).toEqual(["abc.bin"]);
});

test("[STO2] a damaged room is set aside and the others live", async () => {
  await store.save(room);
  await store.save({ ...room, id: "xyz" });
  const path = join(folder, "rooms", "abc.bin");
  const bytes = await readFile(path);
  bytes[bytes.length - 1] = 77;
  await writeFile(path, bytes);
  expect(await store.load("abc")).toBeNull();
  expect(await store.load("xyz")).toEqual({ ...room, id: "xyz" });
  expect((await readdir(join(folder, "rooms"))).toSorted()).toEqual(["abc.bin.corrupt", "xyz.bin"]);
});

test("[STO2] any bytes, and any cut of a good file, read as no room", () => {
  const bytes = encodeRoom(room);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(bytes.length - 1), (random, cut) => {
      expect(decodeRoom(random)).toBeNull();
      expect(decodeRoom(bytes.subarray(0, cut))).toBeNull();
    }),
    { numRuns: 2_000 },
  );
  expect(decodeRoom(bytes)).toEqual(room);
});

test("[STO3] a store whose folder is gone says so", async () => {
  expect(await store.problem()).toBeNull();
  await rm(join(folder, "rooms"), { recursive: true });
  expect(await store.problem()).toMatch(/cannot be written/);
});

test("[STO1] a room that is not there is none", async () => {
  expect(await store.load("nope")).toBeNull();
  await store.remove("nope");
});
