/**
 * Names of registers: their compact text form, their hash, and who may write them.
 */
import { ROOM_EFFECTS, TRACK_EFFECTS, isTrackEffect } from "../music/effects.ts";
import { paramById, paramByName } from "../music/params.ts";
import {
  CONTROLS,
  DEEDS,
  type NoteKey,
  ROOM_FIELDS,
  type RegisterKey,
  SETTINGS,
  TRACK_FIELDS,
} from "./delta.ts";

/** A short text that is unique to the key: for maps. Law: `keyOf(keyId(key))` equals `key`. */
export function keyId(key: RegisterKey): string {
  switch (key.kind) {
    case "note":
      return `${noteStart(key.track, key.pattern)}${key.step}.${key.pitch}`;
    case "floor":
      return `f.${key.track}.${key.pattern}`;
    case "length":
      return `l.${key.track}.${key.pattern}`;
    case "track":
      return `t.${key.track}.${key.field}`;
    case "param":
      return `p.${key.track}.${key.param}`;
    case "effect":
      return `e.${key.track}.${key.effect}`;
    case "roomEffect":
      return `x.${key.effect}`;
    case "room":
      return `r.${key.field}`;
    case "scene":
      return `s.${key.scene}.${key.field}`;
    case "chain":
      return "c";
    case "setting":
      return `g.${key.setting}`;
    case "control":
      return `k.${key.control}`;
    case "trackLock":
      return `b.${key.track}`;
    case "conducted":
      return `w.${key.deed}`;
  }
}

/** The key of a text that `keyId` made; throws on any other. */
export function keyOf(id: string): RegisterKey {
  const [kind, first = "", second = "", ...rest] = id.split(".");
  const [track, pattern] = [Number(first), Number(second)];
  const [step, pitch] = rest.map(Number);
  const trackField = TRACK_FIELDS.find((name) => name === second);
  const roomField = ROOM_FIELDS.find((name) => name === first);
  const setting = SETTINGS.find((name) => name === first);
  const effect = TRACK_EFFECTS.find((name) => name === second);
  const roomEffect = ROOM_EFFECTS.find((name) => name === first);
  const control = CONTROLS.find((name) => name === first);
  const deed = DEEDS.find((name) => name === first);
  if (kind === "n" && step !== undefined && pitch !== undefined)
    return { kind: "note", track, pattern, step, pitch };
  if (kind === "f") return { kind: "floor", track, pattern };
  if (kind === "l") return { kind: "length", track, pattern };
  if (kind === "t" && trackField) return { kind: "track", track, field: trackField };
  if (kind === "p") return { kind: "param", track, param: pattern };
  if (kind === "e" && effect) return { kind: "effect", track, effect };
  if (kind === "x" && roomEffect) return { kind: "roomEffect", effect: roomEffect };
  if (kind === "r" && roomField) return { kind: "room", field: roomField };
  if (kind === "s" && (second === "patterns" || second === "name"))
    return { kind: "scene", scene: Number(first), field: second };
  if (kind === "c") return { kind: "chain" };
  if (kind === "g" && setting) return { kind: "setting", setting };
  if (kind === "k" && control) return { kind: "control", control };
  if (kind === "b") return { kind: "trackLock", track };
  if (kind === "w" && deed) return { kind: "conducted", deed };
  throw new Error(`not a register's id: ${id}`);
}

/** The track whose register it is; null for the room's. */
export const trackOf = (key: RegisterKey): number | null => ("track" in key ? key.track : null);

/** The register behind a knob of a part, named by its parameter or effect; null for any other name. */
export function knobKey(track: number, name: string): RegisterKey | null {
  if (isTrackEffect(name)) return { kind: "effect", track, effect: name };
  const param = paramByName(name)?.id;
  return param === undefined ? null : { kind: "param", track, param };
}

/** The reverse of `knobKey`; null for a register that is no knob. */
export const knobOf = (key: RegisterKey): string | null =>
  key.kind === "effect" ? key.effect : key.kind === "param" ? (paramById(key.param)?.name ?? null) : null;

export const isTransport = (key: RegisterKey): boolean => key.kind === "room" && key.field === "transport";

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

const hashOn = (hash: number, code: number): number => Math.imul(hash ^ code, FNV_PRIME);

/** Hash of a key's id, i32; the same in every browser. Source: FNV-1a. */
export function hashId(id: string, seed: number): number {
  let hash = FNV_BASIS ^ seed;
  for (let i = 0; i < id.length; i++) hash = hashOn(hash, id.charCodeAt(i));
  return hash;
}

const ZERO = 0x30;
const DOT = 0x2e;

/** A whole number below 1,000, digit by digit. */
function hashNumber(hash: number, value: number): number {
  if (value >= 100) hash = hashOn(hash, ZERO + ((value / 100) | 0));
  if (value >= 10) hash = hashOn(hash, ZERO + (((value / 10) | 0) % 10));
  return hashOn(hash, ZERO + (value % 10));
}

/** What all ids of a pattern's notes begin with. */
export const noteStart = (track: number, pattern: number): string => `n.${track}.${pattern}.`;

/**
 * Hash of a note's id, from that of its `noteStart`: a document is mostly notes, and writing out their ids
 * would be most of the work of loading it.
 *
 * Law: `hashNote(hashId(noteStart(track, pattern), seed), key)` equals `hashId(keyId(key), seed)`.
 */
export const hashNote = (start: number, { step, pitch }: NoteKey): number =>
  hashNumber(hashOn(hashNumber(start, step), DOT), pitch);

/**
 * Whether only actor 0 writes this register: others' writes to it are dropped everywhere, by key and
 * actor, without a look at any clock.
 */
export const isRoomClass = ({ kind }: RegisterKey): boolean =>
  kind === "setting" || kind === "control" || kind === "trackLock" || kind === "conducted";
