/**
 * One room on disk: a SQLite file that holds its header, its deltas as rows and snapshots of the document
 * between them. The document at any row is the snapshot before it and the deltas after that. Every call
 * blocks until the disk has answered, so that this belongs into a thread of its own; what is written in
 * which transaction, and when, is `journal.ts`.
 */
import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import * as v from "valibot";
import { decodeDelta } from "#shared/document/codec.ts";
import { decodeSnapshot, encodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { Replica } from "#shared/document/replica.ts";
import type { ChatLine } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { HistoryEntry } from "#shared/protocol/messages.ts";
import {
  type HistoryPage,
  type HistoryQuery,
  type JournalEntry,
  RoomHeader,
  type StoredRoom,
} from "../store.ts";
import { putLines, readLines } from "./chat-rows.ts";
import { isSnapshotDue, outdated, RETENTION, type Retention, type SnapshotMark } from "./retention.ts";
import { DamagedFile, migrate, transaction } from "./schema.ts";

/** What SQLite keeps beside a file while it is open. */
export const SIDE_FILES = ["-wal", "-shm"] as const;

/** What is kept of a file in memory, kB: rows are written and hardly ever read. */
const CACHE_KB = 256;
/** How long another process (a backup) may hold up a write, ms. */
const BUSY_MS = 2_000;

/** People's names are in it. */
const OWNER_ONLY = 0o600;

type Row = Record<string, unknown>;

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    db.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = ${BUSY_MS}; ` +
        `PRAGMA cache_size = -${CACHE_KB};`,
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The bytes of a row, as they were written. */
function whole(row: Row): Uint8Array {
  const bytes = row["frame"] as Uint8Array;
  if (crc32(bytes) !== row["sum"]) throw new DamagedFile(`row ${String(row["n"])} is damaged`);
  return bytes;
}

function putHeader(db: DatabaseSync, { header, update }: { header: RoomHeader; update: boolean }): void {
  const text = JSON.stringify(header);
  const sql = update
    ? "UPDATE room SET header = ?, sum = ?"
    : "INSERT INTO room (one, header, sum) VALUES (1, ?, ?)";
  db.prepare(sql).run(text, crc32(text));
}

export class RoomFile {
  readonly #db: DatabaseSync;
  readonly #retention: Retention;
  readonly #insert: StatementSync;
  readonly #seed: number;
  #last: number;
  #newest: SnapshotMark;
  #newestBytes: number;
  /** Of the deltas after the newest snapshot, and of all. */
  #deltaBytes: number;
  #allBytes: number;
  /** Room ms of the last that was written. */
  #roomMs: number;

  private constructor(db: DatabaseSync, retention: Retention) {
    this.#db = db;
    this.#retention = retention;
    migrate(db);
    this.#insert = db.prepare(
      "INSERT INTO delta (n, actor, seq, time, counter, received, via, frame, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    const newest = this.#get(
      "SELECT n, received, length(frame) AS bytes FROM snapshot ORDER BY n DESC LIMIT 1",
    );
    if (!newest) throw new DamagedFile("it holds no document");
    this.#newest = { n: Number(newest["n"]), received: Number(newest["received"]) };
    this.#newestBytes = Number(newest["bytes"]);
    const after = this.#get(
      "SELECT max(n) AS n, max(received) AS received, sum(length(frame)) AS bytes FROM delta WHERE n > ?",
      this.#newest.n,
    );
    this.#last = Number(after?.["n"] ?? this.#newest.n);
    this.#deltaBytes = Number(after?.["bytes"] ?? 0);
    this.#allBytes = this.#countBytes();
    const header = this.header();
    this.#seed = header.seed;
    this.#roomMs = Math.max(header.roomMs, this.#newest.received, Number(after?.["received"] ?? 0));
  }

  /** Makes the file in the place of any that is there; it is on disk when this returns. */
  static create(path: string, room: StoredRoom, retention: Retention = RETENTION): RoomFile {
    for (const end of SIDE_FILES) rmSync(`${path}${end}`, { force: true });
    // SQLite gives the side files the rights of this one.
    closeSync(openSync(path, "w", OWNER_ONLY));
    const db = openDatabase(path);
    const { snapshot, chat = [], ...header } = room;
    try {
      migrate(db);
      transaction(db, () => {
        putHeader(db, { header, update: false });
        db.prepare("INSERT INTO snapshot (n, received, frame, sum) VALUES (0, ?, ?, ?)").run(
          room.roomMs,
          snapshot,
          crc32(snapshot),
        );
        putLines(db, chat);
      });
      return new RoomFile(db, retention);
    } catch (error) {
      db.close();
      for (const end of ["", ...SIDE_FILES]) rmSync(`${path}${end}`, { force: true });
      throw error;
    }
  }

  /**
   * Opens a file that is there. With `check` all of it is looked at, which takes some 10 ms for 10 MB.
   * Throws `DamagedFile` or SQLite's own word where it is damaged, `NewerFile` where it cannot be known.
   */
  static open(path: string, options: { check: boolean; retention?: Retention }): RoomFile {
    if (!existsSync(path)) throw new DamagedFile("its file is gone");
    const db = openDatabase(path);
    try {
      if (options.check) {
        const found = db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
        if (found !== "ok") throw new DamagedFile(String(found));
      }
      return new RoomFile(db, options.retention ?? RETENTION);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  header(): RoomHeader {
    const row = this.#get("SELECT header, sum FROM room");
    const text = row?.["header"];
    if (typeof text !== "string" || crc32(text) !== row?.["sum"])
      throw new DamagedFile("its header is damaged");
    const header = v.safeParse(RoomHeader, JSON.parse(text));
    if (!header.success) throw new DamagedFile("its header cannot be read");
    return header.output;
  }

  /** The room as it is, with its document in one piece. */
  load(): StoredRoom {
    const snapshot = this.#documentAt(this.#last);
    if (!snapshot) throw new DamagedFile("deltas are missing");
    const chat = readLines(this.#db);
    return { ...this.header(), roomMs: this.#roomMs, snapshot, ...(chat.length > 0 && { chat }) };
  }

  /** One transaction: all of it is on disk when this returns, or nothing is. */
  write(header: RoomHeader | null, entries: readonly JournalEntry[], lines: readonly ChatLine[] = []): void {
    let n = this.#last;
    transaction(this.#db, () => {
      if (header) putHeader(this.#db, { header, update: true });
      for (const { actor, seq, time, counter, received, via, frame } of entries)
        this.#insert.run(++n, actor, seq, time, counter, received, via, frame, crc32(frame));
      if (lines.length > 0) putLines(this.#db, lines);
    });
    this.#last = n;
    for (const { frame } of entries) {
      this.#deltaBytes += frame.length;
      this.#allBytes += frame.length;
    }
    this.#roomMs = Math.max(this.#roomMs, header?.roomMs ?? 0, entries.at(-1)?.received ?? 0);
  }

  get needsUpkeep(): boolean {
    const held = { newest: this.#newest, newestBytes: this.#newestBytes, deltaBytes: this.#deltaBytes };
    return isSnapshotDue(held, this.#roomMs, this.#retention);
  }

  /** Makes a snapshot of what there is, and forgets what is older than it is to be kept; `nowMs` is room ms. */
  upkeep(nowMs = this.#roomMs): void {
    if (this.#deltaBytes > 0) this.#putSnapshot(this.#last);
    const oldest = this.#oldestKept(nowMs);
    const first = Number(this.#get("SELECT min(n) AS n FROM delta")?.["n"] ?? oldest);
    // What the oldest delta builds on has to be there before those under it go.
    if (first < oldest) this.#putSnapshot(oldest - 1);
    const marks = this.#all("SELECT n, received FROM snapshot ORDER BY n").map((mark) => ({
      n: Number(mark["n"]),
      received: Number(mark["received"]),
    }));
    const gone = outdated(marks, oldest, nowMs, this.#retention);
    if (first === oldest && gone.length === 0) return;
    transaction(this.#db, () => {
      this.#db.prepare("DELETE FROM delta WHERE n < ?").run(oldest);
      const forget = this.#db.prepare("DELETE FROM snapshot WHERE n = ?");
      for (const { n } of gone) forget.run(n);
    });
    this.#allBytes = this.#countBytes();
  }

  history({ before, limit }: HistoryQuery): HistoryPage {
    const below = before ?? this.#last + 1;
    const rows = this.#db
      .prepare(
        "SELECT n, actor, seq, time, received, via, frame, sum FROM delta WHERE n < ? ORDER BY n DESC LIMIT ?",
      )
      .iterate(below, limit);
    const entries: HistoryEntry[] = [];
    let bytes = 0;
    for (const row of rows) {
      const frame = whole(row);
      bytes += frame.length;
      if (entries.length > 0 && bytes > LIMITS.historyBytes) break;
      const { n, actor, seq, time, received, via } = row as Record<string, number>;
      const delta = Buffer.from(frame).toString("base64");
      entries.push({
        n,
        actor,
        seq,
        time,
        received,
        ...(via === null ? {} : { via }),
        delta,
      } as HistoryEntry);
    }
    const oldest = this.#get("SELECT min(n) AS n FROM delta")?.["n"];
    const since = Number(this.#get("SELECT min(received) AS at FROM snapshot")?.["at"] ?? 0);
    const last = entries.at(-1)?.n ?? below;
    const more = typeof oldest === "number" && oldest < last;
    return more ? { entries, more, since } : { entries, more, since, moments: this.#momentsBefore(last) };
  }

  /** The document right after row `n`, as a snapshot frame; null where that is not kept. */
  moment(n: number): Uint8Array | null {
    return n > this.#last ? null : this.#documentAt(n);
  }

  /** Idempotent. */
  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  /** The row from which on deltas are kept; one above the last where none are. */
  #oldestKept(nowMs: number): number {
    const { deltaAgeMs, deltaCount, deltaBytes } = this.#retention;
    const row = this.#get(
      "SELECT min(n) AS n FROM delta WHERE received > ? AND n > ?",
      nowMs - deltaAgeMs,
      this.#last - deltaCount,
    );
    const oldest = Number(row?.["n"] ?? this.#last + 1);
    if (this.#allBytes <= deltaBytes) return oldest;
    const over = this.#get(
      "SELECT max(n) AS n FROM (SELECT n, sum(length(frame)) OVER (ORDER BY n DESC) AS bytes FROM delta) WHERE bytes > ?",
      deltaBytes,
    );
    return Math.max(oldest, Number(over?.["n"] ?? 0) + 1);
  }

  #countBytes(): number {
    return Number(this.#get("SELECT sum(length(frame)) AS bytes FROM delta")?.["bytes"] ?? 0);
  }

  #momentsBefore(n: number): { n: number; received: number }[] {
    return this.#all("SELECT n, received FROM snapshot WHERE n < ? ORDER BY n DESC", n).map((row) => ({
      n: Number(row["n"]),
      received: Number(row["received"]),
    }));
  }

  #putSnapshot(n: number): void {
    const frame = this.#documentAt(n);
    if (!frame) throw new DamagedFile(`deltas before row ${n} are missing`);
    const received = Number(
      this.#get("SELECT received FROM delta WHERE n = ?", n)?.["received"] ?? this.#roomMs,
    );
    this.#db
      .prepare("INSERT OR REPLACE INTO snapshot (n, received, frame, sum) VALUES (?, ?, ?, ?)")
      .run(n, received, frame, crc32(frame));
    if (n < this.#last) return;
    this.#newest = { n, received };
    this.#newestBytes = frame.length;
    this.#deltaBytes = 0;
  }

  #documentAt(n: number): Uint8Array | null {
    const base = this.#get(
      "SELECT n, received, frame, sum FROM snapshot WHERE n <= ? ORDER BY n DESC LIMIT 1",
      n,
    );
    if (!base) return null;
    const bytes = whole(base);
    const from = Number(base["n"]);
    if (from === n) return bytes;
    const snapshot = decodeSnapshot(bytes);
    if (!snapshot.ok) throw new DamagedFile(`snapshot ${from}: ${snapshot.error}`);
    const replica = new Replica({ actor: 0, seed: this.#seed });
    replica.load(snapshot.value);
    let reached = from;
    let roomMs = Number(base["received"]);
    const rows = this.#db.prepare(
      "SELECT n, received, frame, sum FROM delta WHERE n > ? AND n <= ? ORDER BY n",
    );
    for (const row of rows.iterate(from, n)) {
      if (row["n"] !== ++reached) return null;
      const delta = decodeDelta(whole(row), { actor: null, nowMs: 0, highestSeq: () => 0 });
      if (!delta.ok) throw new DamagedFile(`row ${reached}: ${delta.error}`);
      replica.receive(delta.value);
      roomMs = Number(row["received"]);
    }
    if (reached !== n) return null;
    return encodeSnapshot({ registers: replica.document.registers(), vector: replica.vector, roomMs });
  }

  #get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#db.prepare(sql).get(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#db.prepare(sql).all(...values);
  }
}
