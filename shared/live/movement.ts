/**
 * The frame of a hand on its way: where all the controls stand that one gesture holds. Each frame stands
 * for itself, so that a lost one costs nothing but its own instant; what a hand does not name any more it
 * has let go. Layout in PROTOCOL.md.
 */
import { ByteReader, ByteWriter } from "../document/bytes.ts";
import { FRAME } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { type Target, TARGET_KINDS, type TargetKind } from "./target.ts";

export interface Movement {
  readonly target: Target;
  /** How far the control is turned, 0 to 1, in 65,535 steps. */
  readonly travel: number;
}

export interface LiveFrame {
  /** Whose hand: named by the server alone, null on a link that knows whose it is. */
  readonly actor: number | null;
  /** Room time in whole ms at which the gesture began: names the gesture among its actor's. */
  readonly begunMs: number;
  /** Whole ms from then to this frame's stamp, u16. */
  readonly sinceMs: number;
  /** Counts the gesture's frames, modulo 256: what is missing between two was lost. */
  readonly seq: number;
  /** The hand lets go with this frame. */
  readonly end: boolean;
  /** One to `LIMITS.liveParameters`, each target once. */
  readonly movements: readonly Movement[];
}

const NAMED = 0x01;
const END = 0x02;
const KNOWN = NAMED | END;
export const TRAVEL_STEPS = 0xffff;
const WRAP = 0x1_0000;
const TRACKS = 0xffff_ffff;

export function encodeLive(frame: LiveFrame): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(FRAME.live | (frame.actor === null ? 0 : NAMED) | (frame.end ? END : 0));
  if (frame.actor !== null) writer.varint(frame.actor);
  writer.u16(frame.begunMs % WRAP);
  writer.u16(frame.sinceMs);
  writer.u8(frame.seq);
  for (const { target, travel } of frame.movements) {
    writer.varint(target.track);
    writer.varint(target.index * TARGET_KINDS.length + TARGET_KINDS.indexOf(target.kind));
    writer.u16(Math.round(Math.min(1, Math.max(0, travel)) * TRAVEL_STEPS));
  }
  return writer.take();
}

/**
 * Total. `nowMs` is the reader's room time: the gesture's beginning is read nearest to it, from 0. Null for
 * what is no such frame, and for flags of a later minor version.
 *
 * Law: gives back what was encoded while both clocks are within 32 s of the beginning.
 */
export function decodeLive(bytes: Uint8Array, nowMs: number): LiveFrame | null {
  const reader = new ByteReader(bytes);
  const first = reader.u8();
  const flags = first & 0x0f;
  if ((first & 0xf0) !== FRAME.live || (flags & ~KNOWN) !== 0) return null;
  const actor = (flags & NAMED) === 0 ? null : reader.varint(LIMITS.actors);
  const begun = reader.u16();
  const sinceMs = reader.u16();
  const seq = reader.u8();
  const movements: Movement[] = [];
  while (!reader.failed && reader.remaining > 0) {
    if (movements.length === LIMITS.liveParameters) return null;
    const track = reader.varint(TRACKS);
    const control = reader.varint(TARGET_KINDS.length * 256 - 1);
    const kind = TARGET_KINDS[control % TARGET_KINDS.length] as TargetKind;
    const target = { track, kind, index: Math.floor(control / TARGET_KINDS.length) };
    movements.push({ target, travel: reader.u16() / TRAVEL_STEPS });
  }
  if (reader.failed || movements.length === 0 || hasTwice(movements)) return null;
  return { actor, begunMs: nearest(begun, nowMs), sinceMs, seq, end: (flags & END) !== 0, movements };
}

/** The same frame with its author's name, as the server passes it on; `bytes` decode and name nobody. */
export function withActor(bytes: Uint8Array, actor: number): Uint8Array {
  const writer = new ByteWriter();
  writer.u8((bytes[0] ?? 0) | NAMED);
  writer.varint(actor);
  writer.bytes(bytes.subarray(1));
  return writer.take();
}

function hasTwice(movements: readonly Movement[]): boolean {
  return movements.some(({ target: a }, i) =>
    movements.some(
      ({ target: b }, j) => j < i && a.track === b.track && a.kind === b.kind && a.index === b.index,
    ),
  );
}

/** The number, from 0, with these low 16 bits that is nearest to `near`. */
export function nearest(low: number, near: number): number {
  const whole = Math.max(0, Math.floor(near));
  const guess = whole - (whole % WRAP) + low;
  const candidates = [guess - WRAP, guess, guess + WRAP].filter((each) => each >= 0);
  return candidates.reduce((a, b) => (Math.abs(b - whole) < Math.abs(a - whole) ? b : a));
}
