/**
 * Rooms as they were kept before there was a journal: one file each, `TUTTI1`, the SHA-256 of the rest, a JSON
 * header and the document's snapshot. They are taken over once, when the journal is opened.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { RoomHeader, type StoredRoom } from "../store.ts";
import { RoomFile } from "./room-file.ts";

const MAGIC = Buffer.from("TUTTI1\n\0");
const HASH_BYTES = 32;
const OLD = ".bin";

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
    const header = v.safeParse(RoomHeader, JSON.parse(body.toString("utf8", 4, 4 + length)));
    const snapshot = new Uint8Array(body.subarray(4 + length));
    return header.success && decodeSnapshot(snapshot).ok ? { ...header.output, snapshot } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Each room of the older form becomes a file of its own. Those that cannot be read are set aside, and named. */
export function takeOver(folder: string): string[] {
  const damaged: string[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(OLD)) continue;
    const id = name.slice(0, -OLD.length);
    const path = join(folder, name);
    const made = join(folder, `${id}.db`);
    if (existsSync(made)) {
      // A crash came between the last two steps below.
      rmSync(path);
      continue;
    }
    const room = decodeRoom(readFileSync(path));
    if (room?.id !== id) {
      renameSync(path, `${path}.corrupt`);
      damaged.push(id);
      continue;
    }
    // Whole under its name or not there: a crash on the way begins again from the old file.
    const draft = join(folder, `${id}.draft`);
    RoomFile.create(draft, room).close();
    const { atime, mtime } = statSync(path);
    utimesSync(draft, atime, mtime);
    renameSync(draft, made);
    rmSync(path);
  }
  return damaged;
}
