/** The tables of a room's file, and the steps from each older form of them to the newest. */
import type { DatabaseSync } from "node:sqlite";

/**
 * Applied in order to a file that has fewer of them (`user_version` counts them). A step that was released
 * is never changed: what it made is changed by a further one.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE room (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     header TEXT NOT NULL,
     sum INTEGER NOT NULL
   ) STRICT;
   -- "sum" is the CRC-32 of what stands before it, since SQLite itself checks no content.
   -- "time" and "counter" are the stamp's; "received" is the server's room time in ms.
   CREATE TABLE delta (
     n INTEGER PRIMARY KEY,
     actor INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     time INTEGER NOT NULL,
     counter INTEGER NOT NULL,
     received INTEGER NOT NULL,
     via INTEGER,
     frame BLOB NOT NULL,
     sum INTEGER NOT NULL
   ) STRICT;
   -- The document right after row n of "delta"; n = 0 is the room as it was made.
   CREATE TABLE snapshot (
     n INTEGER PRIMARY KEY,
     received INTEGER NOT NULL,
     frame BLOB NOT NULL,
     sum INTEGER NOT NULL
   ) STRICT;`,
  `-- The newest things said here, each as JSON; "n" counts up, with gaps.
   CREATE TABLE chat (
     n INTEGER PRIMARY KEY,
     line TEXT NOT NULL,
     sum INTEGER NOT NULL
   ) STRICT;`,
];

/** What is in a room's file cannot be what was written: the file is to be set aside. */
export class DamagedFile extends Error {}

/** A later Tutti wrote this file: it is left as it is. */
export class NewerFile extends Error {}

/** Brings a file to the newest form; each step is there whole or not at all. */
export function migrate(db: DatabaseSync, steps: readonly string[] = MIGRATIONS): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (version > steps.length) throw new NewerFile(`its form is ${version}, and ${steps.length} is known`);
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    transaction(db, () => db.exec(`${step} PRAGMA user_version = ${index + 1};`));
  }
}

/** All of it or nothing; what `work` throws is thrown on. */
export function transaction(db: DatabaseSync, work: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    // A disk that is full ends the transaction by itself.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** Whether SQLite says that the file itself is broken; a full or failing disk is another matter. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamagedFile) return true;
  const code = (error as { errcode?: unknown }).errcode;
  // The low byte is the kind, what is above it the detail.
  return typeof code === "number" && [CORRUPT, NOT_A_DATABASE].includes(code & 0xff);
}
