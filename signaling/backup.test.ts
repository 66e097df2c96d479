import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backUp } from "./backup.ts";
import { Journal } from "./journal/journal.ts";
import { digestOf, newRoom, Scribe, temporaryFolder } from "./test-rooms.ts";

/** A disk may be slow; nothing here is timed. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let data = "";
let to = "";
let removals: (() => Promise<void>)[] = [];
let journal: Journal;
const silent = { blocked: () => {}, report: () => {} };

beforeEach(async () => {
  const folders = [await temporaryFolder(), await temporaryFolder()];
  removals = folders.map(({ remove }) => remove);
  [data = "", to = ""] = folders.map(({ path }) => path);
  journal = new Journal(join(data, "rooms"), silent);
  writeFileSync(join(data, "secret"), "key", { mode: 0o600 });
});
afterEach(async () => {
  journal.close();
  for (const remove of removals) await remove();
});

async function expectRestored(id: string, digest: string): Promise<void> {
  const restored = new Journal(join(to, "rooms"), silent);
  const room = await restored.load(id);
  restored.close();
  expect(digestOf(room?.snapshot ?? new Uint8Array())).toBe(digest);
}

test("[JRN11] a backup taken while rooms are written holds each as it stood in one instant", async () => {
  const rooms = ["abc", "xyz"].map((id) => newRoom(id));
  for (const room of rooms) journal.create(room);
  const scribe = new Scribe(rooms[0]!);
  await journal.append("abc", scribe.entries(0, 300));
  const { digest } = scribe;
  // A transaction that is under way is not in it.
  const later = journal.append("abc", scribe.entries(300, 10));
  expect(backUp(data, to)).toMatchObject({ rooms: 2, failed: [] });
  await later;
  expect(readFileSync(join(to, "secret"), "utf8")).toBe("key");
  for (const path of [join(data, "rooms", "abc.db"), join(to, "rooms", "abc.db"), join(to, "secret")])
    expect(statSync(path).mode & 0o777).toBe(0o600);
  await expectRestored("abc", digest);
  // The next one takes its place.
  expect(backUp(data, to).rooms).toBe(2);
  await expectRestored("abc", scribe.digest);
  expect(existsSync(join(to, "rooms", "abc.db.draft"))).toBe(false);
});

test("[JRN11] a room that cannot be copied is named, keeps its earlier copy, and the others are there", async () => {
  for (const id of ["abc", "xyz"]) journal.create(newRoom(id));
  expect(backUp(data, to).failed).toEqual([]);
  journal.close();
  writeFileSync(join(data, "rooms", "abc.db"), "garbage");
  const { rooms, failed } = backUp(data, to);
  expect(rooms).toBe(1);
  expect(failed).toMatchObject([{ room: "abc" }]);
  await expectRestored("abc", digestOf(newRoom("abc").snapshot));
});

test("[JRN11] the command says what it did, and what it cannot do", () => {
  const script = new URL("./backup.ts", import.meta.url).pathname;
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    return { status, said: `${stdout}${stderr}` };
  };
  journal.create(newRoom("abc"));
  expect(run("--to", to, "--data-dir", data)).toMatchObject({
    status: 0,
    said: expect.stringMatching(/^1 room, 0\.\d MB, and the keys are in /),
  });
  expect(run()).toMatchObject({ status: 2, said: expect.stringContaining("--to FOLDER") });
  expect(run("--to", data, "--data-dir", data)).toMatchObject({ status: 1 });
  journal.close();
  rmSync(data, { recursive: true });
  expect(run("--to", to, "--data-dir", data).said).toMatch(/^There are no rooms in /);
});
