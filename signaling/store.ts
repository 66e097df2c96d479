/**
 * What the rooms need of a place to keep them in: a header that is replaced, deltas that are only ever added,
 * and what can be asked of the past. `journal/` keeps them on disk. Nothing here touches a file.
 */
import type { ChatLine } from "#shared/protocol/chat.ts";
import type { MembershipRecord } from "#shared/room/membership.ts";
import { type HistoryEntry, type Role, Topology } from "#shared/protocol/messages.ts";
import * as v from "valibot";

/** Everything of a room but its document. */
export interface RoomHeader {
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
}

export interface StoredRoom extends RoomHeader {
  /** The document as one snapshot frame. */
  readonly snapshot: Uint8Array;
  /** What was said there, oldest first; left out for nothing. */
  readonly chat?: readonly ChatLine[];
}

/** A delta as it is stored. */
export interface JournalEntry {
  readonly actor: number;
  readonly seq: number;
  /** Of its stamp; the stamp's actor is the author. */
  readonly time: number;
  readonly counter: number;
  /** Room ms at which the server had it. */
  readonly received: number;
  /** The actor that brought it in its author's stead. */
  readonly via: number | null;
  /** The delta frame, with its actor and the full time. */
  readonly frame: Uint8Array;
}

export interface HistoryQuery {
  /** Rows below this one; null for the newest. */
  readonly before: number | null;
  readonly limit: number;
}

export interface HistoryPage {
  readonly entries: HistoryEntry[];
  readonly more: boolean;
  /** Room ms of the oldest moment that can be had. */
  readonly since: number;
  readonly moments?: { readonly n: number; readonly received: number }[];
}

/** `damaged`: what is on disk of this room cannot be used, and has been set aside. `closed`: the store has ended. */
export class StoreError extends Error {
  readonly code: "damaged" | "closed";

  private constructor(code: StoreError["code"], message: string) {
    super(message);
    this.code = code;
  }

  static damaged(reason: string): StoreError {
    return new StoreError("damaged", reason);
  }

  static closed(): StoreError {
    return new StoreError("closed", "the store is closed");
  }
}

export interface RoomStore {
  /** False while nothing can be written; what was handed over meanwhile waits, and is written once it can be. */
  readonly isWritable: boolean;
  /** Tells of each change of `isWritable`. */
  onWritable(listener: (isWritable: boolean) => void): void;
  /** Resolves when the room is safe on disk, in the place of any that was there. */
  create(room: StoredRoom): Promise<void>;
  /** Null where there is no such room, or none that can be read. */
  load(id: string): Promise<StoredRoom | null>;
  /** Resolves when the header is safe on disk. */
  save(header: RoomHeader): Promise<void>;
  /** Resolves when the deltas are safe on disk; calls for one room are stored in their order. */
  append(id: string, entries: readonly JournalEntry[]): Promise<void>;
  /** Resolves when it is safe on disk; of the lines of one room the newest are kept. */
  say(id: string, line: ChatLine): Promise<void>;
  history(id: string, query: HistoryQuery): Promise<HistoryPage>;
  /** The document right after row `n`, as base64 of a snapshot frame. Null where that is not kept. */
  moment(id: string, n: number): Promise<string | null>;
  /** Every room, with the Unix ms at which it was used last. */
  list(): Promise<{ readonly id: string; readonly usedMs: number }[]>;
  remove(id: string): Promise<void>;
  /** Why nothing can be stored now, or null. */
  problem(): Promise<string | null>;
  /** What was handed over is on disk when this resolves, as far as it can be written. */
  close(): Promise<void>;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A header as it is read back. */
export const RoomHeader = v.object({
  id: v.string(),
  topology: Topology,
  createdMs: v.number(),
  roomMs: v.number(),
  seed: count,
  generations: v.object({ leader: count, performer: count, listener: count }),
  membership: v.object({
    nextMember: count,
    nextActor: count,
    members: v.array(
      v.object({
        id: count,
        name: v.string(),
        color: v.nullable(count),
        seenMs: v.number(),
        lead: v.optional(v.boolean()),
      }),
    ),
    authors: v.array(v.tuple([count, count])),
  }),
});
