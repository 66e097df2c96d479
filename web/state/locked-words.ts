/** What is said of edits that a leader's lock keeps out. */
import { namesIn } from "#shared/document/describe.ts";
import type { Write } from "#shared/document/delta.ts";
import type { JamDocument } from "#shared/document/document.ts";
import type { Person } from "./view.ts";

export function lockedSentence(
  document: JamDocument,
  writes: readonly Write[],
  people: readonly Person[],
): string {
  const naming = namesIn(document);
  const names = new Set(writes.map(({ key }) => ("track" in key ? naming.name(key.track) : "The room")));
  const [only = "The room"] = names;
  const what = names.size === 1 ? `${only} is` : `${names.size} parts are`;
  const leaders = new Set(
    people.filter(({ role, lost }) => role === "leader" && !lost).map(({ name }) => name),
  );
  return leaders.size === 0
    ? `${what} locked, and no leader is here to unlock.`
    : `${what} locked: ${[...leaders].join(" or ")} can unlock.`;
}
