import { beforeEach, expect, test } from "vitest";
import { encodeDelta } from "#shared/document/codec.ts";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { Replica } from "#shared/document/replica.ts";
import { ok, type Result } from "#shared/lib/result.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import type { Role, ServerMessage, Topology } from "#shared/protocol/messages.ts";
import { Counters } from "./counters.ts";
import { silentLog } from "./log.ts";
import { type PastQuestion, PastRequests } from "./past-requests.ts";
import type { Outlet, Room } from "./room.ts";
import { Rooms } from "./rooms.ts";
import type { SfuRoom, SfuRoomEvents, SfuService } from "./sfu-port.ts";
import {
  type HistoryPage,
  type JournalEntry,
  type RoomHeader,
  type RoomStore,
  StoreError,
  type StoredRoom,
} from "./store.ts";
import { Tokens } from "./tokens.ts";

const time = { now: 1_000 };
const clock = { now: () => time.now, unixMs: () => time.now * 1000, epoch: 7, delay: () => 0 };

/** Keeps rooms as the journal does; a test says when the disk is there, is full, or loses a file. */
class MemoryStore implements RoomStore {
  readonly rooms = new Map<string, { room: StoredRoom; usedMs: number }>();
  readonly rows: JournalEntry[] = [];
  readonly #listeners: ((isWritable: boolean) => void)[] = [];
  isWritable = true;
  failing = false;
  saves = 0;
  /** Set to hold appends and saves back until it is called. */
  release: (() => void) | null = null;
  #held: Promise<void> = Promise.resolve();

  hold(): void {
    this.#held = new Promise((done) => (this.release = done));
  }
  setWritable(isWritable: boolean): void {
    this.isWritable = isWritable;
    for (const listener of this.#listeners) listener(isWritable);
  }
  onWritable(listener: (isWritable: boolean) => void): void {
    this.#listeners.push(listener);
  }
  async create(room: StoredRoom): Promise<void> {
    this.rooms.set(room.id, { room, usedMs: clock.unixMs() });
  }
  async load(id: string): Promise<StoredRoom | null> {
    return this.rooms.get(id)?.room ?? null;
  }
  async save(header: RoomHeader): Promise<void> {
    if (this.failing) throw new Error("the disk is broken");
    await this.#held;
    this.saves += 1;
    const { room } = this.#get(header.id);
    this.rooms.set(header.id, { room: { ...room, ...header }, usedMs: clock.unixMs() });
  }
  async append(id: string, entries: readonly JournalEntry[]): Promise<void> {
    await this.#held;
    this.#get(id);
    this.rows.push(...entries);
  }
  async history(): Promise<HistoryPage> {
    return { entries: [], more: false, since: 0, moments: [] };
  }
  async moment(_id: string, n: number): Promise<string | null> {
    if (n > 9) throw new Error("cannot be read");
    return n === 9 ? null : "AA==";
  }
  async list() {
    return [...this.rooms].map(([id, { usedMs }]) => ({ id, usedMs }));
  }
  async remove(id: string): Promise<void> {
    this.rooms.delete(id);
  }
  async problem(): Promise<string | null> {
    return null;
  }
  async close(): Promise<void> {}

  #get(id: string): { room: StoredRoom } {
    const kept = this.rooms.get(id);
    if (!kept) throw StoreError.damaged("gone");
    return kept;
  }
}

class FakeSfu implements SfuService {
  readonly workers = { alive: 1, wanted: 1 };
  readonly events = new Emitter<SfuRoomEvents>();
  readonly asked: unknown[] = [];
  readonly left: number[] = [];
  closed = 0;
  async room(): Promise<SfuRoom> {
    return {
      handle: async (...asked): Promise<Result<Record<string, unknown>, string>> => {
        this.asked.push(asked);
        return ok({ fine: true });
      },
      leave: (actor) => this.left.push(actor),
      send: () => false,
      on: (name, listener) => this.events.on(name, listener),
      close: () => this.closed++,
    };
  }
  async close(): Promise<void> {}
}

class Page implements Outlet {
  readonly texts: ServerMessage[] = [];
  readonly frames: Uint8Array[] = [];
  sendText(message: ServerMessage): void {
    this.texts.push(message);
  }
  sendBinary(bytes: Uint8Array): void {
    this.frames.push(bytes);
  }
  fail(): void {}
  last<K extends ServerMessage["type"]>(type: K): Extract<ServerMessage, { type: K }> | undefined {
    return this.texts.findLast((message) => message.type === type) as never;
  }
}

const EXPIRY_DAYS = 90;

/** Lets what was promised come about: each step of it is a microtask. */
const settle = () => new Promise(setImmediate);

let store: MemoryStore;
let sfu: FakeSfu;
let counters: Counters;
let rooms: Rooms;

function newRooms(): Rooms {
  return new Rooms(
    {
      store,
      clock,
      tokens: new Tokens(new Uint8Array(32)),
      counters,
      log: silentLog(),
      capacity: { performers: 16, listeners: 16 },
      iceServers: [],
      sfu,
    },
    { maxRooms: 100, expiryDays: EXPIRY_DAYS },
  );
}

beforeEach(() => {
  store = new MemoryStore();
  sfu = new FakeSfu();
  counters = new Counters();
  rooms = newRooms();
});

async function open(topology: Topology = "auto"): Promise<Room> {
  const made = await rooms.create(topology);
  const room = made.ok ? await rooms.get(made.value.id) : null;
  if (!room) throw new Error("no room");
  return room;
}

async function enter(room: Room, role: Role = "performer") {
  const page = new Page();
  const request = {
    role,
    memberKey: undefined,
    resume: undefined,
    clock: undefined,
    name: undefined,
    links: { listener: "" },
  };
  const seat = await room.enter(request, page);
  if (!seat.ok) throw new Error(seat.error);
  return { page, actor: seat.value.actor };
}

const delta = (actor: number) => {
  const replica = new Replica({ actor, seed: 1 });
  const written = replica.commit([{ key: { kind: "room", field: "swing" }, value: 60 }], 1);
  return encodeDelta(written, { explicitActor: false, nowMs: 1 });
};

test("[TOP5] the fifth performer brings everybody to the SFU, a listener too", async () => {
  for (const [performers, listeners] of [
    [5, 0],
    [2, 1],
  ] as const) {
    const room = await open();
    const first = await enter(room);
    for (let i = 1; i < performers; i++) await enter(room);
    expect(first.page.last("topology")?.topology).toBe(performers > 4 ? "sfu" : undefined);
    for (let i = 0; i < listeners; i++) await enter(room, "listener");
    expect(first.page.last("topology")).toEqual({ type: "topology", topology: "sfu" });
  }
});

test("[TOP6] a worker that comes back within five seconds changes no rung, one that stays away does", async () => {
  const room = await open("sfu");
  const { page } = await enter(room);
  sfu.workers.alive = 0;
  time.now += 4.5;
  room.tick();
  expect(room.rung).toBe("sfu");
  time.now += 0.5;
  room.tick();
  expect(page.last("topology")).toEqual({ type: "topology", topology: "mesh" });
});

test("[TAP1] requests, producers, data and resets pass between the room and its SFU", async () => {
  const room = await open("sfu");
  const ada = await enter(room);
  const ben = await enter(room);
  const request = { id: 3, method: "capabilities", params: { a: 1 } } as const;
  await room.sfu(ada.actor, "performer", request);
  expect(sfu.asked).toEqual([[ada.actor, "performer", "capabilities", { a: 1 }]]);
  expect(ada.page.last("sfuReply")).toEqual({ type: "sfuReply", id: 3, result: { fine: true } });
  sfu.events.emit("dataProducer", { actor: ada.actor, dataProducerId: "p" });
  expect(ben.page.last("dataProducer")).toEqual({
    type: "dataProducer",
    actor: ada.actor,
    dataProducerId: "p",
  });
  expect(ada.page.last("dataProducer")).toBeUndefined();
  ben.page.frames.length = 0;
  sfu.events.emit("data", { actor: ada.actor, bytes: delta(ada.actor) });
  expect(ben.page.frames).toHaveLength(1);
  sfu.events.emit("reset", undefined);
  expect(ben.page.last("sfuReset")).toEqual({ type: "sfuReset" });
  room.leave(ada.actor, ada.page);
  expect(sfu.left).toContain(ada.actor);
});

test("[TAP1] what a listener or a stranger sends by the SFU changes nothing", async () => {
  const room = await open("sfu");
  const ada = await enter(room);
  const listener = await enter(room, "listener");
  await room.sfu(ada.actor, "performer", { id: 1, method: "capabilities", params: {} });
  ada.page.frames.length = 0;
  for (const actor of [listener.actor, 99]) sfu.events.emit("data", { actor, bytes: delta(actor) });
  expect(ada.page.frames).toEqual([]);
  expect(store.rows).toEqual([]);
});

test("[STO4] a changed header is saved, an unchanged one is not, and room time is kept each minute", async () => {
  const room = await open();
  const { actor } = await enter(room);
  await rooms.saveChanged();
  expect(room.isDirty).toBe(false);
  room.profile(actor, { name: "Ada" });
  expect(room.isDirty).toBe(true);
  await rooms.saveChanged();
  expect(room.isDirty).toBe(false);
  room.delta(actor, delta(actor), "socket");
  await settle();
  expect(room.isDirty).toBe(false);
  expect(store.rooms.get(room.id)?.room.membership.authors).toEqual([[actor, 1]]);
  time.now += 61;
  expect(room.isDirty).toBe(true);
});

test("[STO5] a save that fails is tried again, and meanwhile no unleased actor is given out", async () => {
  const room = await open();
  store.failing = true;
  const request = {
    role: "performer",
    memberKey: undefined,
    resume: undefined,
    clock: undefined,
    name: undefined,
  } as const;
  const refused = await room.enter({ ...request, links: { listener: "" } }, new Page());
  expect(refused).toEqual({ ok: false, error: "INTERNAL" });
  store.failing = false;
  await enter(room);
});

test("[ROOM7] a room is kept for its days after its last use, and is unloaded meanwhile", async () => {
  const room = await open();
  const { page, actor } = await enter(room);
  const keptFor = EXPIRY_DAYS * 86_400;
  time.now += keptFor + 1;
  await rooms.expire();
  expect(await rooms.get(room.id)).toBe(room);
  await rooms.saveChanged();
  room.leave(actor, page);
  await rooms.saveChanged();
  await settle();
  time.now += 31;
  rooms.unloadIdle();
  expect([...rooms.loaded()]).toEqual([]);
  const again = await rooms.get(room.id);
  expect(again).not.toBe(room);
  // Having been looked into it is not a day older.
  time.now += 31;
  rooms.unloadIdle();
  time.now += keptFor - 100;
  await rooms.expire();
  expect(store.rooms.size).toBe(1);
  time.now += 100;
  await rooms.expire();
  expect(await rooms.get(room.id)).toBeNull();
  expect(store.rooms.size).toBe(0);
});

const kindsOf = (page: Page) => page.frames.map((bytes) => frameKind(bytes));

test("[JRN1] the others have a delta before it is stored, its author is told after", async () => {
  const room = await open();
  const [ada, ben] = [await enter(room), await enter(room)];
  for (const { page } of [ada, ben]) page.frames.length = 0;
  store.hold();
  room.delta(ada.actor, delta(ada.actor), "socket");
  await settle();
  expect([kindsOf(ada.page), kindsOf(ben.page)]).toEqual([[], ["delta"]]);
  store.release?.();
  await settle();
  expect([kindsOf(ada.page), kindsOf(ben.page)]).toEqual([["have"], ["delta"]]);
  expect(store.rows).toMatchObject([{ actor: ada.actor, seq: 1, via: null }]);
});

test("[JRN6] while the disk is full everybody is told, and a delta leaves no trace until there is space", async () => {
  const room = await open();
  const [ada, ben] = [await enter(room), await enter(room)];
  store.setWritable(false);
  const late = await enter(room);
  for (const { page } of [ada, ben, late])
    expect(page.last("storage")).toEqual({ type: "storage", writable: false });
  for (const { page } of [ada, ben]) page.frames.length = 0;
  expect(room.delta(ada.actor, delta(ada.actor), "socket")).toBeNull();
  await settle();
  expect([ada.page.frames, ben.page.frames, store.rows]).toEqual([[], [], []]);
  expect([counters.get("deltas.unwritable"), counters.get("storage.blocked")]).toEqual([1, 1]);
  expect(await rooms.create("auto")).toEqual({ ok: false, error: "STORAGE" });
  store.setWritable(true);
  expect(ben.page.last("storage")).toEqual({ type: "storage", writable: true });
  room.delta(ada.actor, delta(ada.actor), "socket");
  await settle();
  expect([kindsOf(ada.page), kindsOf(ben.page), store.rows.length]).toEqual([["have"], ["delta"], 1]);
});

test("[JRN6] however long the disk is full, one save at most waits for the one that is under way", async () => {
  const room = await open();
  const { actor } = await enter(room);
  await rooms.saveChanged();
  store.hold();
  for (let i = 0; i < 50; i++) {
    room.profile(actor, { name: `Ada ${i}` });
    void rooms.saveChanged();
    await settle();
  }
  const before = store.saves;
  store.release?.();
  await settle();
  await settle();
  expect(store.saves - before).toBeLessThanOrEqual(2);
  expect(room.isDirty).toBe(false);
  expect(store.rooms.get(room.id)?.room.membership.members[0]?.name).toBe("Ada 49");
});

test("[JRN7] a room whose file breaks under it is written anew from memory, and its edits are acknowledged", async () => {
  const room = await open();
  const { page, actor } = await enter(room);
  await rooms.saveChanged();
  store.rooms.clear();
  page.frames.length = 0;
  room.delta(actor, delta(actor), "socket");
  await settle();
  expect(kindsOf(page)).toEqual(["have"]);
  expect(counters.get("rooms.written_anew")).toBe(1);
  const { room: written } = store.rooms.get(room.id) ?? {};
  const snapshot = decodeSnapshot(written?.snapshot ?? new Uint8Array());
  expect(snapshot.ok && snapshot.value.vector.has(actor, 1)).toBe(true);
  expect(written?.membership.nextActor).toBeGreaterThan(actor);
});

test("[HST3] the past is for those who play, not too often, and what cannot be had is said", async () => {
  const room = await open();
  const requests = new PastRequests(time.now, silentLog());
  const ask = (role: Role, question: PastQuestion) => requests.ask(room, role, question, time.now);
  const history: PastQuestion = { type: "history", id: 4, limit: 10 };
  expect(await ask("listener", history)).toEqual({ type: "history", id: 4, error: "FORBIDDEN" });
  expect(await ask("performer", history)).toMatchObject({ type: "history", id: 4, entries: [], since: 0 });
  const moment = (n: number) => ask("leader", { type: "moment", id: 5, n });
  expect(await moment(3)).toEqual({ type: "moment", id: 5, n: 3, snapshot: "AA==" });
  expect(await moment(9)).toEqual({ type: "moment", id: 5, error: "NOT_FOUND" });
  expect(await moment(10)).toEqual({ type: "moment", id: 5, error: "UNAVAILABLE" });
  for (let i = 4; i < 10; i++) await moment(3);
  expect(await moment(3)).toEqual({ type: "moment", id: 5, error: "RATE" });
  time.now += 0.5;
  expect(await moment(3)).toMatchObject({ n: 3 });
});

test("[ROOM3] after a crash no actor's number comes twice", async () => {
  const room = await open();
  const used = [];
  for (let i = 0; i < 5; i++) used.push((await enter(room)).actor);
  rooms = newRooms();
  await rooms.open();
  const again = await rooms.get(room.id);
  if (!again) throw new Error("no room");
  for (let i = 0; i < 5; i++) expect(used).not.toContain((await enter(again)).actor);
});

test("[RES3] what comes after the last save is neither taken nor acknowledged", async () => {
  const room = await open();
  const ada = await enter(room);
  const ben = await enter(room);
  await rooms.close();
  ben.page.frames.length = 0;
  expect(room.delta(ada.actor, delta(ada.actor), "socket")).toBeNull();
  expect(ben.page.frames).toEqual([]);
});
