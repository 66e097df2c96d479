/**
 * Whose a delta from the server is: the head of the layout in `document/codec.ts`, read alone, so that a
 * link can say who sent what without decoding it.
 */
import { ByteReader } from "./bytes.ts";
import { frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";

/** The low bit of the first byte: the author follows it as a varint. */
const EXPLICIT_ACTOR = 0x01;

/** The author that these bytes name; null where they are no delta or name nobody. Total. */
export function peekActor(bytes: Uint8Array): number | null {
  if (frameKind(bytes) !== "delta") return null;
  const reader = new ByteReader(bytes);
  if ((reader.u8() & EXPLICIT_ACTOR) === 0) return null;
  const actor = reader.varint(LIMITS.actors);
  return reader.failed ? null : actor;
}
