/** What is said of edits that a leader's lock keeps out. */
import { namesIn } from "#shared/document/describe.ts";
import type { Write } from "#shared/document/delta.ts";
import type { JamDocument } from "#shared/document/document.ts";

export function lockedSentence(document: JamDocument, writes: readonly Write[]): string {
  const naming = namesIn(document);
  const names = new Set(writes.map(({ key }) => ("track" in key ? naming.name(key.track) : "The room")));
  const [only = "The room"] = names;
  return names.size === 1 ? `${only} is locked by a leader.` : `${names.size} parts are locked by a leader.`;
}
