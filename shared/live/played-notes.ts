/**
 * The frame of what somebody plays live: the notes they hold, and those they have just let go. Each frame
 * stands for itself, as a hand's does, so that a lost one is made good by the next: a note is told with its
 * own beginning, and its end with its length. Layout in PROTOCOL.md.
 */
import { ByteReader, ByteWriter } from "../document/bytes.ts";
import { FRAME } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { nearest } from "./movement.ts";

export interface PlayedNote {
  readonly track: number;
  /** MIDI, 0 to 127. */
  readonly pitch: number;
  /** 1 to 127. */
  readonly velocity: number;
  /** Room time in whole ms at which it began: with track and pitch its name among its player's. */
  readonly onMs: number;
  /** Whole ms that it lasted; null while it is held. */
  readonly lengthMs: number | null;
}

export interface NotesFrame {
  /** Whose notes: named by the server alone, null on a link that knows whose it is. */
  readonly actor: number | null;
  /** Room time in whole ms; no note begins or ends after it. */
  readonly stampMs: number;
  /** One to `LIMITS.liveNotes`. */
  readonly notes: readonly PlayedNote[];
}

const NAMED = 0x01;
const NOTES = 0x08;
const ENDED = 0x80;
const WRAP = 0x1_0000;
const TRACKS = 0xffff_ffff;

/** Within this of its beginning a note is told; a longer one has been let go. Ms, two bytes. */
export const OLDEST_MS = WRAP - 1;

export function encodeNotes({ actor, stampMs, notes }: NotesFrame): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(FRAME.live | NOTES | (actor === null ? 0 : NAMED));
  if (actor !== null) writer.varint(actor);
  writer.u16(stampMs % WRAP);
  for (const { track, pitch, velocity, onMs, lengthMs } of notes) {
    writer.varint(track);
    writer.u8(pitch | (lengthMs === null ? 0 : ENDED));
    writer.u8(velocity);
    writer.u16(stampMs - onMs);
    if (lengthMs !== null) writer.u16(lengthMs);
  }
  return writer.take();
}

/**
 * Total. `nowMs` is the reader's room time: the stamp is read nearest to it, from 0. Null for what is no
 * such frame, and for flags of a later minor version.
 *
 * Law: gives back what was encoded while both clocks are within 32 s of the stamp.
 */
export function decodeNotes(bytes: Uint8Array, nowMs: number): NotesFrame | null {
  const reader = new ByteReader(bytes);
  const first = reader.u8();
  if ((first & ~NAMED) !== (FRAME.live | NOTES)) return null;
  const actor = (first & NAMED) === 0 ? null : reader.varint(LIMITS.actors);
  const stampMs = nearest(reader.u16(), nowMs);
  const notes: PlayedNote[] = [];
  while (!reader.failed && reader.remaining > 0) {
    if (notes.length === LIMITS.liveNotes) return null;
    const track = reader.varint(TRACKS);
    const pitch = reader.u8();
    const velocity = reader.u8();
    const age = reader.u16();
    const lengthMs = (pitch & ENDED) === 0 ? null : reader.u16();
    if (velocity === 0 || velocity > 127 || (lengthMs ?? 0) > age) return null;
    notes.push({ track, pitch: pitch & 0x7f, velocity, onMs: stampMs - age, lengthMs });
  }
  return reader.failed || notes.length === 0 ? null : { actor, stampMs, notes };
}

/** Whether these bytes say that they are such a frame, and no hand's. */
export const areNotes = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 0xf8) === (FRAME.live | NOTES);
