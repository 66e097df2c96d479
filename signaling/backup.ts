/**
 * The command that copies everything a server keeps into another folder, also while the server runs: each
 * room as it stands in one instant, by SQLite's own means, and the keys. It changes nothing in the data
 * folder and needs no server.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { parseArgs } from "citty";
import { ROOMS } from "./journal/journal-store.ts";
import { EXTENSION } from "./journal/journal.ts";

/** Beside the rooms: the key that signs links, and the certificates of `--lan`. */
const KEYS = ["secret", "tls"];
/** How long a room that is being written to is waited for, ms. */
const BUSY_MS = 5_000;
/** As the rooms themselves are. */
const OWNER_ONLY = 0o600;

export interface BackedUp {
  readonly rooms: number;
  readonly bytes: number;
  /** Rooms that could not be copied, with the reason; a copy from before stays. */
  readonly failed: readonly { readonly room: string; readonly reason: string }[];
}

/** Copies a data folder; what is in `to` of an earlier time is replaced room by room. */
export function backUp(dataDir: string, to: string): BackedUp {
  const from = join(dataDir, ROOMS);
  const into = join(to, ROOMS);
  if (!existsSync(from))
    throw new Error(`There are no rooms in ${dataDir}; DATA_DIR or --data-dir names the data folder.`);
  if (resolve(dataDir) === resolve(to))
    throw new Error("--to must name another folder than the data folder.");
  mkdirSync(into, { recursive: true, mode: 0o700 });
  for (const name of KEYS)
    if (existsSync(join(dataDir, name))) cpSync(join(dataDir, name), join(to, name), { recursive: true });
  let rooms = 0;
  let bytes = 0;
  const failed = [];
  for (const name of readdirSync(from)) {
    if (!name.endsWith(EXTENSION)) continue;
    try {
      bytes += copyRoom(join(from, name), join(into, name));
      rooms += 1;
    } catch (error) {
      // A room may expire while it is looked at.
      if (existsSync(join(from, name)))
        failed.push({ room: name.slice(0, -EXTENSION.length), reason: (error as Error).message });
    }
  }
  return { rooms, bytes, failed };
}

/** Whole and looked at, or not there. Gives its size. */
function copyRoom(from: string, to: string): number {
  const draft = `${to}.draft`;
  rmSync(draft, { force: true });
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    source.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    source.prepare("VACUUM INTO ?").run(draft);
  } finally {
    source.close();
  }
  const copy = new DatabaseSync(draft, { readOnly: true });
  const found = copy.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  copy.close();
  if (found !== "ok") {
    rmSync(draft, { force: true });
    throw new Error(String(found));
  }
  chmodSync(draft, OWNER_ONLY);
  renameSync(draft, to);
  return statSync(to).size;
}

/** Gives the exit code. */
export function main(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): number {
  const flags = parseArgs([...argv], {
    to: { type: "string" },
    "data-dir": { type: "string" },
  });
  const dataDir = flags["data-dir"] ?? (env["DATA_DIR"] || "data");
  if (!flags.to) {
    console.error("Usage: npm run backup -- --to FOLDER [--data-dir FOLDER]");
    return 2;
  }
  try {
    const { rooms, bytes, failed } = backUp(dataDir, flags.to);
    console.log(
      `${rooms} ${rooms === 1 ? "room" : "rooms"}, ${(bytes / 1e6).toFixed(1)} MB, and the keys are in ${resolve(flags.to)}.`,
    );
    for (const { room, reason } of failed) console.error(`Room ${room} could not be copied: ${reason}`);
    return failed.length === 0 ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  process.exitCode = main(process.argv.slice(2), process.env);
