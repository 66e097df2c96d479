/**
 * The layout of writes, in deltas and in snapshots alike: a tag, where, and what.
 *
 *     note    = 0000 s ff p · [track varint, unless s] · u16 (step << 7 | pitch | (pattern & 7) << 13) · value
 *               p: pattern >= 8; s: the track of the write before; ff: 0 empty, 1 the plain note
 *               (velocity 100, the rest default), 2 velocity u8, 3 velocity, gate, probability, ratchet u8
 *     others  = 0x10 … 0x6f: see TAG
 *     later   = 0x80 … 0xff · length varint · that many bytes: see `later-writes.ts`
 */
import type { Timeline } from "../music/timeline.ts";
import { LIMITS } from "../protocol/limits.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import {
  type NoteValue,
  type RegisterKey,
  type RegisterValue,
  ROOM_FIELDS,
  type RoomField,
  TRACK_FIELDS,
  type TrackField,
  type Write,
} from "./delta.ts";
import { isLaterField, LATER_TAGS, type LaterKey, readLater, writeLater } from "./later-writes.ts";
import { hasRamp, readTimeline, writeTimeline } from "./timeline-codec.ts";
import {
  DEFAULT_NOTE,
  float,
  GATE_PARTS,
  LEVEL_PARTS,
  MAX_TRACK,
  normaliseValue,
  PROBABILITY_PARTS,
  SWING_PARTS,
} from "./values.ts";

const TAG = {
  /** track varint · pattern u8 */
  floor: 0x10,
  /** track varint · pattern u8 · steps u8 */
  length: 0x11,
  lengthEmpty: 0x12,
  /** track varint · param u8 · f32 */
  param: 0x13,
  paramEmpty: 0x14,
  /** + index in TRACK_FIELDS · track varint · value */
  track: 0x20,
  trackEmpty: 0x30,
  /** + index in ROOM_FIELDS · value */
  room: 0x40,
  roomEmpty: 0x50,
} as const;

const SAME_TRACK = 0x08;

/** Bytes that one write takes at most. */
export const LONGEST_WRITE = 256;

/** How much of a note is written: nothing, none of its values since all are usual, its velocity, or all. */
export const NOTE_FORM = { empty: 0, plain: 1, velocity: 2, full: 3 } as const;

export function noteForm(value: NoteValue | null): number {
  if (value === null) return NOTE_FORM.empty;
  const { velocity, gate, probability, ratchet } = DEFAULT_NOTE;
  const isUsual = value.gate === gate && value.probability === probability && value.ratchet === ratchet;
  if (!isUsual) return NOTE_FORM.full;
  return value.velocity === velocity ? NOTE_FORM.plain : NOTE_FORM.velocity;
}

/** Writes one after another; remembers the track between notes. */
export class WriteEncoder {
  readonly #out: ByteWriter;
  #track = -1;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  /** `write.value` must be regular (`normaliseValue`). */
  write({ key, value }: Write): void {
    switch (key.kind) {
      case "note":
        return this.#note(key, value as NoteValue | null);
      case "floor":
        return this.#head(TAG.floor, key.track, key.pattern);
      case "length":
        this.#head(value === null ? TAG.lengthEmpty : TAG.length, key.track, key.pattern);
        if (value !== null) this.#out.u8(value as number);
        return;
      case "param":
        this.#head(value === null ? TAG.paramEmpty : TAG.param, key.track, key.param);
        if (value !== null) this.#out.f32(value as number);
        return;
      case "track":
        if (isLaterField(key.field)) break;
        this.#head(
          (value === null ? TAG.trackEmpty : TAG.track) + TRACK_FIELDS.indexOf(key.field),
          key.track,
        );
        if (value !== null) this.#trackValue(key.field, value);
        return;
      case "room":
        if (key.field === "transport" && value !== null && hasRamp(value as Timeline)) break;
        this.#out.u8((value === null ? TAG.roomEmpty : TAG.room) + ROOM_FIELDS.indexOf(key.field));
        if (value !== null) this.#roomValue(key.field, value);
        return;
    }
    this.#later(key, value);
  }

  #later(key: LaterKey, value: RegisterValue): void {
    const body = new ByteWriter();
    this.#out.u8(writeLater(body, key, value));
    this.#out.varint(body.length);
    this.#out.bytes(body.take());
  }

  #head(tag: number, track: number, index?: number): void {
    this.#out.u8(tag);
    this.#out.varint(track);
    if (index !== undefined) this.#out.u8(index);
  }

  #note(key: RegisterKey & { kind: "note" }, value: NoteValue | null): void {
    const form = noteForm(value);
    const same = key.track === this.#track;
    this.#track = key.track;
    this.#out.u8((same ? SAME_TRACK : 0) | (form << 1) | (key.pattern >> 3));
    if (!same) this.#out.varint(key.track);
    this.#out.u16((key.step << 7) | key.pitch | ((key.pattern & 7) << 13));
    if (value === null || form === NOTE_FORM.plain) return;
    this.#out.u8(value.velocity);
    if (form === NOTE_FORM.velocity) return;
    this.#out.u8(value.gate * GATE_PARTS);
    this.#out.u8(Math.round(value.probability * PROBABILITY_PARTS));
    this.#out.u8(value.ratchet);
  }

  #trackValue(field: TrackField, value: RegisterValue): void {
    switch (field) {
      case "alive":
      case "muted":
        return this.#out.u8(value ? 1 : 0);
      case "name":
      case "instrument":
      case "order":
        return this.#out.string(value as string);
      case "volume":
      case "pan":
        return this.#out.i16(Math.round((value as number) * LEVEL_PARTS));
      case "pattern":
      case "shape":
        return this.#out.u8(value as number);
    }
  }

  #roomValue(field: RoomField, value: RegisterValue): void {
    switch (field) {
      case "transport":
        return writeTimeline(this.#out, value as Timeline);
      case "swing":
        return this.#out.u16(Math.round((value as number) * SWING_PARTS));
      case "root":
        return this.#out.u8(value as number);
      case "scale":
      case "name":
        return this.#out.string(value as string);
    }
  }
}

/** The reverse of `WriteEncoder`. What is malformed makes the reader fail. */
export class WriteDecoder {
  readonly #in: ByteReader;
  #track = -1;

  constructor(reader: ByteReader) {
    this.#in = reader;
  }

  /** Null for a write of a later version, which is skipped, and when the reader failed. */
  read(): Write | null {
    const tag = this.#in.u8();
    if (tag >= LATER_TAGS) {
      const body = new ByteReader(this.#in.bytes(this.#in.varint(LIMITS.snapshotBytes)));
      const write = readLater(tag, body);
      if (body.failed) this.#in.fail();
      return write && !this.#in.failed ? { ...write, value: normaliseValue(write.key, write.value) } : null;
    }
    const write = tag < 0x10 ? this.#note(tag) : this.#other(tag);
    if (!write || this.#in.failed) {
      this.#in.fail();
      return null;
    }
    return { key: write.key, value: normaliseValue(write.key, write.value) };
  }

  #note(tag: number): Write | null {
    const same = (tag & SAME_TRACK) !== 0;
    if (same && this.#track < 0) return null;
    if (!same) this.#track = this.#in.varint(MAX_TRACK);
    const place = this.#in.u16();
    const key: RegisterKey = {
      kind: "note",
      track: this.#track,
      pattern: (place >>> 13) | ((tag & 1) << 3),
      step: (place >>> 7) & 63,
      pitch: place & 127,
    };
    const form = (tag >> 1) & 3;
    if (form === NOTE_FORM.empty) return { key, value: null };
    const velocity = form === NOTE_FORM.plain ? DEFAULT_NOTE.velocity : this.#in.u8();
    if (form !== NOTE_FORM.full) return { key, value: { ...DEFAULT_NOTE, velocity } };
    const gate = this.#in.u8() / GATE_PARTS;
    const probability = this.#in.u8() / PROBABILITY_PARTS;
    return { key, value: { velocity, gate, probability, ratchet: this.#in.u8() } };
  }

  #other(tag: number): Write | null {
    if (tag >= TAG.room) return this.#room(tag);
    const track = this.#in.varint(MAX_TRACK);
    if (tag >= TAG.track) return this.#trackField(tag, track);
    const index = this.#in.u8();
    switch (tag) {
      case TAG.param:
        return { key: { kind: "param", track, param: index }, value: float(this.#in.f32()) };
      case TAG.paramEmpty:
        return { key: { kind: "param", track, param: index }, value: null };
    }
    if (index >= LIMITS.patterns) return null;
    switch (tag) {
      case TAG.floor:
        return { key: { kind: "floor", track, pattern: index }, value: null };
      case TAG.length:
        return { key: { kind: "length", track, pattern: index }, value: this.#in.u8() };
      case TAG.lengthEmpty:
        return { key: { kind: "length", track, pattern: index }, value: null };
    }
    return null;
  }

  #trackField(tag: number, track: number): Write | null {
    const field = TRACK_FIELDS[tag & 15];
    if (!field || isLaterField(field)) return null;
    const key: RegisterKey = { kind: "track", track, field };
    if (tag >= TAG.trackEmpty) return { key, value: null };
    switch (field) {
      case "alive":
      case "muted":
        return { key, value: this.#in.u8() !== 0 };
      case "name":
      case "instrument":
        return { key, value: this.#in.string(LIMITS.nameLength) };
      case "order":
        return { key, value: this.#in.string(LIMITS.orderLength) };
      case "volume":
      case "pan":
        return { key, value: this.#in.i16() / LEVEL_PARTS };
      case "pattern":
      case "shape":
        return { key, value: this.#in.u8() };
    }
    return null;
  }

  #room(tag: number): Write | null {
    const field = ROOM_FIELDS[tag & 15];
    if (!field || tag >= TAG.roomEmpty + 16) return null;
    const key: RegisterKey = { kind: "room", field };
    if (tag >= TAG.roomEmpty) return { key, value: null };
    switch (field) {
      case "transport":
        return { key, value: readTimeline(this.#in) };
      case "swing":
        return { key, value: this.#in.u16() / SWING_PARTS };
      case "root":
        return { key, value: this.#in.u8() };
      case "scale":
      case "name":
        return { key, value: this.#in.string(LIMITS.nameLength) };
    }
  }
}
