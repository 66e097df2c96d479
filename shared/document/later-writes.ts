/**
 * The bytes of writes that came after version 1.0. Each says how long it is, so that who does not know its kind skips
 * it, and what a later minor version adds at its end is skipped too.
 *
 *     later = tag · length varint · body: see LATER
 */
import { type Effect, EFFECTS, ROOM_EFFECTS, TRACK_EFFECTS } from "../music/effects.ts";
import type { Chain, ScenePatterns } from "../music/model.ts";
import type { Staged } from "../music/staged.ts";
import type { Timeline } from "../music/timeline.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import {
  type Conducted,
  CONTROLS,
  DEEDS,
  type RegisterKey,
  type RegisterValue,
  SETTINGS,
  TRACK_FIELDS,
  type TrackField,
  type Write,
} from "./delta.ts";
import { readRampedTimeline, writeRampedTimeline } from "./timeline-codec.ts";
import { MAX_TRACK } from "./values.ts";

/** Their tags are from here on. */
export const LATER_TAGS = 0x80;

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

export const isLaterField = (field: TrackField): boolean => TRACK_FIELDS.indexOf(field) >= FIRST_LATER_FIELD;

/** Of a track only the later fields, and of the room only a transport whose tempo ramps. */
export type LaterKey = Exclude<RegisterKey, { readonly kind: "note" | "floor" | "length" | "param" }>;

/** Writes the body, and gives its tag. The value must be regular (`normaliseValue`). */
export function writeLater(body: ByteWriter, key: LaterKey, value: RegisterValue): number {
  switch (key.kind) {
    case "scene":
      body.u8(key.scene);
      if (key.field === "patterns") {
        writeList(body, value as ScenePatterns | null, ([track, pattern]) => {
          body.varint(track);
          body.u8(pattern);
        });
        return LATER.scenePatterns;
      }
      if (value !== null) body.string(value as string);
      return LATER.sceneName;
    case "chain":
      writeChain(body, value as Chain | null);
      return LATER.chain;
    case "effect":
      body.varint(key.track);
      body.u8(TRACK_EFFECTS.indexOf(key.effect));
      writeAmount(body, key.effect, value as number | null);
      return LATER.effect;
    case "roomEffect":
      body.u8(ROOM_EFFECTS.indexOf(key.effect));
      writeAmount(body, key.effect, value as number | null);
      return LATER.roomEffect;
    case "setting":
      body.u8(SETTINGS.indexOf(key.setting));
      writeFlag(body, value);
      return LATER.setting;
    case "control":
      body.u8(CONTROLS.indexOf(key.control));
      writeStaged(body, value as Staged | null);
      return LATER.control;
    case "trackLock":
      body.varint(key.track);
      writeFlag(body, value);
      return LATER.trackLock;
    case "room":
      writeRampedTimeline(body, value as Timeline);
      return LATER.ramp;
    case "conducted":
      body.u8(DEEDS.indexOf(key.deed));
      for (const number of (value ?? []) as Conducted) body.varint(number);
      return LATER.conducted;
    case "track":
      body.varint(key.track);
      body.u8(TRACK_FIELDS.indexOf(key.field));
      if (value !== null) body.string(value as string);
      return LATER.trackField;
  }
}

/** Null for what this version does not know; a body that is malformed fails. */
export function readLater(tag: number, body: ByteReader): Write | null {
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
            : readList(body, () => [body.varint(MAX_TRACK), body.u8()] as const);
      return scene < LIMITS.scenes ? { key: { kind: "scene", scene, field }, value } : null;
    }
    case LATER.chain:
      return { key: { kind: "chain" }, value: readChain(body) };
    case LATER.effect: {
      const track = body.varint(MAX_TRACK);
      const effect = TRACK_EFFECTS[body.u8()];
      return effect ? { key: { kind: "effect", track, effect }, value: readAmount(body, effect) } : null;
    }
    case LATER.roomEffect: {
      const effect = ROOM_EFFECTS[body.u8()];
      return effect ? { key: { kind: "roomEffect", effect }, value: readAmount(body, effect) } : null;
    }
    case LATER.setting: {
      const setting = SETTINGS[body.u8()];
      return setting ? { key: { kind: "setting", setting }, value: readFlag(body) } : null;
    }
    case LATER.control: {
      const control = CONTROLS[body.u8()];
      return control ? { key: { kind: "control", control }, value: readStaged(body) } : null;
    }
    case LATER.trackLock: {
      const track = body.varint(MAX_TRACK);
      return { key: { kind: "trackLock", track }, value: readFlag(body) };
    }
    case LATER.ramp:
      return { key: { kind: "room", field: "transport" }, value: readRampedTimeline(body) };
    case LATER.conducted: {
      const deed = DEEDS[body.u8()];
      const value: number[] = [];
      while (body.remaining > 0) value.push(body.varint(MAX_TRACK));
      return deed ? { key: { kind: "conducted", deed }, value } : null;
    }
    case LATER.trackField: {
      const track = body.varint(MAX_TRACK);
      const field = TRACK_FIELDS[body.u8()];
      if (!field || !isLaterField(field)) return null;
      const value = body.remaining === 0 ? null : body.string(LIMITS.nameLength);
      return { key: { kind: "track", track, field }, value };
    }
  }
  return null;
}

function writeChain(body: ByteWriter, chain: Chain | null): void {
  if (chain === null) return;
  body.u8(chain.on ? 1 : 0);
  writeList(body, chain.entries, ({ scene, bars }) => {
    body.u8(scene);
    body.u8(bars);
  });
}

function readChain(body: ByteReader): Chain | null {
  if (body.remaining === 0) return null;
  const on = body.u8() !== 0;
  return { on, entries: readList(body, () => ({ scene: body.u8(), bars: body.u8() })) };
}

function writeStaged(body: ByteWriter, staged: Staged | null): void {
  if (staged === null) return;
  body.u8(staged.now);
  if (staged.next === null) return;
  body.u8(staged.next.value);
  body.f64(staged.next.fromBeat);
}

function readStaged(body: ByteReader): Staged | null {
  if (body.remaining === 0) return null;
  const now = body.u8();
  return { now, next: body.remaining === 0 ? null : { value: body.u8(), fromBeat: body.f64() } };
}

function writeAmount(body: ByteWriter, effect: Effect, value: number | null): void {
  if (value !== null) body.i16(Math.round(value * EFFECTS[effect].parts));
}

const readAmount = (body: ByteReader, effect: Effect): number | null =>
  body.remaining === 0 ? null : body.i16() / EFFECTS[effect].parts;

function writeFlag(body: ByteWriter, value: RegisterValue): void {
  if (value !== null) body.u8(value ? 1 : 0);
}

const readFlag = (body: ByteReader): boolean | null => (body.remaining === 0 ? null : body.u8() !== 0);

/** number u8 · that many items; of null nothing. */
function writeList<T>(body: ByteWriter, items: readonly T[] | null, write: (item: T) => void): void {
  if (items === null) return;
  body.u8(items.length);
  for (const item of items) write(item);
}

function readList<T>(body: ByteReader, read: () => T): T[] {
  const items: T[] = [];
  for (let left = body.u8(); left > 0 && !body.failed; left--) items.push(read());
  return items;
}
