/**
 * What can be played live, and by which key: of a melodic part two rows of its scale, the upper one an octave
 * above; of the drums one key each. Computer keys are known by their places (`event.code`), so that any layout
 * has the same two rows.
 */
import { instrumentById } from "#shared/music/instruments.ts";
import type { Track } from "#shared/music/model.ts";
import { pitchName } from "#shared/music/names.ts";
import { scalePitches } from "#shared/music/scales.ts";
import { isMelodic, ownPitch } from "./rows.ts";

export interface Pad {
  readonly track: number;
  readonly pitch: number;
  readonly label: string;
  /** The root of the scale. */
  readonly root: boolean;
  /** The index of the shape of a drum. */
  readonly shape: number | null;
}

/** The home row and the one above it, from the left. */
export const CODES = {
  lower: ["KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH", "KeyJ", "KeyK", "KeyL", "Semicolon"],
  upper: ["KeyQ", "KeyW", "KeyE", "KeyR", "KeyT", "KeyY", "KeyU", "KeyI", "KeyO", "KeyP"],
} as const;
export const ROW = CODES.lower.length;

/** Octaves down and up; softer and louder. */
export const TURNS: Readonly<Record<string, "down" | "up" | "softer" | "louder">> = {
  KeyZ: "down",
  KeyX: "up",
  KeyC: "softer",
  KeyV: "louder",
};

/** A key's letter where the layout is not asked for. */
export const letterOf = (code: string): string => (code === "Semicolon" ? ";" : code.slice(3));

interface Scale {
  readonly name: string;
  readonly root: number;
}

const drumPads = (tracks: readonly Track[]): Pad[] =>
  tracks
    .filter(({ instrument }) => instrumentById(instrument)?.kind === "drum")
    .map(({ id, name, shape, instrument }) => ({
      track: id,
      pitch: ownPitch(instrument),
      label: name,
      root: false,
      shape,
    }));

/** The scale from the root at or below the instrument's own pitch, `octave` higher, `count` of it from `first` on. */
function scalePads(track: Track, scale: Scale, octave: number, first: number, count: number): Pad[] {
  const own = ownPitch(track.instrument);
  const from = own - ((((own - scale.root) % 12) + 12) % 12) + octave * 12;
  return scalePitches(scale.name, scale.root, from, 127)
    .slice(first, first + count)
    .map((pitch) => ({
      track: track.id,
      pitch,
      label: pitchName(pitch),
      root: pitch % 12 === scale.root,
      shape: null,
    }));
}

/** Tones of an octave; of a scale with more than a row has keys, the upper row goes on where the lower one ends. */
const octaveTones = (scale: Scale): number =>
  Math.min(ROW, scalePitches(scale.name, scale.root, 60, 71).length);

export interface Rows {
  readonly upper: readonly Pad[];
  readonly lower: readonly Pad[];
}

/** For two rows of computer keys. */
export function keyRows(open: Track, tracks: readonly Track[], scale: Scale, octave: number): Rows {
  if (!isMelodic(open.instrument)) {
    const pads = drumPads(tracks);
    return { lower: pads.slice(0, ROW), upper: pads.slice(ROW, 2 * ROW) };
  }
  return {
    lower: scalePads(open, scale, octave, 0, ROW),
    upper: scalePads(open, scale, octave, octaveTones(scale), ROW),
  };
}

/** For fingers: one rising line of pads, none twice. */
export const padLine = (
  open: Track,
  tracks: readonly Track[],
  scale: Scale,
  octave: number,
  count: number,
): readonly Pad[] =>
  isMelodic(open.instrument) ? scalePads(open, scale, octave, 0, count) : drumPads(tracks).slice(0, count);

/** Columns for as many pads: five for a scale, about as many as rows for drums. */
export const padColumns = (count: number): number => Math.max(1, Math.min(5, Math.ceil(Math.sqrt(count))));

/** The line in rows of `columns`, as they are read, so that it rises from the lower left; null where it is over. */
export function fromBelow<T>(line: readonly T[], columns: number): (T | null)[] {
  const rows = Array.from({ length: Math.ceil(line.length / columns) }, (_, row) =>
    Array.from({ length: columns }, (__, column) => line[row * columns + column] ?? null),
  );
  return rows.toReversed().flat();
}

/** The pad that a MIDI note means: that pitch of a melodic part, or the drum that has this pitch; null for none. */
export function midiPad(open: Track, tracks: readonly Track[], pitch: number): Pad | null {
  if (!isMelodic(open.instrument)) return drumPads(tracks).find((pad) => pad.pitch === pitch) ?? null;
  return { track: open.id, pitch, label: pitchName(pitch), root: false, shape: null };
}

const SOFTEST = 40;
const LOUDEST = 124;

/** Velocity by where a pad is touched: from its upper edge (0) to its lower one (1). */
export const touchVelocity = (share: number): number =>
  Math.round(SOFTEST + (LOUDEST - SOFTEST) * Math.min(1, Math.max(0, share)));
