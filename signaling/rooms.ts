/**
 * All rooms: made, loaded when somebody comes, saved while they change, unloaded when nobody is there and
 * forgotten when nobody has come for long. What happens within one is `room.ts`.
 */
import { randomInt } from "node:crypto";
import { customAlphabet } from "nanoid";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
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
const DAY_MS = 86_400_000;

export interface RoomLimits {
  readonly maxRooms: number;
  /** A room that nobody has used for so long is removed. */
  readonly expiryDays: number;
}

export class Rooms {
  readonly #store: RoomStore;
  readonly #context: RoomContext;
  readonly #limits: RoomLimits;
  readonly #live = new Map<string, Promise<Room | null>>();
  readonly #loaded = new Map<string, Room>();
  /** Every room on disk, and when it was used last, Unix ms. */
  readonly #known = new Map<string, number>();

  constructor(context: RoomContext, limits: RoomLimits) {
    this.#store = context.store;
    this.#limits = limits;
    this.#context = context;
    this.#store.onWritable((isWritable) => this.#announceStorage(isWritable));
  }

  /** Reads which rooms there are; none of them is loaded yet. */
  async open(): Promise<void> {
    for (const { id, usedMs } of await this.#store.list()) this.#known.set(id, usedMs);
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
  ): Promise<Result<StoredRoom, "ROOMS_FULL" | "STORAGE">> {
    if (this.#known.size >= this.#limits.maxRooms) await this.expire();
    if (this.#known.size >= this.#limits.maxRooms) return err("ROOMS_FULL");
    if (!this.#store.isWritable) return err("STORAGE");
    const seed = randomInt(0x1_0000_0000);
    const hub = new Hub({ seed });
    hub.stored([hub.writeAsServer(first, 0)], 0);
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
      await this.#store.create(room);
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
      this.#known.set(id, this.#context.clock.unixMs() - idle * 1000);
      this.#loaded.delete(id);
      this.#live.delete(id);
    }
  }

  /** Removes rooms that nobody has used for as long as they are kept. */
  async expire(): Promise<void> {
    const before = this.#context.clock.unixMs() - this.#limits.expiryDays * DAY_MS;
    for (const [id, usedMs] of this.#known) {
      if (this.#live.has(id) || usedMs > before) continue;
      this.#known.delete(id);
      await this.#store.remove(id);
      this.#context.log.info({ room: id }, "room expired");
    }
  }

  /** Saves and closes every room; what the disk does not take is left to those who wrote it. */
  async close(): Promise<void> {
    const rooms = [...this.#loaded.values()];
    const finished = Promise.all(rooms.map((room) => room.finish()));
    if (this.#store.isWritable) await finished;
    for (const room of rooms) room.close();
    this.#loaded.clear();
    this.#live.clear();
  }

  async #load(id: string): Promise<Room | null> {
    const stored = await this.#store.load(id);
    if (!stored) return null;
    const snapshot = decodeSnapshot(stored.snapshot);
    if (!snapshot.ok) throw new Error(`the store gave a document that cannot be read: ${snapshot.error}`);
    return new Room(stored, snapshot.value, this.#context);
  }

  #forget(id: string): void {
    this.#live.delete(id);
    this.#known.delete(id);
  }

  #announceStorage(isWritable: boolean): void {
    if (!isWritable) this.#context.counters.add("storage.blocked");
    for (const room of this.#loaded.values()) room.announceStorage(isWritable);
  }
}
