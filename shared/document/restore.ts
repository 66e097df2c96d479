/**
 * Going back as an edit: the writes that make the present read as an earlier document did. They are
 * stamped anew like any others, so concurrent edits merge with them, and they can be undone.
 */
import type { RegisterKey, RegisterValue, Write } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { isRoomClass, isTransport, keyId, trackOf } from "./keys.ts";
import { sameValue } from "./values.ts";

/**
 * The difference from `present` to `past`, as writes. The transport is left alone, since going back would
 * stop or move everybody's music, and so is what only the room may write. A part that was not there then
 * is removed and keeps its registers; one that is gone in both is left as it is.
 *
 * Law: once they are written, `present` reads as `past` does, but for the transport.
 */
export function restoreWrites(past: JamDocument, present: JamDocument): Write[] {
  const writes = new Map<string, Write>();
  const consider = (key: RegisterKey, value: RegisterValue) => {
    if (isRestorable(key, past) && !sameValue(valueOf(present, key), value))
      writes.set(keyId(key), { key, value });
  };
  for (const { key, value } of past.registers()) consider(key, value);
  for (const { key } of present.registers()) consider(key, valueOf(past, key));
  return [...writes.values()];
}

function isRestorable(key: RegisterKey, past: JamDocument): boolean {
  if (isRoomClass(key) || isTransport(key) || key.kind === "floor") return false;
  const track = trackOf(key);
  return track === null || (key.kind === "track" && key.field === "alive") || isAlive(past, track);
}

const isAlive = (document: JamDocument, track: number): boolean =>
  valueOf(document, { kind: "track", track, field: "alive" }) === true;

/** A part that never was is not alive: null would say the same, but not to who reads the bytes. */
function valueOf(document: JamDocument, key: RegisterKey): RegisterValue {
  const value = document.get(key)?.value ?? null;
  return value === null && key.kind === "track" && key.field === "alive" ? false : value;
}
