/**
 * What a leader has locked. A lock is the server's to enforce, by the order in which deltas reach it and by no
 * stamp: what it covers is taken out of others' deltas there, and a delta that comes from anybody but the
 * server does not count here before.
 */
import type { RegisterKey, Write } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { isRoomClass, isTransport, trackOf } from "./keys.ts";

/** Playing is not editing: start, stop and tempo are everybody's under any lock. */
export function isLocked(document: JamDocument, key: RegisterKey): boolean {
  if (isRoomClass(key) || isTransport(key)) return false;
  if (document.get({ kind: "setting", setting: "lock" })?.value === true) return true;
  const track = trackOf(key);
  return track !== null && document.get({ kind: "trackLock", track })?.value === true;
}

/** The same array where none is locked. */
export const openWrites = (document: JamDocument, writes: readonly Write[]): readonly Write[] =>
  writes.some(({ key }) => isLocked(document, key))
    ? writes.filter(({ key }) => !isLocked(document, key))
    : writes;
