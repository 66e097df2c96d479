/** Rooms and their store: what is kept when, what a full or broken disk does, and how rooms come and go. */
import { beforeEach, expect, test } from "vitest";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import { delta, enter, entering, EXPIRY_DAYS, Page, settle, Stage } from "./test-stage.ts";

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

test("[STO4] a changed header is saved, an unchanged one is not, and room time is kept each minute", async () => {
  const room = await stage.open();
  const { actor } = await enter(room);
  await stage.rooms.saveChanged();
  expect(room.isDirty).toBe(false);
  room.profile(actor, { name: "Ada" });
  expect(room.isDirty).toBe(true);
  await stage.rooms.saveChanged();
  expect(room.isDirty).toBe(false);
  room.delta(actor, delta(actor), "socket");
  await settle();
  expect(room.isDirty).toBe(false);
  expect(stage.store.rooms.get(room.id)?.room.membership.authors).toEqual([[actor, 1]]);
  stage.time.now += 61;
  expect(room.isDirty).toBe(true);
});

test("[STO5] a save that fails is tried again, and meanwhile no unleased actor is given out", async () => {
  const room = await stage.open();
  stage.store.failing = true;
  const refused = await room.enter(entering("performer"), new Page());
  expect(refused).toEqual({ ok: false, error: "INTERNAL" });
  stage.store.failing = false;
  await enter(room);
});

test("[ROOM7] a room is kept for its days after its last use, and is unloaded meanwhile", async () => {
  const room = await stage.open();
  const { page, actor } = await enter(room);
  const keptFor = EXPIRY_DAYS * 86_400;
  stage.time.now += keptFor + 1;
  await stage.rooms.expire();
  expect(await stage.rooms.get(room.id)).toBe(room);
  await stage.rooms.saveChanged();
  room.leave(actor, page);
  await stage.rooms.saveChanged();
  await settle();
  stage.time.now += 31;
  stage.rooms.unloadIdle();
  expect([...stage.rooms.loaded()]).toEqual([]);
  const again = await stage.rooms.get(room.id);
  expect(again).not.toBe(room);
  // Having been looked into it is not a day older.
  stage.time.now += 31;
  stage.rooms.unloadIdle();
  stage.time.now += keptFor - 100;
  await stage.rooms.expire();
  expect(stage.store.rooms.size).toBe(1);
  stage.time.now += 100;
  await stage.rooms.expire();
  expect(await stage.rooms.get(room.id)).toBeNull();
  expect(stage.store.rooms.size).toBe(0);
});

const kindsOf = (page: Page) => page.frames.map((bytes) => frameKind(bytes));

test("[JRN1] the others have a delta before it is stored, its author is told after", async () => {
  const room = await stage.open();
  const [ada, ben] = [await enter(room), await enter(room)];
  for (const { page } of [ada, ben]) page.frames.length = 0;
  stage.store.hold();
  room.delta(ada.actor, delta(ada.actor), "socket");
  await settle();
  expect([kindsOf(ada.page), kindsOf(ben.page)]).toEqual([[], ["delta"]]);
  stage.store.release?.();
  await settle();
  expect([kindsOf(ada.page), kindsOf(ben.page)]).toEqual([["have"], ["delta"]]);
  expect(stage.store.rows).toMatchObject([{ actor: ada.actor, seq: 1, via: null }]);
});

test("[JRN6] while the disk is full everybody is told, and a delta leaves no trace until there is space", async () => {
  const room = await stage.open();
  const [ada, ben] = [await enter(room), await enter(room)];
  stage.store.setWritable(false);
  const late = await enter(room);
  for (const { page } of [ada, ben, late])
    expect(page.last("storage")).toEqual({ type: "storage", writable: false });
  for (const { page } of [ada, ben]) page.frames.length = 0;
  expect(room.delta(ada.actor, delta(ada.actor), "socket")).toBeNull();
  await settle();
  expect([ada.page.frames, ben.page.frames, stage.store.rows]).toEqual([[], [], []]);
  expect([stage.counters.get("deltas.unwritable"), stage.counters.get("storage.blocked")]).toEqual([1, 1]);
  expect(await stage.rooms.create("auto")).toEqual({ ok: false, error: "STORAGE" });
  stage.store.setWritable(true);
  expect(ben.page.last("storage")).toEqual({ type: "storage", writable: true });
  room.delta(ada.actor, delta(ada.actor), "socket");
  await settle();
  expect([kindsOf(ada.page), kindsOf(ben.page), stage.store.rows.length]).toEqual([["have"], ["delta"], 1]);
});

test("[JRN6] however long the disk is full, one save at most waits for the one that is under way", async () => {
  const room = await stage.open();
  const { actor } = await enter(room);
  await stage.rooms.saveChanged();
  stage.store.hold();
  for (let i = 0; i < 50; i++) {
    room.profile(actor, { name: `Ada ${i}` });
    void stage.rooms.saveChanged();
    await settle();
  }
  const before = stage.store.saves;
  stage.store.release?.();
  await settle();
  await settle();
  expect(stage.store.saves - before).toBeLessThanOrEqual(2);
  expect(room.isDirty).toBe(false);
  expect(stage.store.rooms.get(room.id)?.room.membership.members[0]?.name).toBe("Ada 49");
});

test("[JRN7] a room whose file breaks under it is written anew from memory, and its edits are acknowledged", async () => {
  const room = await stage.open();
  const { page, actor } = await enter(room);
  await stage.rooms.saveChanged();
  stage.store.rooms.clear();
  page.frames.length = 0;
  room.delta(actor, delta(actor), "socket");
  await settle();
  expect(kindsOf(page)).toEqual(["have"]);
  expect(stage.counters.get("rooms.written_anew")).toBe(1);
  const { room: written } = stage.store.rooms.get(room.id) ?? {};
  const snapshot = decodeSnapshot(written?.snapshot ?? new Uint8Array());
  expect(snapshot.ok && snapshot.value.vector.has(actor, 1)).toBe(true);
  expect(written?.membership.nextActor).toBeGreaterThan(actor);
});

test("[ROOM3] after a crash no actor's number comes twice", async () => {
  const room = await stage.open();
  const used = [];
  for (let i = 0; i < 5; i++) used.push((await enter(room)).actor);
  stage.rooms = stage.newRooms();
  await stage.rooms.open();
  const again = await stage.rooms.get(room.id);
  if (!again) throw new Error("no room");
  for (let i = 0; i < 5; i++) expect(used).not.toContain((await enter(again)).actor);
});

test("[RES3] what comes after the last save is neither taken nor acknowledged", async () => {
  const room = await stage.open();
  const ada = await enter(room);
  const ben = await enter(room);
  await stage.rooms.close();
  ben.page.frames.length = 0;
  expect(room.delta(ada.actor, delta(ada.actor), "socket")).toBeNull();
  expect(ben.page.frames).toEqual([]);
});
