/**
 * What a register can hold. Every value is made regular by these pure functions, when it is committed
 * and when it is read from bytes, so that no delta, however hostile, hands a renderer anything else,
 * and what is applied at home equals what the others decode.
 */
import { type Effect, nearestValue } from "../music/effects.ts";
import type { Chain, ChainEntry, ScenePatterns } from "../music/model.ts";
import type { Staged } from "../music/staged.ts";
import type { Ramp, Segment, Timeline } from "../music/timeline.ts";
import { LIMITS } from "../protocol/limits.ts";
import { roomTime } from "../time/instants.ts";
import type { NoteValue, RegisterKey, RegisterValue, TrackField, Write } from "./delta.ts";

/** Gates are multiples of this many to a step; probabilities of this many to 1. */
export const GATE_PARTS = 8;
export const PROBABILITY_PARTS = 100;
/** Volume and pan in ten-thousandths, swing in hundredths of a percent: 16 bits, and clean decimals. */
export const LEVEL_PARTS = 10_000;
export const SWING_PARTS = 100;
/** A ramp's end, in hundredths. */
export const TEMPO_PARTS = 100;

/** The highest id of a track. */
export const MAX_TRACK = 0xffff_ffff;
/** Numbers of a `Conducted`: who, and a view, with room to spare. */
const CONDUCTED_NUMBERS = 8;

export const DEFAULT_NOTE: NoteValue = { velocity: 100, gate: 1, probability: 1, ratchet: 1 };

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));

/** The multiple of 1/`parts` nearest to a number; null for what is no number. */
function quantised(value: unknown, min: number, max: number, parts: number): number | null {
  if (typeof value !== "number" || Number.isNaN(value)) return null;
  return Math.round(clamp(value, min, max) * parts) / parts + 0;
}

function note(value: unknown): NoteValue | null {
  if (typeof value !== "object" || value === null || !("velocity" in value)) return null;
  const fields = value as Partial<Record<keyof NoteValue, unknown>>;
  const velocity = quantised(fields.velocity, 0, 127, 1);
  if (!velocity) return null;
  return {
    velocity,
    gate: quantised(fields.gate, 1 / GATE_PARTS, 255 / GATE_PARTS, GATE_PARTS) ?? DEFAULT_NOTE.gate,
    probability: quantised(fields.probability, 0, 1, PROBABILITY_PARTS) ?? DEFAULT_NOTE.probability,
    ratchet: quantised(fields.ratchet, 1, 8, 1) ?? DEFAULT_NOTE.ratchet,
  };
}

/**
 * A number that survives the way through 32 bits as a clean decimal: six significant digits.
 * Law: `float(Math.fround(float(x))) === float(x)`.
 */
export function float(value: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude > 1e-30)) return 0;
  return Number(clamp(value, -1e30, 1e30).toPrecision(6));
}

/** Well-formed text of at most `max` UTF-16 units, without control characters. */
function text(value: unknown, max: number): string | null {
  if (typeof value !== "string") return null;
  let result = "";
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (result.length + character.length > max) break;
    if (code >= 0x20 && code !== 0x7f) result += code >= 0xd800 && code <= 0xdfff ? "\ufffd" : character;
  }
  return result;
}

/** A place in the order: base-62 digits, the lowest never last, so that there is always room before it. */
function order(value: unknown): string | null {
  const digits = (text(value, LIMITS.orderLength) ?? "").replaceAll(/[^0-9A-Za-z]/g, "").replace(/0+$/, "");
  return digits === "" ? null : digits;
}

function segment(value: unknown): Segment | null {
  if (typeof value !== "object" || value === null) return null;
  const { fromTime, fromBeat, tempo, running, ramp } = value as Partial<Record<keyof Segment, unknown>>;
  if (typeof fromTime !== "number" || !Number.isFinite(fromTime)) return null;
  if (typeof fromBeat !== "number" || !Number.isFinite(fromBeat)) return null;
  if (typeof tempo !== "number" || Number.isNaN(tempo)) return null;
  return {
    fromTime: roomTime(clamp(fromTime, -1e12, 1e12) + 0),
    fromBeat: clamp(fromBeat, -1e12, 1e12) + 0,
    tempo: clamp(tempo, LIMITS.tempo.min, LIMITS.tempo.max),
    running: running === true,
    ...(running === true && rampOf(ramp)),
  };
}

function rampOf(value: unknown): { ramp: Ramp } | null {
  if (typeof value !== "object" || value === null) return null;
  const { to, beats } = value as Partial<Record<keyof Ramp, unknown>>;
  const tempo = quantised(to, LIMITS.tempo.min, LIMITS.tempo.max, TEMPO_PARTS);
  const length = quantised(beats, 1, LIMITS.rampBeats, 1);
  return tempo === null || length === null ? null : { ramp: { to: tempo, beats: length } };
}

function timeline(value: unknown): Timeline | null {
  if (typeof value !== "object" || value === null || !("base" in value)) return null;
  const base = segment(value.base);
  const next = "next" in value ? segment(value.next) : null;
  if (!base) return null;
  return { base, next: next && next.fromTime >= base.fromTime ? next : null };
}

/** Pairs of track and pattern by ascending track, each track once; a scene of none is empty. */
function scenePatterns(value: unknown): ScenePatterns | null {
  if (!Array.isArray(value)) return null;
  const patterns = new Map<number, number>();
  for (const pair of value as readonly unknown[]) {
    const [track, pattern] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    const id = quantised(track, 0, MAX_TRACK, 1);
    const index = quantised(pattern, 0, LIMITS.patterns - 1, 1);
    if (id !== null && index !== null && !patterns.has(id)) patterns.set(id, index);
  }
  const sorted = [...patterns].toSorted(([a], [b]) => a - b).slice(0, LIMITS.tracks);
  return sorted.length > 0 ? sorted : null;
}

function chainEntry(value: unknown): ChainEntry | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Partial<Record<keyof ChainEntry, unknown>>;
  const scene = quantised(fields.scene, 0, LIMITS.scenes - 1, 1);
  const bars = quantised(fields.bars, 1, LIMITS.chainBars, 1);
  return scene === null || bars === null ? null : { scene, bars };
}

function chain(value: unknown): Chain | null {
  if (typeof value !== "object" || value === null) return null;
  const { on, entries } = value as Partial<Record<keyof Chain, unknown>>;
  if (!Array.isArray(entries)) return null;
  const regular = (entries as readonly unknown[]).map(chainEntry).filter((entry) => entry !== null);
  return { on: on === true, entries: regular.slice(0, LIMITS.chain) };
}

const effect = (name: Effect, value: unknown): number | null =>
  typeof value === "number" && !Number.isNaN(value) ? nearestValue(name, value) : null;
function staged(value: unknown, max: number): Staged | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Partial<Record<keyof Staged, unknown>>;
  const now = quantised(fields.now, 0, max, 1);
  if (now === null) return null;
  if (typeof fields.next !== "object" || fields.next === null) return { now, next: null };
  const ahead = fields.next as Partial<Record<"value" | "fromBeat", unknown>>;
  const next = quantised(ahead.value, 0, max, 1);
  const fromBeat = quantised(ahead.fromBeat, 0, 1e12, 1);
  return { now, next: next === null || fromBeat === null ? null : { value: next, fromBeat } };
}

function conducted(value: unknown): readonly number[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.slice(0, CONDUCTED_NUMBERS).map((each) => quantised(each, 0, MAX_TRACK, 1) ?? 0);
}

function trackValue(field: TrackField, value: unknown): RegisterValue {
  switch (field) {
    case "alive":
    case "muted":
      return typeof value === "boolean" ? value : null;
    case "name":
    case "instrument":
    case "padX":
    case "padY":
      return text(value, LIMITS.nameLength);
    case "order":
      return order(value);
    case "volume":
      return quantised(value, 0, 1.5, LEVEL_PARTS);
    case "pan":
      return quantised(value, -1, 1, LEVEL_PARTS);
    case "pattern":
    case "shape":
      return quantised(value, 0, 15, 1);
  }
}

/** Total and idempotent: what does not belong under this key becomes null, what is out of range the nearest in it. */
export function normaliseValue(key: RegisterKey, value: unknown): RegisterValue {
  switch (key.kind) {
    case "note":
      return note(value);
    case "floor":
      return null;
    case "length":
      return quantised(value, 1, LIMITS.steps, 1);
    case "param":
      return typeof value === "number" && !Number.isNaN(value) ? float(value) : null;
    case "effect":
    case "roomEffect":
      return effect(key.effect, value);
    case "track":
      return trackValue(key.field, value);
    case "room":
      switch (key.field) {
        case "transport":
          return timeline(value);
        case "swing":
          return quantised(value, LIMITS.swing.min, LIMITS.swing.max, SWING_PARTS);
        case "root":
          return quantised(value, 0, 11, 1);
        case "scale":
        case "name":
          return text(value, LIMITS.nameLength);
      }
    case "scene":
      return key.field === "patterns" ? scenePatterns(value) : text(value, LIMITS.nameLength);
    case "chain":
      return chain(value);
    case "setting":
    case "trackLock":
      return typeof value === "boolean" ? value : null;
    case "control":
      return staged(value, key.control === "launch" ? LIMITS.scenes : 1);
    case "conducted":
      return conducted(value);
  }
}

export const normaliseWrites = (writes: readonly Write[]): Write[] =>
  writes.map(({ key, value }) => ({ key, value: normaliseValue(key, value) }));

/** Whether two regular values say the same. */
export function sameValue(a: RegisterValue, b: RegisterValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
