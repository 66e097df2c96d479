/** Rooms and deltas for tests of what is stored: real ones, so that a document comes out. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeDelta } from "#shared/document/codec.ts";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { Hub } from "#shared/document/hub.ts";
import { Replica } from "#shared/document/replica.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import { EMPTY_MEMBERSHIP } from "#shared/room/membership.ts";
import type { JournalEntry, StoredRoom } from "./store.ts";

export const SEED = 99;

/** A room as it is when it was just made. */
export function newRoom(id: string, createdMs = 1_700_000_000_000): StoredRoom {
  const hub = new Hub({ seed: SEED });
  hub.stored([hub.writeAsServer(firstWrites(), 0)], 0);
  return {
    id,
    topology: "auto",
    createdMs,
    roomMs: 0,
    seed: SEED,
    generations: { leader: 0, performer: 1, listener: 0 },
    membership: {
      ...EMPTY_MEMBERSHIP,
      members: [{ id: 1, name: "Ada", color: 0, seenMs: 5 }],
      authors: [[3, 1]],
    },
    snapshot: hub.snapshotFrame(0),
  };
}

/** Somebody who edits a room and hands every delta to its journal. */
export class Scribe {
  readonly replica: Replica;

  constructor(room: StoredRoom, actor = 3) {
    this.replica = new Replica({ actor, seed: room.seed });
    this.replica.load(documentOf(room.snapshot));
  }

  /** Delta number `i` puts a note into a cell of its own, so that each can be told from all others. */
  entry(i: number, receivedMs = 1_000 + i * 10): JournalEntry {
    const key = { kind: "note", track: 1, pattern: i >> 12, step: i % 64, pitch: (i >> 6) % 64 } as const;
    const value = { velocity: 100, gate: 1, probability: 1, ratchet: 1 };
    const { actor, seq, stamp } = this.replica.commit([{ key, value }], receivedMs);
    const frame = encodeDelta(
      { actor, seq, stamp, writes: [{ key, value }] },
      { explicitActor: true, nowMs: 0 },
    );
    return {
      actor,
      seq,
      time: stamp.time,
      counter: stamp.counter,
      received: receivedMs,
      via: null,
      frame,
    };
  }

  entries(from: number, count: number): JournalEntry[] {
    return Array.from({ length: count }, (_, i) => this.entry(from + i));
  }

  get digest(): string {
    return this.replica.document.digest();
  }
}

export function documentOf(frame: Uint8Array) {
  const snapshot = decodeSnapshot(frame);
  if (!snapshot.ok) throw new Error(snapshot.error);
  return snapshot.value;
}

export function digestOf(frame: Uint8Array): string {
  const replica = new Replica({ actor: 0, seed: SEED });
  replica.load(documentOf(frame));
  return replica.document.digest();
}

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "tutti-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
