import { beforeEach, expect, test } from "vitest";
import { encodeDelta } from "#shared/document/codec.ts";
import { Replica } from "#shared/document/replica.ts";
import { ok, type Result } from "#shared/lib/result.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import type { Role, ServerMessage, Topology } from "#shared/protocol/messages.ts";
import { Counters } from "./counters.ts";
import { silentLog } from "./log.ts";
import type { Outlet, Room } from "./room.ts";
import { KEEP_ROOM_MS, Rooms } from "./rooms.ts";
import type { SfuRoom, SfuRoomEvents, SfuService } from "./sfu-port.ts";
import type { RoomStore, StoredRoom } from "./store.ts";
import { Tokens } from "./tokens.ts";

const time = { now: 1_000 };
const clock = { now: () => time.now, unixMs: () => time.now * 1000, epoch: 7, delay: () => 0 };

class MemoryStore implements RoomStore {
  readonly rooms = new Map<string, { room: StoredRoom; savedMs: number }>();
  failing = false;
  async load(id: string): Promise<StoredRoom | null> {
    return this.rooms.get(id)?.room ?? null;
  }
  async save(room: StoredRoom): Promise<void> {
    if (this.failing) throw new Error("the disk is full");
    this.rooms.set(room.id, { room, savedMs: clock.unixMs() });
  }
  async list() {
    return [...this.rooms].map(([id, { savedMs }]) => ({ id, savedMs }));
  }
  async remove(id: string): Promise<void> {
    this.rooms.delete(id);
  }
  async setAside(id: string): Promise<void> {
    this.rooms.delete(id);
  }
  async problem(): Promise<string | null> {
    return null;
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

let store: MemoryStore;
let sfu: FakeSfu;
let rooms: Rooms;

function newRooms(): Rooms {
  return new Rooms(
    store,
    {
      clock,
      tokens: new Tokens(new Uint8Array(32)),
      counters: new Counters(),
      log: silentLog(),
      capacity: { performers: 16, listeners: 16 },
      iceServers: [],
      sfu,
    },
    100,
  );
}

beforeEach(() => {
  store = new MemoryStore();
  sfu = new FakeSfu();
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
  expect(room.isDirty).toBe(true);
});

test("[STO4] a changed room is saved, an unchanged one is not, and room time is kept each minute", async () => {
  const room = await open();
  const { actor } = await enter(room);
  await rooms.saveChanged();
  expect(room.isDirty).toBe(false);
  room.delta(actor, delta(actor), "socket");
  expect(room.isDirty).toBe(true);
  await rooms.saveChanged();
  expect(room.isDirty).toBe(false);
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

test("[ROOM7] a room outlives the last one's leaving by a day, and is unloaded meanwhile", async () => {
  const room = await open();
  const { page, actor } = await enter(room);
  time.now += KEEP_ROOM_MS / 1000 + 1;
  await rooms.expire();
  expect(await rooms.get(room.id)).toBe(room);
  room.leave(actor, page);
  await rooms.saveChanged();
  time.now += 31;
  rooms.unloadIdle();
  expect([...rooms.loaded()]).toEqual([]);
  expect(await rooms.get(room.id)).not.toBe(room);
  time.now += 31;
  rooms.unloadIdle();
  time.now += KEEP_ROOM_MS / 1000 - 100;
  await rooms.expire();
  expect(store.rooms.size).toBe(1);
  time.now += 100;
  await rooms.expire();
  expect(await rooms.get(room.id)).toBeNull();
  expect(store.rooms.size).toBe(0);
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
