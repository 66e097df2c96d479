/**
 * The jam as a musician reads it, out of registers: defaults filled in, ranges held, order made.
 * What did not change keeps its identity, so that the screen and the scheduler see at a glance what did.
 */
import { instrumentById } from "../music/instruments.ts";
import type { Jam, Note, Pattern, Track } from "../music/model.ts";
import { compareOrder } from "../music/order.ts";
import { paramByName } from "../music/params.ts";
import { stoppedTimeline, type Timeline } from "../music/timeline.ts";
import { knobRange } from "../music/voice.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { NoteValue, RegisterKey, RegisterValue, RoomField, TrackField } from "./delta.ts";

/** The registers of one track, as far as they were ever written. */
export interface TrackRegisters {
  readonly id: number;
  readonly fields: ReadonlyMap<TrackField, RegisterValue>;
  readonly params: ReadonlyMap<number, RegisterValue>;
  readonly patterns: ReadonlyMap<number, PatternRegisters>;
}

export interface PatternRegisters {
  readonly length: RegisterValue;
  readonly cells: Iterable<{ readonly key: RegisterKey; readonly value: RegisterValue }>;
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

/** Whether two objects hold the identical values under the same names. */
function sameFields<T extends object>(a: T, b: T): boolean {
  const names = Object.keys(a) as (keyof T)[];
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}

export function readPattern(registers: PatternRegisters | undefined): Pattern {
  const length = typeof registers?.length === "number" ? registers.length : DEFAULT_LENGTH;
  const notes: Note[] = [];
  for (const { key, value } of registers?.cells ?? []) {
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

export const currentPattern = (fields: ReadonlyMap<TrackField, RegisterValue>): number => {
  const index = fields.get("pattern");
  return typeof index === "number" ? index : 0;
};

/** Null while the track is not alive. `pattern` is the one that plays, already read. */
export function readTrack(
  registers: TrackRegisters,
  pattern: Pattern,
  previous: ReadTrack | null,
): ReadTrack | null {
  const { id, fields } = registers;
  if (fields.get("alive") !== true) return null;
  const text = (field: TrackField) => (fields.get(field) ?? "") as string;
  const number = (field: TrackField, standard: number) => (fields.get(field) ?? standard) as number;
  const instrument = text("instrument");
  const params = readParams(instrument, registers.params);
  const old = previous?.track;
  const track: Track = {
    id,
    name: text("name"),
    instrument,
    shape: number("shape", 0),
    volume: number("volume", DEFAULT_VOLUME),
    pan: number("pan", 0),
    muted: fields.get("muted") === true,
    patternIndex: currentPattern(fields),
    pattern,
    params: old && sameFields(old.params, params) ? old.params : params,
  };
  return { track: old && sameFields(old, track) ? old : track, order: text("order") };
}

/** Alive tracks in their order, as many as there are outputs. */
export function readJam(
  seed: number,
  room: (field: RoomField) => RegisterValue,
  alive: Iterable<ReadTrack>,
  previous: Jam | null,
): Jam {
  const tracks = [...alive]
    .map(({ track, order }) => ({ track, order, id: track.id }))
    .toSorted(compareOrder)
    .slice(0, LIMITS.tracks)
    .map(({ track }) => track);
  const same =
    previous?.tracks.length === tracks.length && tracks.every((track, at) => track === previous.tracks[at]);
  const jam: Jam = {
    seed,
    name: (room("name") ?? DEFAULTS.name) as string,
    swing: (room("swing") ?? DEFAULTS.swing) as number,
    scale: (room("scale") ?? DEFAULTS.scale) as string,
    root: (room("root") ?? DEFAULTS.root) as number,
    timeline: (room("transport") ?? STOPPED) as Timeline,
    tracks: same ? previous.tracks : tracks,
  };
  return previous && sameFields(previous, jam) ? previous : jam;
}
