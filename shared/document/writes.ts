/**
 * The layout of writes, in deltas and in snapshots alike: a tag, where, and what.
 *
 *     note    = 0000 s ff p · [track varint, unless s] · u16 (step << 7 | pitch | (pattern & 7) << 13) · value
 *               p: pattern >= 8; s: the track of the write before; ff: 0 empty, 1 the plain note
 *               (velocity 100, the rest default), 2 velocity u8, 3 velocity, gate, probability, ratchet u8
 *     others  = 0x10 … 0x6f: see TAG
 *     later   = 0x80 … 0xff · length varint · that many bytes: see LATER; what is not known here is skipped,
 *               and so is what a later minor version adds at its end
 */
import { type Effect, EFFECTS, ROOM_EFFECTS, TRACK_EFFECTS } from "../music/effects.ts";
import type { Chain, ScenePatterns } from "../music/model.ts";
import type { Staged } from "../music/staged.ts";
import type { Timeline } from "../music/timeline.ts";
import { LIMITS } from "../protocol/limits.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import {
  type Control,
  CONTROLS,
  type Conducted,
  DEEDS,
  type NoteValue,
  type RegisterKey,
  type RegisterValue,
  ROOM_FIELDS,
  type RoomField,
  SETTINGS,
  TRACK_FIELDS,
  type TrackField,
  type Write,
} from "./delta.ts";
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
import {
  hasRamp,
  readRampedTimeline,
  readTimeline,
  writeRampedTimeline,
  writeTimeline,
} from "./timeline-codec.ts";

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

/** Kinds since 1.1. What stands in brackets is missing where the register is empty. */
const LATER = {
  /** scene u8 · [number u8 · number × (track varint · pattern u8)] */
  scenePatterns: 0x80,
  /** scene u8 · [name string] */
  sceneName: 0x81,
  /** [on u8 · number u8 · number × (scene u8 · bars u8)] */
  chain: 0x82,
  /** index in SETTINGS u8 · [value u8] */
  setting: 0x83,
  /** track varint · index in TRACK_EFFECTS u8 · [value i16] */
  effect: 0x84,
  /** index in ROOM_EFFECTS u8 · [value i16] */
  roomEffect: 0x85,
  /** index in CONTROLS u8 · [now u8 · [next u8 · fromBeat f64]] */
  control: 0x86,
  /** track varint · [value u8] */
  trackLock: 0x87,
  /** The transport where its tempo ramps: see `timeline-codec.ts` */
  ramp: 0x88,
  /** index in DEEDS u8 · varints to the end */
  conducted: 0x89,
  /** track varint · index in TRACK_FIELDS u8 · [string]: those from `FIRST_LATER_FIELD` on */
  trackField: 0x8c,
} as const;
/** Fields of tracks since 1.1, which who does not know them can skip. */
const FIRST_LATER_FIELD = TRACK_FIELDS.indexOf("padX");
const LATER_TAGS = 0x80;
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
        if (TRACK_FIELDS.indexOf(key.field) >= FIRST_LATER_FIELD)
          return this.#later(LATER.trackField, (body) => {
            body.varint(key.track);
            body.u8(TRACK_FIELDS.indexOf(key.field));
            if (value !== null) body.string(value as string);
          });
        this.#head(
          (value === null ? TAG.trackEmpty : TAG.track) + TRACK_FIELDS.indexOf(key.field),
          key.track,
        );
        if (value !== null) this.#trackValue(key.field, value);
        return;
      case "room":
        if (key.field === "transport" && value !== null && hasRamp(value as Timeline))
          return this.#later(LATER.ramp, (body) => writeRampedTimeline(body, value as Timeline));
        this.#out.u8((value === null ? TAG.roomEmpty : TAG.room) + ROOM_FIELDS.indexOf(key.field));
        if (value !== null) this.#roomValue(key.field, value);
        return;
      case "scene":
        return key.field === "patterns"
          ? this.#scenePatterns(key.scene, value as ScenePatterns | null)
          : this.#later(LATER.sceneName, (body) => {
              body.u8(key.scene);
              if (value !== null) body.string(value as string);
            });
      case "chain":
        return this.#chain(value as Chain | null);
      case "effect":
      case "roomEffect":
        return this.#effect(key, value as number | null);
      case "setting":
        this.#later(LATER.setting, (body) => {
          body.u8(SETTINGS.indexOf(key.setting));
          if (value !== null) body.u8(value ? 1 : 0);
        });
        return;
      case "control":
        return this.#later(LATER.control, (body) => writeControl(body, key.control, value as Staged | null));
      case "trackLock":
        this.#later(LATER.trackLock, (body) => {
          body.varint(key.track);
          if (value !== null) body.u8(value ? 1 : 0);
        });
        return;
      case "conducted":
        this.#later(LATER.conducted, (body) => {
          body.u8(DEEDS.indexOf(key.deed));
          for (const number of (value ?? []) as Conducted) body.varint(number);
        });
    }
  }

  #later(tag: number, write: (body: ByteWriter) => void): void {
    const body = new ByteWriter();
    write(body);
    this.#out.u8(tag);
    this.#out.varint(body.length);
    this.#out.bytes(body.take());
  }

  #effect(key: RegisterKey & { kind: "effect" | "roomEffect" }, value: number | null): void {
    this.#later(LATER[key.kind], (body) => {
      if (key.kind === "effect") body.varint(key.track);
      body.u8(key.kind === "effect" ? TRACK_EFFECTS.indexOf(key.effect) : ROOM_EFFECTS.indexOf(key.effect));
      if (value !== null) body.i16(Math.round(value * EFFECTS[key.effect].parts));
    });
  }

  #scenePatterns(scene: number, patterns: ScenePatterns | null): void {
    this.#later(LATER.scenePatterns, (body) => {
      body.u8(scene);
      if (patterns === null) return;
      body.u8(patterns.length);
      for (const [track, pattern] of patterns) {
        body.varint(track);
        body.u8(pattern);
      }
    });
  }

  #chain(chain: Chain | null): void {
    this.#later(LATER.chain, (body) => {
      if (chain === null) return;
      body.u8(chain.on ? 1 : 0);
      body.u8(chain.entries.length);
      for (const { scene, bars } of chain.entries) {
        body.u8(scene);
        body.u8(bars);
      }
    });
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

function writeControl(out: ByteWriter, control: Control, staged: Staged | null): void {
  out.u8(CONTROLS.indexOf(control));
  if (staged === null) return;
  out.u8(staged.now);
  if (staged.next === null) return;
  out.u8(staged.next.value);
  out.f64(staged.next.fromBeat);
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
    if (!field || (tag & 15) >= FIRST_LATER_FIELD) return null;
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

/** Null for what this version does not know; a body that is malformed fails. */
function readLater(tag: number, body: ByteReader): Write | null {
  switch (tag) {
    case LATER.scenePatterns:
    case LATER.sceneName: {
      const scene = body.u8();
      const field = tag === LATER.sceneName ? "name" : "patterns";
      const value =
        body.remaining === 0
          ? null
          : field === "name"
            ? body.string(LIMITS.nameLength)
            : list(body, () => [body.varint(MAX_TRACK), body.u8()] as const);
      return scene < LIMITS.scenes ? { key: { kind: "scene", scene, field }, value } : null;
    }
    case LATER.chain: {
      if (body.remaining === 0) return { key: { kind: "chain" }, value: null };
      const on = body.u8() !== 0;
      const entries = list(body, () => ({ scene: body.u8(), bars: body.u8() }));
      return { key: { kind: "chain" }, value: { on, entries } };
    }
    case LATER.effect: {
      const track = body.varint(MAX_TRACK);
      const effect = TRACK_EFFECTS[body.u8()];
      return effect ? { key: { kind: "effect", track, effect }, value: effectValue(effect, body) } : null;
    }
    case LATER.roomEffect: {
      const effect = ROOM_EFFECTS[body.u8()];
      return effect ? { key: { kind: "roomEffect", effect }, value: effectValue(effect, body) } : null;
    }
    case LATER.setting: {
      const setting = SETTINGS[body.u8()];
      if (!setting) return null;
      return { key: { kind: "setting", setting }, value: body.remaining === 0 ? null : body.u8() !== 0 };
    }
    case LATER.control: {
      const control = CONTROLS[body.u8()];
      return control ? { key: { kind: "control", control }, value: readControl(body) } : null;
    }
    case LATER.trackLock: {
      const track = body.varint(MAX_TRACK);
      return { key: { kind: "trackLock", track }, value: body.remaining === 0 ? null : body.u8() !== 0 };
    }
    case LATER.trackField: {
      const track = body.varint(MAX_TRACK);
      const index = body.u8();
      const field = index < FIRST_LATER_FIELD ? undefined : TRACK_FIELDS[index];
      if (!field) return null;
      const value = body.remaining === 0 ? null : body.string(LIMITS.nameLength);
      return { key: { kind: "track", track, field }, value };
    }
    case LATER.conducted: {
      const deed = DEEDS[body.u8()];
      const value: number[] = [];
      while (body.remaining > 0) value.push(body.varint(MAX_TRACK));
      return deed ? { key: { kind: "conducted", deed }, value } : null;
    }
    case LATER.ramp:
      return { key: { kind: "room", field: "transport" }, value: readRampedTimeline(body) };
  }
  return null;
}

const effectValue = (effect: Effect, body: ByteReader): number | null =>
  body.remaining === 0 ? null : body.i16() / EFFECTS[effect].parts;
function readControl(body: ByteReader): Staged | null {
  if (body.remaining === 0) return null;
  const now = body.u8();
  return { now, next: body.remaining === 0 ? null : { value: body.u8(), fromBeat: body.f64() } };
}

/** number u8 · that many items. */
function list<T>(body: ByteReader, item: () => T): T[] {
  const items: T[] = [];
  for (let left = body.u8(); left > 0 && !body.failed; left--) items.push(item());
  return items;
}
