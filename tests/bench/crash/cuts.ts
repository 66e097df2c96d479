/**
 * What a power cut leaves of a room: its write-ahead log is cut after every 64th byte, and each time the
 * room is opened as a server opens it.
 */
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Journal } from "../../../signaling/journal/journal.ts";
import { RoomFile } from "../../../signaling/journal/room-file.ts";
import { documentOf, newRoom, Scribe, temporaryFolder } from "../../../signaling/test-rooms.ts";

const CUT_BYTES = 64;
/** Of each commit, so that one that is not whole would show. */
const DELTAS = 3;

export interface CutCounts {
  readonly cuts: number;
  /** Cuts after which the room could not be opened. */
  readonly unopened: number;
  /** Acknowledged deltas that were missing, over all cuts. */
  readonly lost: number;
  /** Cuts after which a part of a commit was there. */
  readonly torn: number;
}

export async function cutEverywhere(commits: number): Promise<CutCounts> {
  const folder = await temporaryFolder();
  try {
    const path = join(folder.path, "abc.db");
    const acknowledged = await write(folder.path, path, commits);
    const [file, log] = [readFileSync(`${path}.before`), readFileSync(`${path}.log`)];
    const counts = { cuts: 0, unopened: 0, lost: 0, torn: 0 };
    for (let cut = 0; cut <= log.length; cut += CUT_BYTES) {
      writeFileSync(path, file);
      writeFileSync(`${path}-wal`, log.subarray(0, cut));
      const promised = acknowledged.findLast(({ logBytes }) => logBytes <= cut)?.deltas ?? 0;
      const found = deltasIn(path);
      counts.cuts += 1;
      if (found === null) counts.unopened += 1;
      else {
        counts.lost += Math.max(0, promised - found);
        if (found % DELTAS !== 0) counts.torn += 1;
      }
    }
    return counts;
  } finally {
    await folder.remove();
  }
}

/** Leaves the room's file and log as they are while it is open, and says how much was acknowledged at which length of the log. */
async function write(folder: string, path: string, commits: number) {
  const silent = { blocked: () => {}, report: () => {} };
  const room = newRoom("abc");
  const making = new Journal(folder, silent);
  making.create(room);
  making.close();
  copyFileSync(path, `${path}.before`);
  const journal = new Journal(folder, silent);
  const scribe = new Scribe(room);
  const acknowledged = [];
  for (let i = 0; i < commits; i++) {
    await journal.append("abc", scribe.entries(i * DELTAS, DELTAS));
    acknowledged.push({ logBytes: statSync(`${path}-wal`).size, deltas: (i + 1) * DELTAS });
  }
  copyFileSync(`${path}-wal`, `${path}.log`);
  journal.close();
  return acknowledged;
}

/** How many of the author's deltas the room has, or null where it does not open. */
function deltasIn(path: string): number | null {
  try {
    const file = RoomFile.open(path, { check: true });
    try {
      return documentOf(file.load().snapshot).vector.highest(3);
    } finally {
      file.close();
    }
  } catch {
    // reason: whatever is thrown is what is counted.
    return null;
  }
}
