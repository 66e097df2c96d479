/**
 * All rooms: made, loaded when somebody comes, saved while they change, unloaded when nobody is there and
 * forgotten a day later. What happens within one is `room.ts`.
 */
import { randomInt } from "node:crypto";
import { customAlphabet } from "nanoid";
import { decodeSnapshot, type Snapshot } from "#shared/document/snapshot-codec.ts";
import type { Write } from "#shared/document/delta.ts";
import { Hub } from "#shared/document/hub.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import type { Topology } from "#shared/protocol/messages.ts";
import { EMPTY_MEMBERSHIP } from "#shared/room/membership.ts";
import { Room, type RoomContext } from "./room.ts";
import type { RoomStore, StoredRoom } from "./store.ts";

/** 12 of 32 letters and digits that no font confuses: 60 bits, so that no room is found by guessing. */
const newId = customAlphabet("23456789abcdefghijkmnpqrstuvwxyz", 12);
const ID = /^[2-9a-km-np-z]{12}$/;

/** How long an empty room stays in memory, for who reloads the page. Seconds. */
const KEEP_LOADED = 30;
/** How long a room outlives its last one's leaving, ms. */
export const KEEP_ROOM_MS = 24 * 3_600_000;

export class Rooms {
  readonly #store: RoomStore;
  readonly #context: RoomContext;
  readonly #maxRooms: number;
  readonly #live = new Map<string, Promise<Room | null>>();
  readonly #loaded = new Map<string, Room>();
  /** Every room on disk, and when it was saved last, Unix ms. */
  readonly #known = new Map<string, number>();

  constructor(store: RoomStore, context: Omit<RoomContext, "save">, maxRooms: number) {
    this.#store = store;
    this.#maxRooms = maxRooms;
    this.#context = { ...context, save: (room) => this.#save(room) };
  }

  /** Reads which rooms there are; none of them is loaded yet. */
  async open(): Promise<void> {
    for (const { id, savedMs } of await this.#store.list()) this.#known.set(id, savedMs);
  }

  get count(): number {
    return this.#known.size;
  }

  loaded(): Iterable<Room> {
    return this.#loaded.values();
  }

  /** Makes a room that begins with these registers; it is on disk when this resolves. */
  async create(
    topology: Topology,
    first: readonly Write[] = firstWrites(),
  ): Promise<Result<StoredRoom, "ROOMS_FULL">> {
    if (this.#known.size >= this.#maxRooms) await this.expire();
    if (this.#known.size >= this.#maxRooms) return err("ROOMS_FULL");
    const seed = randomInt(0x1_0000_0000);
    const hub = new Hub({ seed });
    hub.writeAsServer(first, 0);
    const room: StoredRoom = {
      id: newId(),
      topology,
      createdMs: Math.floor(this.#context.clock.unixMs()),
      roomMs: 0,
      seed,
      generations: { leader: 0, performer: 0, listener: 0 },
      membership: EMPTY_MEMBERSHIP,
      snapshot: hub.snapshotFrame(0),
    };
    this.#known.set(room.id, this.#context.clock.unixMs());
    try {
      await this.#save(room);
    } catch (error) {
      this.#known.delete(room.id);
      throw error;
    }
    return ok(room);
  }

  /** The room of this id, loaded where it was not. Null where there is none. */
  async get(id: string): Promise<Room | null> {
    if (!ID.test(id) || !this.#known.has(id)) return null;
    const live = this.#live.get(id);
    if (live) return live;
    const loading = this.#load(id);
    this.#live.set(id, loading);
    try {
      const room = await loading;
      if (room) this.#loaded.set(id, room);
      else this.#forget(id);
      return room;
    } catch (error) {
      this.#live.delete(id);
      throw error;
    }
  }

  /** Saves what has changed. Called every two seconds. */
  async saveChanged(): Promise<void> {
    const dirty = [...this.#loaded.values()].filter((room) => room.isDirty);
    await Promise.all(dirty.map((room) => room.save()));
  }

  /** Unloads rooms that nobody has been in for a while. */
  unloadIdle(): void {
    for (const [id, room] of this.#loaded) {
      const idle = room.idleFor;
      if (idle === null || idle < KEEP_LOADED) continue;
      room.close();
      this.#loaded.delete(id);
      this.#live.delete(id);
    }
  }

  /** Removes rooms that nobody has been in for a day. */
  async expire(): Promise<void> {
    const now = this.#context.clock.unixMs();
    for (const [id, savedMs] of this.#known) {
      if (this.#live.has(id) || now - savedMs < KEEP_ROOM_MS) continue;
      this.#known.delete(id);
      await this.#store.remove(id);
      this.#context.log.info({ room: id }, "room expired");
    }
  }

  /** Saves and closes every room. */
  async close(): Promise<void> {
    const rooms = [...this.#loaded.values()];
    for (const room of rooms) room.stop();
    await Promise.all(rooms.map((room) => room.save({ final: true })));
    for (const room of rooms) room.close();
    this.#loaded.clear();
    this.#live.clear();
  }

  async #load(id: string): Promise<Room | null> {
    const stored = await this.#store.load(id);
    if (!stored) return null;
    const snapshot: Result<Snapshot, string> = decodeSnapshot(stored.snapshot);
    if (snapshot.ok) return new Room(stored, snapshot.value, this.#context);
    await this.#store.setAside(id, `its document is damaged: ${snapshot.error}`);
    return null;
  }

  #forget(id: string): void {
    this.#live.delete(id);
    this.#known.delete(id);
  }

  async #save(room: StoredRoom): Promise<void> {
    await this.#store.save(room);
    this.#known.set(room.id, this.#context.clock.unixMs());
  }
}
