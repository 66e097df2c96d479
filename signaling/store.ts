/**
 * Rooms on disk. `RoomStore` is what the rooms need of one; the file store keeps each room as one file
 * that is whole or set aside: `TUTTI1`, the SHA-256 of the rest, a JSON header and the document's
 * snapshot. A damaged file harms no other room.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { MembershipRecord } from "#shared/room/membership.ts";
import { type Role, Topology } from "#shared/protocol/messages.ts";
import * as v from "valibot";
import { writeAtomically } from "./atomic-file.ts";
import type { Log } from "./log.ts";

export interface StoredRoom {
  readonly id: string;
  readonly topology: Topology;
  /** Unix ms at which the room was made: zero of its room time. */
  readonly createdMs: number;
  /** Room time of this save, ms: room time never falls below it. */
  readonly roomMs: number;
  /** Seeds every chance in the jam. u32. */
  readonly seed: number;
  /** A role's links are good while their generation is this. */
  readonly generations: Readonly<Record<Role, number>>;
  readonly membership: MembershipRecord;
  /** The document as one snapshot frame. */
  readonly snapshot: Uint8Array;
}

export interface RoomStore {
  /** Null where there is no such room, or none that can be read. */
  load(id: string): Promise<StoredRoom | null>;
  /** Resolves when the room is safe on disk. */
  save(room: StoredRoom): Promise<void>;
  /** Every room, with the Unix ms of its last save. */
  list(): Promise<{ readonly id: string; readonly savedMs: number }[]>;
  remove(id: string): Promise<void>;
  /** Takes a room that cannot be used out of the way, for a human to look at. */
  setAside(id: string, reason: string): Promise<void>;
  /** Why nothing can be saved now, or null. */
  problem(): Promise<string | null>;
}

const MAGIC = Buffer.from("TUTTI1\n\0");
const HASH_BYTES = 32;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Header = v.object({
  id: v.string(),
  topology: Topology,
  createdMs: v.number(),
  roomMs: v.number(),
  seed: count,
  generations: v.object({ leader: count, performer: count, listener: count }),
  membership: v.object({
    nextMember: count,
    nextActor: count,
    members: v.array(v.object({ id: count, name: v.string(), color: v.nullable(count), seenMs: v.number() })),
    authors: v.array(v.tuple([count, count])),
  }),
});

export function encodeRoom(room: StoredRoom): Uint8Array {
  const { snapshot, ...rest } = room;
  const header = Buffer.from(JSON.stringify(rest));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const body = Buffer.concat([length, header, snapshot]);
  return Buffer.concat([MAGIC, createHash("sha256").update(body).digest(), body]);
}

/** Total: any bytes give a room or null. */
export function decodeRoom(bytes: Uint8Array): StoredRoom | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = MAGIC.length + HASH_BYTES;
  if (file.length < start + 4 || !file.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const body = file.subarray(start);
  if (!createHash("sha256").update(body).digest().equals(file.subarray(MAGIC.length, start))) return null;
  const length = body.readUInt32LE(0);
  if (length > body.length - 4) return null;
  try {
    const header = v.safeParse(Header, JSON.parse(body.toString("utf8", 4, 4 + length)));
    return header.success ? { ...header.output, snapshot: new Uint8Array(body.subarray(4 + length)) } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT";

export class FileStore implements RoomStore {
  readonly #dataDir: string;
  readonly #folder: string;
  readonly #log: Log;

  constructor(dataDir: string, log: Log) {
    this.#dataDir = dataDir;
    this.#folder = join(dataDir, "rooms");
    this.#log = log;
  }

  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  async load(id: string): Promise<StoredRoom | null> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.#path(id));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    const room = decodeRoom(bytes);
    if (room?.id === id) return room;
    await this.setAside(id, "its file is damaged");
    return null;
  }

  async save(room: StoredRoom): Promise<void> {
    await writeAtomically(this.#path(room.id), encodeRoom(room));
  }

  async list(): Promise<{ id: string; savedMs: number }[]> {
    const rooms: { id: string; savedMs: number }[] = [];
    for (const file of await readdir(this.#folder)) {
      if (!file.endsWith(".bin")) continue;
      try {
        const { mtimeMs } = await stat(join(this.#folder, file));
        rooms.push({ id: file.slice(0, -".bin".length), savedMs: mtimeMs });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    return rooms;
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  async setAside(id: string, reason: string): Promise<void> {
    this.#log.error({ room: id, reason }, "room set aside");
    await rename(this.#path(id), `${this.#path(id)}.corrupt`);
  }

  async problem(): Promise<string | null> {
    try {
      await access(this.#folder, constants.W_OK);
      return null;
    } catch (error) {
      return `${this.#dataDir} cannot be written: ${(error as Error).message}`;
    }
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.bin`);
  }
}
