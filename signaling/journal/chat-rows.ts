/** What was said in a room, as rows of its file: the newest only, each with a checksum of its own. */
import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import * as v from "valibot";
import { ChatLine } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";

/** Within a transaction of the caller's. */
export function putLines(db: DatabaseSync, lines: readonly ChatLine[]): void {
  const insert = db.prepare("INSERT OR REPLACE INTO chat (n, line, sum) VALUES (?, ?, ?)");
  for (const line of lines) {
    const text = JSON.stringify(line);
    insert.run(line.n, text, crc32(text));
  }
  db.prepare("DELETE FROM chat WHERE n <= (SELECT n FROM chat ORDER BY n DESC LIMIT 1 OFFSET ?)").run(
    LIMITS.chatLines,
  );
}

/** Oldest first. A line that is damaged is left out: for that no room is set aside. */
export function readLines(db: DatabaseSync): ChatLine[] {
  const lines: ChatLine[] = [];
  for (const { line, sum } of db.prepare("SELECT line, sum FROM chat ORDER BY n").iterate()) {
    if (typeof line !== "string" || crc32(line) !== sum) continue;
    const read = v.safeParse(ChatLine, JSON.parse(line));
    if (read.success) lines.push(read.output);
  }
  return lines;
}
