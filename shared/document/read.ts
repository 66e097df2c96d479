/**
 * The jam as a musician reads it, out of registers: defaults filled in, ranges held, order made.
 * What did not change keeps its identity, so that the screen and the scheduler see at a glance what did.
 */
import {
  DEFAULT_ROOM_EFFECTS,
  NO_EFFECTS,
  ROOM_EFFECTS,
  type RoomEffects,
  type TrackEffect,
} from "../music/effects.ts";
import { instrumentById } from "../music/instruments.ts";
import type {
  Chain,
  Jam,
  Note,
  Pattern,
  Polarity,
  Scene,
  ScenePatterns,
  Track,
  Turn,
} from "../music/model.ts";
import { compareOrder } from "../music/order.ts";
import { paramByName } from "../music/params.ts";
import { nearestRoot } from "../music/scales.ts";
import { NOTHING_STAGED, type Staged } from "../music/staged.ts";
import { stoppedTimeline, type Timeline } from "../music/timeline.ts";
import { knobRange } from "../music/voice.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Control, NoteValue, RegisterKey, RegisterValue, RoomField, TrackField } from "./delta.ts";

/** The registers of one track, as far as they were ever written. */
export interface TrackRegisters {
  readonly id: number;
  readonly fields: ReadonlyMap<TrackField, RegisterValue>;
  readonly params: ReadonlyMap<number, RegisterValue>;
  readonly effects: ReadonlyMap<TrackEffect, RegisterValue>;
  readonly patterns: ReadonlyMap<number, PatternRegisters>;
  readonly locked: RegisterValue;
  /** Read when it is asked for: most of a track's patterns are neither shown nor heard. */
  pattern(index: number): Pattern;
}

export interface PatternRegisters {
  readonly length: RegisterValue;
  readonly cells: Iterable<{ readonly key: RegisterKey; readonly value: RegisterValue }>;
  readonly holdsNotes: boolean;
}

/** A section of the chain, as the jam has it: for each track the pattern its scene names. */
export interface Section {
  readonly bars: number;
  readonly patterns: ReadonlyMap<number, number>;
}

/** What a leader conducts, as tracks are read by it; null where there is nothing. */
export interface Conducted {
  readonly polarity: { readonly course: Staged; readonly scale: string; readonly root: number } | null;
  readonly silence: Staged | null;
  readonly launch: { readonly fromBeat: number; readonly patterns: ReadonlyMap<number, number> } | null;
  readonly locked: boolean;
}

type RoomOfJam = Omit<Jam, "tracks">;

/** The jam without its tracks, and what every track is read by. */
export interface ReadRoom {
  readonly room: RoomOfJam;
  readonly sections: readonly Section[];
  readonly conducted: Conducted;
}

export interface ReadTrack {
  readonly track: Track;
  readonly order: string;
}

export const DEFAULT_TEMPO = 120;
export const DEFAULT_LENGTH = 16;
export const DEFAULT_VOLUME = 0.8;

const DEFAULTS = { name: "", swing: 50, scale: "minor pentatonic", root: 0 } as const;
const STOPPED = stoppedTimeline(DEFAULT_TEMPO);
const NO_CHAIN: Chain = { on: false, entries: [] };

/** Whether two objects hold the identical values under the same names. */
function sameFields<T extends object>(a: T, b: T): boolean {
  const names = Object.keys(a) as (keyof T)[];
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}

export function readPattern(registers: PatternRegisters): Pattern {
  const length = typeof registers.length === "number" ? registers.length : DEFAULT_LENGTH;
  const notes: Note[] = [];
  for (const { key, value } of registers.cells) {
    if (key.kind !== "note" || value === null || key.step >= length) continue;
    notes.push({ step: key.step, pitch: key.pitch, ...(value as NoteValue) });
  }
  return { length, notes: notes.toSorted((a, b) => a.step - b.step || a.pitch - b.pitch) };
}

/** Every parameter of the instrument, each within its range; none of an instrument that is not known here. */
function readParams(instrument: string, params: ReadonlyMap<number, RegisterValue>): Record<string, number> {
  const result: Record<string, number> = {};
  const known = instrumentById(instrument);
  for (const knob of known?.knobs ?? []) {
    const id = paramByName(knob.param)?.id;
    const range = known && knobRange(known, knob.param);
    if (id === undefined || !range) continue;
    const value = params.get(id);
    result[knob.param] =
      typeof value === "number" ? Math.min(range.max, Math.max(range.min, value)) : knob.default;
  }
  return result;
}

/** What stands in these registers over what they are without: an empty one is as if it were not there. */
const over = <T extends Readonly<Record<string, number>>>(
  defaults: T,
  registers: Iterable<readonly [string, RegisterValue]>,
): T => ({ ...defaults, ...Object.fromEntries([...registers].filter(([, value]) => value !== null)) });

/** The chain as it plays; none while it is off. A scene that is not stored leaves every track on its selected pattern. */
function readSections({ chain, scenes }: RoomOfJam): readonly Section[] {
  if (!chain.on) return [];
  const patterns = new Map(scenes.map((scene) => [scene.index, new Map(scene.patterns)]));
  return chain.entries.map(({ scene, bars }) => ({ bars, patterns: patterns.get(scene) ?? new Map() }));
}

/** The old list where the new one holds the identical items. */
const sameItems = <T>(old: readonly T[] | undefined, items: readonly T[], same: (a: T, b: T) => boolean) =>
  old?.length === items.length && items.every((item, at) => same(item, old[at] as T)) ? old : items;

/** Null while the track is not alive. */
export function readTrack(
  registers: TrackRegisters,
  { sections, conducted }: ReadRoom,
  previous: ReadTrack | null,
): ReadTrack | null {
  const { id, fields } = registers;
  if (fields.get("alive") !== true) return null;
  const text = (field: TrackField) => (fields.get(field) ?? "") as string;
  const number = (field: TrackField, standard: number) => (fields.get(field) ?? standard) as number;
  const instrument = text("instrument");
  const params = readParams(instrument, registers.params);
  const effects = over(NO_EFFECTS, registers.effects);
  const patternIndex = number("pattern", 0);
  const filled = [...registers.patterns.entries()]
    .flatMap(([index, { holdsNotes }]) => (holdsNotes ? [index] : []))
    .toSorted((a, b) => a - b);
  const turns = sections.map(({ bars, patterns }): Turn => {
    const index = patterns.get(id) ?? patternIndex;
    return { bars, patternIndex: index, pattern: registers.pattern(index) };
  });
  const old = previous?.track;
  const launched = conducted.launch?.patterns.get(id);
  const launch =
    conducted.launch && launched !== undefined
      ? { fromBeat: conducted.launch.fromBeat, patternIndex: launched, pattern: registers.pattern(launched) }
      : null;
  const polarity = readPolarity(instrument, conducted);
  const track: Track = {
    id,
    name: text("name"),
    instrument,
    shape: number("shape", 0),
    padX: text("padX"),
    padY: text("padY"),
    volume: number("volume", DEFAULT_VOLUME),
    pan: number("pan", 0),
    muted: fields.get("muted") === true,
    patternIndex,
    pattern: registers.pattern(patternIndex),
    filled: sameItems(old?.filled, filled, Object.is),
    turns: sameItems(old?.turns, turns, sameFields),
    launch: keep(old?.launch, launch),
    polarity: keep(old?.polarity, polarity),
    silence: conducted.silence,
    locked: conducted.locked || registers.locked === true,
    params: old && sameFields(old.params, params) ? old.params : params,
    effects: old && sameFields(old.effects, effects) ? old.effects : effects,
  };
  return { track: old && sameFields(old, track) ? old : track, order: text("order") };
}

/** The old one where the new one holds the identical values. */
const keep = <T extends object>(old: T | null | undefined, value: T | null): T | null =>
  old && value && sameFields(old, value) ? old : value;

/** Drums have one pitch, and an instrument that is not known here may be one. */
function readPolarity(instrument: string, { polarity }: Conducted): Polarity | null {
  const known = instrumentById(instrument);
  if (!polarity || known?.kind !== "melodic") return null;
  const { course, scale, root } = polarity;
  return { course, scale, low: nearestRoot(known.pitch, root) };
}

/** What a leader conducts, for the reading of tracks. */
function readConducted({ polarity, silence, launch, scale, root, locked, scenes }: RoomOfJam): Conducted {
  const { next } = launch;
  const scene = next && scenes.find(({ index }) => index === next.value - 1);
  return {
    polarity: isAtRest(polarity) ? null : { course: polarity, scale, root },
    silence: isAtRest(silence) ? null : silence,
    launch: next && scene ? { fromBeat: next.fromBeat, patterns: new Map(scene.patterns) } : null,
    locked,
  };
}

const isAtRest = ({ now, next }: Staged): boolean => now === 0 && next === null;
/** Scenes that were stored, by place; a name alone makes none. */
export function readScenes(read: (key: RegisterKey) => RegisterValue): readonly Scene[] {
  const scenes: Scene[] = [];
  for (let scene = 0; scene < LIMITS.scenes; scene++) {
    const patterns = read({ kind: "scene", scene, field: "patterns" }) as ScenePatterns | null;
    const name = (read({ kind: "scene", scene, field: "name" }) ?? "") as string;
    if (patterns) scenes.push({ index: scene, name, patterns });
  }
  return scenes;
}

const readEffects = (read: (key: RegisterKey) => RegisterValue): RoomEffects =>
  over(
    DEFAULT_ROOM_EFFECTS,
    ROOM_EFFECTS.map((effect) => [effect, read({ kind: "roomEffect", effect })]),
  );

/** The room's own registers and its scenes. */
export function readRoom(
  seed: number,
  read: (key: RegisterKey) => RegisterValue,
  scenes: readonly Scene[],
  previous: Jam | null,
): ReadRoom {
  const field = (name: RoomField) => read({ kind: "room", field: name });
  const control = (name: Control) => (read({ kind: "control", control: name }) ?? NOTHING_STAGED) as Staged;
  const effects = readEffects(read);
  const room: RoomOfJam = {
    seed,
    name: (field("name") ?? DEFAULTS.name) as string,
    swing: (field("swing") ?? DEFAULTS.swing) as number,
    scale: (field("scale") ?? DEFAULTS.scale) as string,
    root: (field("root") ?? DEFAULTS.root) as number,
    timeline: (field("transport") ?? STOPPED) as Timeline,
    scenes,
    chain: (read({ kind: "chain" }) ?? NO_CHAIN) as Chain,
    effects: previous && sameFields(previous.effects, effects) ? previous.effects : effects,
    locked: read({ kind: "setting", setting: "lock" }) === true,
    polarity: control("polarity"),
    silence: control("silence"),
    launch: control("launch"),
  };
  return { room, sections: readSections(room), conducted: readConducted(room) };
}

/** The room with its alive tracks in their order, as many as there are outputs. */
export function readJam({ room }: ReadRoom, alive: readonly ReadTrack[], previous: Jam | null): Jam {
  const tracks = alive
    .map(({ track, order }) => ({ track, order, id: track.id }))
    .toSorted(compareOrder)
    .slice(0, LIMITS.tracks)
    .map(({ track }) => track);
  const jam: Jam = { ...room, tracks: sameItems(previous?.tracks, tracks, Object.is) };
  return previous && sameFields(previous, jam) ? previous : jam;
}
