/**
 * Bytes of deltas, version vectors and snapshots. Each decoder is total: any bytes give a value or a
 * reason, and never more memory than a small multiple of their number.
 *
 *     delta    = 0001 qcta · [actor varint, if a] · seq (varint if q, else u8) · time (u48 if t, else u16)
 *                · [counter varint, if c] · writes to the end
 *     have     = 0x20 · entries
 *     ack      = 0x22 · datagrams heard u16 · entries
 *     snapshot = 0x40 · format u8 · room ms u48 · number of entries varint · entries · actor table · groups
 */
import { err, ok, type Result } from "../lib/result.ts";
import { FRAME, frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import type { Delta, RegisterKey, RegisterValue, Stamp, Write } from "./delta.ts";
import { compareStamps } from "./stamp.ts";
import { VersionVector } from "./version-vector.ts";
import { WriteDecoder, WriteEncoder } from "./writes.ts";

export interface Register {
  readonly key: RegisterKey;
  readonly value: RegisterValue;
  readonly stamp: Stamp;
}

/** A document in full: its registers with their stamps, and the deltas that are in them. */
export interface Snapshot {
  readonly registers: Iterable<Register>;
  readonly vector: VersionVector;
  /** Room time in ms at which it was taken. */
  readonly roomMs: number;
}

const FLAG = { actor: 1, time: 2, counter: 4, seq: 8 } as const;
/** Short times are read against the reader's clock within ±32 s; the writer keeps half of it in reserve. */
const SHORT_TIME_MS = 16_000;
const SHORT_SEQ = 0x100;
const MAX_COUNTER = 0xffff_ffff;
const MAX_SEQ = 0xffff_ffff;
const SNAPSHOT_FORMAT = 1;

export interface EncodeOptions {
  /** Named where the link is not the author's own: from the server. */
  readonly explicitActor: boolean;
  /** Room time in ms of the sending; 0 (none) gives the full time, which can never be misread. */
  readonly nowMs: number;
  /** Up to where the receiver is known to have everything of this actor's; left out, the number goes in full. */
  readonly acknowledged?: number;
}

export function encodeDelta(delta: Delta, options: EncodeOptions): Uint8Array {
  const { seq, stamp } = delta;
  const fullTime = options.nowMs === 0 || Math.abs(options.nowMs - stamp.time) > SHORT_TIME_MS;
  // A varint below 128 is as short, and needs no reconstruction.
  const ahead = seq - (options.acknowledged ?? Number.NEGATIVE_INFINITY);
  const fullSeq = seq < 0x80 || ahead < 1 || ahead > LIMITS.sequenceWindow;
  const out = new ByteWriter();
  out.u8(
    FRAME.delta |
      (options.explicitActor ? FLAG.actor : 0) |
      (fullTime ? FLAG.time : 0) |
      (stamp.counter > 0 ? FLAG.counter : 0) |
      (fullSeq ? FLAG.seq : 0),
  );
  if (options.explicitActor) out.varint(delta.actor);
  if (fullSeq) out.varint(seq);
  else out.u8(seq & 0xff);
  if (fullTime) out.u48(stamp.time);
  else out.u16(stamp.time % 0x1_0000);
  if (stamp.counter > 0) out.varint(stamp.counter);
  const writes = new WriteEncoder(out);
  for (const write of delta.writes) writes.write(write);
  return out.take();
}

/** What a receiver knows that a short form is read against. */
export interface DecodeContext {
  /** Whose link it came over; null for the server's, where every delta names its author. */
  readonly actor: number | null;
  /** Room time in ms; 0 for none: then short times are refused. */
  readonly nowMs: number;
  highestSeq(actor: number): number;
  /** The newest delta known of an actor. Numbers and stamps rise together: a short number that breaks this was misread. */
  newest?(actor: number): { readonly seq: number; readonly stamp: Stamp } | undefined;
}

export function decodeDelta(bytes: Uint8Array, context: DecodeContext): Result<Delta, string> {
  if (frameKind(bytes) !== "delta") return err("not a delta");
  const reader = new ByteReader(bytes);
  const flags = reader.u8();
  const actor = (flags & FLAG.actor) !== 0 ? reader.varint(LIMITS.actors) : context.actor;
  if (actor === null) return err("no author");
  if (context.actor !== null && actor !== context.actor) return err("another's delta");
  const short = (flags & FLAG.seq) === 0;
  const seq = short ? nearestSeq(reader.u8(), context.highestSeq(actor)) : reader.varint(MAX_SEQ);
  const fullTime = (flags & FLAG.time) !== 0;
  if (!fullTime && context.nowMs === 0) return err("no room time yet");
  const time = fullTime ? reader.u48() : nearestTime(reader.u16(), context.nowMs);
  const counter = (flags & FLAG.counter) !== 0 ? reader.varint(MAX_COUNTER) : 0;
  const stamp: Stamp = { time, counter, actor };
  const writes: Write[] = [];
  const decoder = new WriteDecoder(reader);
  while (reader.remaining > 0) {
    const write = decoder.read();
    if (write) writes.push(write);
  }
  if (reader.failed) return err("malformed");
  if (seq < 1 || time < 0) return err("out of range");
  const newest = short ? context.newest?.(actor) : undefined;
  if (newest && Math.sign(seq - newest.seq) !== Math.sign(compareStamps(stamp, newest.stamp)))
    return err("sequence number misread");
  return ok({ actor, seq, stamp, writes });
}

/** The number with these low 8 bits from 191 below `highest` to 64 above it. */
function nearestSeq(low: number, highest: number): number {
  const lowest = highest + LIMITS.sequenceWindow + 1 - SHORT_SEQ;
  return lowest + ((((low - lowest) % SHORT_SEQ) + SHORT_SEQ) % SHORT_SEQ);
}

/** The time with these low 16 bits nearest to now, but not before the room was made. */
function nearestTime(low: number, nowMs: number): number {
  const now = Math.floor(nowMs);
  const difference = (low - (now % 0x1_0000) + 0x1_0000 + 0x8000) % 0x1_0000;
  const nearest = now + difference - 0x8000;
  return nearest < 0 ? nearest + 0x1_0000 : nearest;
}

/** An entry: actor (the difference to the one before) · contiguous mark · length of the window u8 · its bytes, low bits first. */
function putEntries(out: ByteWriter, vector: VersionVector): void {
  let previous = 0;
  for (const entry of [...vector.entries()].toSorted((a, b) => a.actor - b.actor)) {
    out.varint(entry.actor - previous);
    previous = entry.actor;
    out.varint(entry.contiguous);
    const window = [entry.low, entry.high].flatMap((lane) =>
      [0, 8, 16, 24].map((at) => (lane >>> at) & 0xff),
    );
    const length = window.findLastIndex((byte) => byte !== 0) + 1;
    out.u8(length);
    for (const byte of window.slice(0, length)) out.u8(byte);
  }
}

function takeEntries(reader: ByteReader, count: number): VersionVector {
  const entries = [];
  let actor = 0;
  for (let i = 0; i < count && reader.remaining > 0; i++) {
    actor += reader.varint(LIMITS.actors);
    if (actor > LIMITS.actors) reader.fail();
    const contiguous = reader.varint(MAX_SEQ);
    const length = reader.u8();
    if (length > 8) reader.fail();
    const window = [0, 0];
    for (let at = 0; at < length && !reader.failed; at++)
      window[at >> 2] = ((window[at >> 2] ?? 0) | (reader.u8() << ((at & 3) * 8))) >>> 0;
    entries.push({ actor, contiguous, low: window[0] ?? 0, high: window[1] ?? 0 });
  }
  return reader.failed ? new VersionVector() : VersionVector.of(entries);
}

export function encodeVector(vector: VersionVector): Uint8Array {
  const out = new ByteWriter();
  out.u8(FRAME.have);
  putEntries(out, vector);
  return out.take();
}

export function decodeVector(bytes: Uint8Array): Result<VersionVector, string> {
  if (frameKind(bytes) !== "have") return err("not a vector");
  const reader = new ByteReader(bytes);
  reader.u8();
  const vector = takeEntries(reader, Number.POSITIVE_INFINITY);
  return reader.failed ? err("malformed") : ok(vector);
}

/** On a mesh pair: `ack = 0x22 · datagrams heard u16 · entries`. */
export function encodeAck(vector: VersionVector, heard: number): Uint8Array {
  const out = new ByteWriter();
  out.u8(FRAME.ack);
  out.u16(heard % 0x1_0000);
  putEntries(out, vector);
  return out.take();
}

export function decodeAck(bytes: Uint8Array): Result<{ vector: VersionVector; heard: number }, string> {
  if (frameKind(bytes) !== "ack") return err("not an acknowledgement");
  const reader = new ByteReader(bytes);
  reader.u8();
  const heard = reader.u16();
  const vector = takeEntries(reader, Number.POSITIVE_INFINITY);
  return reader.failed ? err("malformed") : ok({ vector, heard });
}

/** A snapshot frame as one in place of what the client has, and back: only the first byte differs. */
export const asReplacement = (snapshot: Uint8Array): Uint8Array => withKind(snapshot, FRAME.replacement);
export const asSnapshot = (replacement: Uint8Array): Uint8Array => withKind(replacement, FRAME.snapshot);

function withKind(bytes: Uint8Array, kind: number): Uint8Array {
  const copy = bytes.slice();
  copy[0] = kind;
  return copy;
}

/**
 * Registers that share a stamp form a group: what one command wrote is named once.
 *
 *     group = number of writes << 1 | has counter (varint) · ms since the group before (varint)
 *             · [counter varint] · index in the actor table (varint) · writes
 */
export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const out = new ByteWriter();
  out.u8(FRAME.snapshot);
  out.u8(SNAPSHOT_FORMAT);
  out.u48(Math.max(0, Math.floor(snapshot.roomMs)));
  out.varint([...snapshot.vector.entries()].length);
  putEntries(out, snapshot.vector);
  const registers = [...snapshot.registers].toSorted((a, b) => compareStamps(a.stamp, b.stamp));
  const actors = [...new Set(registers.map(({ stamp }) => stamp.actor))];
  const indices = new Map(actors.map((actor, index) => [actor, index]));
  out.varint(actors.length);
  for (const actor of actors) out.varint(actor);
  let time = 0;
  for (let from = 0; from < registers.length; ) {
    const stamp = registers[from]?.stamp ?? { time: 0, counter: 0, actor: 0 };
    let end = from + 1;
    for (let next = registers[end]; next && compareStamps(next.stamp, stamp) === 0; next = registers[end])
      end++;
    out.varint((end - from) * 2 + (stamp.counter > 0 ? 1 : 0));
    out.varint(stamp.time - time);
    time = stamp.time;
    if (stamp.counter > 0) out.varint(stamp.counter);
    out.varint(indices.get(stamp.actor) ?? 0);
    const writes = new WriteEncoder(out);
    for (const register of registers.slice(from, end)) writes.write(register);
    from = end;
  }
  return out.take();
}

export function decodeSnapshot(
  bytes: Uint8Array,
): Result<Snapshot & { readonly registers: readonly Register[] }, string> {
  if (frameKind(bytes) !== "snapshot") return err("not a snapshot");
  if (bytes.length > LIMITS.snapshotBytes) return err("too large");
  const reader = new ByteReader(bytes);
  reader.u8();
  if (reader.u8() !== SNAPSHOT_FORMAT) return err("unknown format");
  const roomMs = reader.u48();
  const vector = takeEntries(reader, reader.varint(LIMITS.actors));
  const actors: number[] = [];
  for (let left = reader.varint(LIMITS.actors); left > 0 && !reader.failed; left--)
    actors.push(reader.varint(LIMITS.actors));
  const registers: Register[] = [];
  let time = 0;
  while (reader.remaining > 0) {
    const head = reader.varint(LIMITS.registers * 2 + 1);
    time += reader.varint(2 ** 48);
    const counter = head % 2 === 1 ? reader.varint(MAX_COUNTER) : 0;
    const actor = actors[reader.varint(LIMITS.actors)];
    if (actor === undefined || time >= 2 ** 48) reader.fail();
    const stamp: Stamp = { time, counter, actor: actor ?? 0 };
    const decoder = new WriteDecoder(reader);
    for (let left = Math.floor(head / 2); left > 0 && !reader.failed; left--) {
      const write = decoder.read();
      if (write) registers.push({ ...write, stamp });
    }
    if (registers.length > LIMITS.registers) reader.fail();
  }
  return reader.failed ? err("malformed") : ok({ registers, vector, roomMs });
}
