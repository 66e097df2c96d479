/**
 * Bytes of a snapshot: the whole document, small also when each register was written by an edit of its
 * own. Notes, which are nearly all there is, stand in columns of bits; every other register is written
 * as in a delta (`writes.ts`), so that a new kind of register changes nothing here. The same registers
 * give the same bytes, in whatever order they came. Any bytes give a snapshot or a reason.
 *
 *     snapshot = 0x40 · format u8 (2) · room ms u48 · number of entries varint · entries
 *                · newest stamp's time u48 · actor table · number varint · other writes · bits
 *     table    = number varint · actor varint each (difference to the one before)
 *     bits     = notes · stamps, of the notes and then of the others
 *     notes    = number #9 · order of gaps 4 bits · groups
 *     group    = track #0 (difference to the group before) · pattern 4 bits · number less one #4 · cells
 *     cell     = free places before it #gaps · form 2 bits · value
 *     stamps   = order of ages 6 bits · runs
 *     run      = number less one #0 · that many stamps · number #0 of registers more that have the last one's
 *     stamp    = ms before the newest #ages · counter #0 · index in the table, in as few bits as the table needs
 *
 * `#k` is a number in an exponential Golomb code of order k (`bits.ts`). A place is `pitch << 6 | step`;
 * forms and values of notes are those of `writes.ts`, velocity and probability in 7 bits, gate in 8, ratchet − 1 in 3.
 */
import { err, ok, type Result } from "../lib/result.ts";
import { FRAME, frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { BitReader, BitWriter, orderFor } from "./bits.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { putEntries, takeEntries } from "./codec.ts";
import type { NoteValue, RegisterKey, RegisterValue, Stamp, Write } from "./delta.ts";
import { keyId } from "./keys.ts";
import { MAX_STAMP_COUNTER, sameStamp, ZERO_STAMP } from "./stamp.ts";
import { DEFAULT_NOTE, GATE_PARTS, MAX_TRACK, normaliseValue, PROBABILITY_PARTS } from "./values.ts";
import type { VersionVector } from "./version-vector.ts";
import { NOTE_FORM, noteForm, WriteDecoder, WriteEncoder } from "./writes.ts";

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

type NoteKey = RegisterKey & { readonly kind: "note" };
type NoteRegister = Register & { readonly key: NoteKey };

const FORMAT = 2;
const PLACES = 128 * LIMITS.steps;
const PATTERN_BITS = 4;
const GAP_ORDER_BITS = 4;
const AGE_ORDER_BITS = 6;
/** Of the counts: about the logarithm of what is usual. */
const NOTES_ORDER = 9;
const GROUP_ORDER = 4;
/** Gates are eighths of a step, up to 255 of them. */
const GATE_BITS = 8;
const VELOCITY_BITS = 7;
const PROBABILITY_BITS = 7;
const RATCHET_BITS = 3;

const isNote = (register: Register): register is NoteRegister => register.key.kind === "note";
const placeOf = ({ pitch, step }: NoteKey): number => pitch * LIMITS.steps + step;
/** Bits of the indices into a table of so many. */
const indexBits = (count: number): number => 32 - Math.clz32(Math.max(0, count - 1));

const byPlace = ({ key: a }: NoteRegister, { key: b }: NoteRegister): number =>
  a.track - b.track || a.pattern - b.pattern || placeOf(a) - placeOf(b);

/** Sorted by what they are, so that what one command wrote stands together. */
function sortedOthers(registers: readonly Register[]): Register[] {
  const named = registers
    .filter((register) => !isNote(register))
    .map((register) => ({ id: keyId(register.key), register }));
  return named.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ register }) => register);
}

export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const registers = [...snapshot.registers];
  const notes = registers.filter(isNote).toSorted(byPlace);
  const others = sortedOthers(registers);
  const newest = registers.reduce((time, { stamp }) => Math.max(time, stamp.time), 0);
  const actors = [...new Set(registers.map(({ stamp }) => stamp.actor))].toSorted((a, b) => a - b);
  const out = new ByteWriter();
  out.u8(FRAME.snapshot);
  out.u8(FORMAT);
  out.u48(Math.max(0, Math.floor(snapshot.roomMs)));
  out.varint([...snapshot.vector.entries()].length);
  putEntries(out, snapshot.vector);
  out.u48(newest);
  out.varint(actors.length);
  for (const [index, actor] of actors.entries()) out.varint(actor - (actors[index - 1] ?? 0));
  out.varint(others.length);
  const writes = new WriteEncoder(out);
  for (const register of others) writes.write(register);
  const bits = new BitWriter(out);
  putNotes(bits, notes);
  putStamps(
    bits,
    [...notes, ...others].map(({ stamp }) => stamp),
    newest,
    actors,
  );
  bits.flush();
  return out.take();
}

/** Notes of one pattern, in order of place. */
interface Group {
  readonly track: number;
  readonly pattern: number;
  readonly cells: { readonly gap: number; readonly value: NoteValue | null }[];
}

function groupsOf(notes: readonly NoteRegister[]): Group[] {
  const groups: Group[] = [];
  let free = 0;
  for (const { key, value } of notes) {
    let group = groups.at(-1);
    if (group?.track !== key.track || group.pattern !== key.pattern) {
      group = { track: key.track, pattern: key.pattern, cells: [] };
      groups.push(group);
      free = 0;
    }
    group.cells.push({ gap: placeOf(key) - free, value: value as NoteValue | null });
    free = placeOf(key) + 1;
  }
  return groups;
}

function putNotes(bits: BitWriter, notes: readonly NoteRegister[]): void {
  const groups = groupsOf(notes);
  const order = orderFor(groups.flatMap(({ cells }) => cells.map(({ gap }) => gap)));
  bits.number(notes.length, NOTES_ORDER);
  bits.bits(order, GAP_ORDER_BITS);
  let track = 0;
  for (const group of groups) {
    bits.number(group.track - track, 0);
    track = group.track;
    bits.bits(group.pattern, PATTERN_BITS);
    bits.number(group.cells.length - 1, GROUP_ORDER);
    for (const { gap, value } of group.cells) {
      bits.number(gap, order);
      putNote(bits, value);
    }
  }
}

function putNote(bits: BitWriter, value: NoteValue | null): void {
  const form = noteForm(value);
  bits.bits(form, 2);
  if (value === null || form === NOTE_FORM.plain) return;
  bits.bits(value.velocity, VELOCITY_BITS);
  if (form === NOTE_FORM.velocity) return;
  bits.bits(value.gate * GATE_PARTS, GATE_BITS);
  bits.bits(Math.round(value.probability * PROBABILITY_PARTS), PROBABILITY_BITS);
  bits.bits(value.ratchet - 1, RATCHET_BITS);
}

function putStamps(
  bits: BitWriter,
  stamps: readonly Stamp[],
  newest: number,
  actors: readonly number[],
): void {
  const isAgain = (at: number): boolean => {
    const [before, stamp] = [stamps[at - 1], stamps[at]];
    return before !== undefined && stamp !== undefined && sameStamp(before, stamp);
  };
  const order = orderFor(stamps.filter((_, at) => !isAgain(at)).map(({ time }) => newest - time));
  const indices = new Map(actors.map((actor, index) => [actor, index]));
  bits.bits(order, AGE_ORDER_BITS);
  for (let at = 0; at < stamps.length; ) {
    let again = at + 1;
    while (again < stamps.length && !isAgain(again)) again++;
    let next = again;
    while (next < stamps.length && isAgain(next)) next++;
    bits.number(again - at - 1, 0);
    for (const { time, counter, actor } of stamps.slice(at, again)) {
      bits.number(newest - time, order);
      bits.number(counter, 0);
      bits.bits(indices.get(actor) ?? 0, indexBits(actors.length));
    }
    bits.number(next - again, 0);
    at = next;
  }
}

export function decodeSnapshot(
  bytes: Uint8Array,
): Result<Snapshot & { readonly registers: readonly Register[] }, string> {
  if (frameKind(bytes) !== "snapshot") return err("not a snapshot");
  if (bytes.length > LIMITS.snapshotBytes) return err("too large");
  const reader = new ByteReader(bytes);
  reader.u8();
  if (reader.u8() !== FORMAT) return err("unknown format");
  const roomMs = reader.u48();
  const vector = takeEntries(reader, reader.varint(LIMITS.actors));
  const newest = reader.u48();
  const actors = takeActors(reader);
  const others = takeOthers(reader);
  if (reader.failed) return err("malformed");
  const bits = new BitReader(bytes.subarray(bytes.length - reader.remaining));
  const drafts: (Draft | null)[] = takeNotes(bits, LIMITS.registers - others.length);
  for (const write of others) drafts.push(write && { ...write, stamp: ZERO_STAMP });
  takeStamps(bits, drafts, newest, actors);
  if (bits.failed || bits.remaining >= 8) return err("malformed");
  return ok({ registers: drafts.filter((draft) => draft !== null), vector, roomMs });
}

function takeActors(reader: ByteReader): number[] {
  const actors: number[] = [];
  let actor = 0;
  for (let left = reader.varint(LIMITS.registers); left > 0 && !reader.failed; left--) {
    actor += reader.varint(LIMITS.actors);
    if (actor > LIMITS.actors) reader.fail();
    actors.push(actor);
  }
  return actors;
}

/** Null for a write of a later minor version: its stamp is there all the same. */
function takeOthers(reader: ByteReader): (Write | null)[] {
  const others: (Write | null)[] = [];
  const decoder = new WriteDecoder(reader);
  for (let left = reader.varint(LIMITS.registers); left > 0 && !reader.failed; left--)
    others.push(decoder.read());
  return others;
}

/** A register whose stamp comes later: the columns are read one after the other. */
type Draft = { -readonly [K in keyof Register]: Register[K] };

function takeNotes(bits: BitReader, most: number): Draft[] {
  const notes: Draft[] = [];
  const count = bits.number(NOTES_ORDER, most);
  const order = bits.bits(GAP_ORDER_BITS);
  let track = 0;
  while (notes.length < count && !bits.failed) {
    track += bits.number(0, MAX_TRACK - track);
    const pattern = bits.bits(PATTERN_BITS);
    let free = 0;
    for (
      let left = bits.number(GROUP_ORDER, count - notes.length - 1) + 1;
      left > 0 && !bits.failed;
      left--
    ) {
      const place = free + bits.number(order, PLACES - 1);
      if (place >= PLACES) bits.fail();
      free = place + 1;
      const step = place % LIMITS.steps;
      const key: NoteKey = { kind: "note", track, pattern, step, pitch: Math.floor(place / LIMITS.steps) };
      notes.push({ key, value: takeNote(bits, key), stamp: ZERO_STAMP });
    }
  }
  return notes;
}

/** Those of the short forms are shared: a value is never changed. */
const NOTES: readonly NoteValue[] = Array.from({ length: 2 ** VELOCITY_BITS }, (_, velocity) => ({
  ...DEFAULT_NOTE,
  velocity,
}));

function takeNote(bits: BitReader, key: NoteKey): RegisterValue {
  const form = bits.bits(2);
  if (form === NOTE_FORM.empty) return null;
  const velocity = form === NOTE_FORM.plain ? DEFAULT_NOTE.velocity : bits.bits(VELOCITY_BITS);
  if (form !== NOTE_FORM.full) return velocity === 0 ? null : (NOTES[velocity] ?? null);
  const gate = bits.bits(GATE_BITS) / GATE_PARTS;
  const probability = bits.bits(PROBABILITY_BITS) / PROBABILITY_PARTS;
  return normaliseValue(key, { velocity, gate, probability, ratchet: bits.bits(RATCHET_BITS) + 1 });
}

function takeStamps(
  bits: BitReader,
  drafts: readonly (Draft | null)[],
  newest: number,
  actors: readonly number[],
): void {
  const order = bits.bits(AGE_ORDER_BITS);
  const width = indexBits(actors.length);
  const put = (at: number, stamp: Stamp) => {
    const draft = drafts[at];
    if (draft) draft.stamp = stamp;
  };
  for (let at = 0; at < drafts.length && !bits.failed; ) {
    let stamp = ZERO_STAMP;
    for (let left = bits.number(0, drafts.length - at - 1) + 1; left > 0 && !bits.failed; left--) {
      const time = newest - bits.number(order, newest);
      const counter = bits.number(0, MAX_STAMP_COUNTER);
      const actor = actors[bits.bits(width)];
      if (actor === undefined) bits.fail();
      stamp = { time, counter, actor: actor ?? 0 };
      put(at++, stamp);
    }
    for (let left = bits.number(0, drafts.length - at); left > 0; left--) put(at++, stamp);
  }
}
