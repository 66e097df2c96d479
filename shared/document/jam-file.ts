/**
 * A jam as a file: plain JSON that a person can read and a script can write (docs/jam-file.md). Here it
 * is written out of a document, and read with a sentence for whatever is wrong. What opening one does to
 * a room is `jam-replace.ts`'s; where its bytes come from and go to is nobody's business here.
 */
import * as v from "valibot";
import { assert } from "../lib/assert.ts";
import { err, ok, type Result } from "../lib/result.ts";
import type { RoomEffects, TrackEffects } from "../music/effects.ts";
import { type Instrument, instrumentById } from "../music/instruments.ts";
import type { Chain, Track } from "../music/model.ts";
import { controlInfo, type PadControls } from "../music/pad.ts";
import { SCALES } from "../music/scales.ts";
import { settledTempo } from "../music/timeline.ts";
import { knobRange } from "../music/voice.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { NoteValue } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { type GivenScene, type GivenTrack, JamFileSchema, NO_PAD } from "./jam-file-schema.ts";
import { DEFAULT_LENGTH } from "./read.ts";

export const JAM_FORMAT = "tutti-jam";
export const JAM_VERSION = 1;

export type JamFileErrorCode =
  /** Not a jam of Tutti at all. */
  | "JAM_FOREIGN"
  /** Of a later version of the format. */
  | "JAM_NEWER"
  /** The message names the place and what may stand there. */
  | "JAM_INVALID"
  | "JAM_OVERSIZE";

export interface JamFileError {
  readonly code: JamFileErrorCode;
  /** For people: "tracks[3].patterns[0].notes[12].pitch: 0 to 127". */
  readonly message: string;
}

export interface JamFileNote extends NoteValue {
  readonly step: number;
  readonly pitch: number;
}

export interface JamFilePattern {
  readonly index: number;
  readonly length: number;
  /** By step, then pitch. Those at or behind the length do not sound, and are kept for when it grows. */
  readonly notes: readonly JamFileNote[];
}

export interface JamFileTrack {
  readonly name: string;
  readonly instrument: string;
  readonly volume: number;
  readonly pan: number;
  readonly muted: boolean;
  readonly shape: number;
  /** The one that plays. */
  readonly pattern: number;
  readonly params: Readonly<Record<string, number>>;
  readonly effects: TrackEffects;
  /** The controls that were put on its pad, by name; "" where the instrument chooses. */
  readonly pad: PadControls;
  readonly patterns: readonly JamFilePattern[];
}

export interface JamFileScene {
  readonly index: number;
  readonly name: string;
  /** One for each track, in their order; null where the scene does not know it. */
  readonly patterns: readonly (number | null)[];
}

export interface JamFile {
  readonly format: typeof JAM_FORMAT;
  readonly version: typeof JAM_VERSION;
  readonly name: string;
  readonly tempo: number;
  readonly swing: number;
  readonly scale: string;
  readonly root: number;
  readonly effects: RoomEffects;
  readonly tracks: readonly JamFileTrack[];
  /** By place. */
  readonly scenes: readonly JamFileScene[];
  readonly chain: Chain;
}

/** A jam that was read, and in words what of it is not here as it stands in the file. */
export interface ReadJam {
  readonly jam: JamFile;
  readonly remarks: readonly string[];
}

/** Plays the parts whose instrument is not known here. */
const STAND_IN = "prophet";
/** Stands in for a scale that is not known here: it hides nothing. */
const OPEN_SCALE = "chromatic";

type Read<T> = Result<T, JamFileError>;

const fail = (code: JamFileErrorCode, message: string) => err({ code, message });
const invalid = (place: string, message: string) => fail("JAM_INVALID", `${place}: ${message}`);

/** A jam out of a file's text. Total: any text gives a jam or a sentence. */
export function parseJamFile(source: string): Read<ReadJam> {
  if (source.length > LIMITS.jamFileBytes)
    return fail("JAM_OVERSIZE", `a jam's file has ${LIMITS.jamFileBytes / 2 ** 20} MiB at most`);
  try {
    return readJamFile(JSON.parse(source));
  } catch (error) {
    if (error instanceof SyntaxError) return fail("JAM_FOREIGN", "this is not JSON");
    throw error;
  }
}

/**
 * A jam out of what `JSON.parse` gave, or anything else. The format's own bounds are held; a knob's range is
 * its instrument's and may change with it, so a value beyond it becomes the nearest within.
 *
 * Law: `readJamFile(writeJamFile(d))` is `writeJamFile(d)` where instruments and scale are known.
 */
export function readJamFile(input: unknown): Read<ReadJam> {
  const head = v.safeParse(v.object({ format: v.literal(JAM_FORMAT), version: v.unknown() }), input);
  if (!head.success) return fail("JAM_FOREIGN", `this is not a jam: its "format" is not "${JAM_FORMAT}"`);
  const { version } = head.output;
  if (typeof version === "number" && version > JAM_VERSION)
    return fail(
      "JAM_NEWER",
      `a newer Tutti saved it: version ${version} of the format, here is ${JAM_VERSION}`,
    );
  if (version !== JAM_VERSION) return invalid("version", String(JAM_VERSION));
  const parsed = v.safeParse(JamFileSchema, input, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return invalid((v.getDotPath(issue) ?? "").replaceAll(/\.(\d+)/g, "[$1]"), issue.message);
  }
  const remarks: string[] = [];
  const tracks: JamFileTrack[] = [];
  for (const [index, given] of parsed.output.tracks.entries()) {
    const track = readTrack(given, index, remarks);
    if (!track.ok) return track;
    tracks.push(track.value);
  }
  const patterns = tracks.flatMap((track) => track.patterns);
  if (patterns.reduce((sum, { notes }) => sum + notes.length, 0) > LIMITS.registers)
    return fail("JAM_OVERSIZE", `a jam has ${LIMITS.registers} notes at most`);
  const { name, tempo, swing, root, chain, effects } = parsed.output;
  const scale = readScale(parsed.output.scale, remarks);
  const scenes = readScenes(parsed.output.scenes, tracks.length);
  if (!scenes.ok) return scenes;
  const room = {
    format: JAM_FORMAT,
    version: JAM_VERSION,
    name,
    tempo,
    swing,
    scale,
    root,
    effects,
  } as const;
  return ok({ jam: { ...room, tracks, scenes: scenes.value, chain }, remarks });
}

function readScenes(given: readonly GivenScene[], tracks: number): Read<readonly JamFileScene[]> {
  const indices = new Set<number>();
  for (const [at, { index, patterns }] of given.entries()) {
    if (indices.has(index)) return invalid(`scenes[${at}].index`, `there is a scene ${index} already`);
    indices.add(index);
    if (patterns.length > tracks)
      return invalid(`scenes[${at}].patterns`, `${tracks} at most, one for a track`);
  }
  const whole = given.map((scene) => ({
    ...scene,
    patterns: Array.from({ length: tracks }, (_, track) => scene.patterns[track] ?? null),
  }));
  return ok(whole.filter(isKept).toSorted((a, b) => a.index - b.index));
}

/** A scene that knows no track is none. */
const isKept = ({ patterns }: JamFileScene): boolean => patterns.some((pattern) => pattern !== null);

function readScale(scale: string, remarks: string[]): string {
  if (Object.hasOwn(SCALES, scale)) return scale;
  remarks.push(`The scale "${scale}" is not known here: every pitch is shown.`);
  return OPEN_SCALE;
}

function readTrack(given: GivenTrack, index: number, remarks: string[]): Read<JamFileTrack> {
  const instrument = instrumentById(given.instrument) ?? instrumentById(STAND_IN);
  assert(instrument, "the stand-in is an instrument");
  const { volume, pan, muted, pattern, effects, shape = index } = given;
  const name = given.name ?? instrument.label;
  const isKnown = instrument.id === given.instrument;
  if (!isKnown)
    remarks.push(`${name}: "${given.instrument}" is not known here, ${instrument.label} plays it.`);
  // The knobs of an instrument that is not known mean nothing on another.
  const params = isKnown ? readParams(instrument, given, index, name, remarks) : ok({});
  if (!params.ok) return params;
  const patterns = readPatterns(given, index);
  if (!patterns.ok) return patterns;
  const pad = isKnown ? readPad(instrument, given, name, remarks) : NO_PAD;
  const head = { name, instrument: instrument.id, volume, pan, muted, shape, pattern };
  return ok({ ...head, params: params.value, effects, pad, patterns: patterns.value });
}

function readPad(instrument: Instrument, { pad }: GivenTrack, name: string, remarks: string[]): PadControls {
  const read = (control: string): string => {
    if (control === "" || controlInfo(instrument, control)) return control;
    remarks.push(`${name}: ${instrument.label} has no "${control}" for its pad.`);
    return "";
  };
  return { x: read(pad.x), y: read(pad.y) };
}

function readParams(
  instrument: Instrument,
  { params }: GivenTrack,
  track: number,
  name: string,
  remarks: string[],
): Read<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const { param, label } of instrument.knobs) {
    const value = Object.hasOwn(params, param) ? params[param] : undefined;
    const range = knobRange(instrument, param);
    if (value === undefined || !range) continue;
    if (typeof value !== "number" || Number.isNaN(value))
      return invalid(`tracks[${track}].params.${param}`, `${range.min} to ${range.max}`);
    const held = Math.min(range.max, Math.max(range.min, value));
    if (held !== value)
      remarks.push(`${name}: ${label} goes from ${range.min} to ${range.max}, not to ${value}.`);
    result[param] = held;
  }
  return ok(result);
}

function readPatterns({ patterns }: GivenTrack, track: number): Read<JamFilePattern[]> {
  const indices = new Set<number>();
  const result: JamFilePattern[] = [];
  for (const [at, { index, length, notes }] of patterns.entries()) {
    const place = `tracks[${track}].patterns[${at}]`;
    if (indices.has(index)) return invalid(`${place}.index`, `there is a pattern ${index} already`);
    indices.add(index);
    const cells = new Set<number>();
    for (const [n, { step, pitch }] of notes.entries()) {
      const cell = step * 128 + pitch;
      if (cells.has(cell))
        return invalid(`${place}.notes[${n}]`, `step ${step} has a note of pitch ${pitch} already`);
      cells.add(cell);
    }
    result.push({ index, length, notes: inOrder(notes) });
  }
  return ok(result.toSorted((a, b) => a.index - b.index));
}

const inOrder = (notes: readonly JamFileNote[]): JamFileNote[] =>
  notes.toSorted((a, b) => a.step - b.step || a.pitch - b.pitch);

/** The jam that is to be seen, with every pattern of its tracks; what was removed is not in it. */
export function writeJamFile(document: JamDocument): JamFile {
  const { name, timeline, swing, scale, root, effects, tracks, scenes, chain } = document.jam();
  const shelves = patternsOf(document);
  return {
    format: JAM_FORMAT,
    version: JAM_VERSION,
    name,
    tempo: settledTempo(timeline),
    swing,
    scale,
    root,
    effects,
    tracks: tracks.map((track) => ({
      name: track.name,
      instrument: track.instrument,
      volume: track.volume,
      pan: track.pan,
      muted: track.muted,
      shape: track.shape,
      pattern: track.patternIndex,
      params: track.params,
      effects: track.effects,
      pad: { x: chosen(track, track.padX), y: chosen(track, track.padY) },
      patterns: [...(shelves.get(track.id) ?? [])]
        .map(([index, { length, notes }]) => ({ index, length, notes: inOrder(notes) }))
        .toSorted((a, b) => a.index - b.index),
    })),
    scenes: scenes
      .map(({ index, name: label, patterns }) => {
        const stored = new Map(patterns);
        return { index, name: label, patterns: tracks.map(({ id }) => stored.get(id) ?? null) };
      })
      .filter(isKept),
    chain,
  };
}

/** What was chosen for another instrument counts no more. */
function chosen({ instrument }: Track, control: string): string {
  const known = instrumentById(instrument);
  return known && controlInfo(known, control) ? control : "";
}

/** Of each track the patterns that somebody has put a note or a length into. */
function patternsOf(
  document: JamDocument,
): Map<number, Map<number, { length: number; notes: JamFileNote[] }>> {
  const shelves = new Map<number, Map<number, { length: number; notes: JamFileNote[] }>>();
  const shelf = (track: number, pattern: number) => {
    const patterns = shelves.get(track) ?? new Map<number, { length: number; notes: JamFileNote[] }>();
    shelves.set(track, patterns);
    const entry = patterns.get(pattern) ?? { length: DEFAULT_LENGTH, notes: [] };
    patterns.set(pattern, entry);
    return entry;
  };
  for (const { key, value } of document.registers()) {
    if (value === null) continue;
    if (key.kind === "length") shelf(key.track, key.pattern).length = value as number;
    if (key.kind === "note")
      shelf(key.track, key.pattern).notes.push({ step: key.step, pitch: key.pitch, ...(value as NoteValue) });
  }
  return shelves;
}

/** As a file's text: indented, and each note on a line of its own. */
export const jamFileText = (jam: JamFile): string =>
  `${JSON.stringify(jam, null, 2).replaceAll(/\{\n\s*"step"[^{}]*\}/g, (note) => note.replaceAll(/\n\s*/g, " "))}\n`;
