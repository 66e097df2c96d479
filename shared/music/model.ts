/**
 * The jam as a musician reads it: tracks, patterns, notes. These are plain values read out of the
 * document (`shared/document`); nothing here is written to, merged or sent.
 */
import type { RoomEffects, TrackEffects } from "./effects.ts";
import type { Staged } from "./staged.ts";
import type { Timeline } from "./timeline.ts";

/** Steps in a beat: a step is a sixteenth note. */
export const STEPS_PER_BEAT = 4;
export const BEATS_PER_BAR = 4;
export const STEPS_PER_BAR = STEPS_PER_BEAT * BEATS_PER_BAR;

export interface Note {
  /** 0-based step in the pattern. */
  readonly step: number;
  /** MIDI note number, 0 to 127. On a drum track it is the track's own pitch and only marks the hit. */
  readonly pitch: number;
  /** 1 to 127. */
  readonly velocity: number;
  /** Length in steps, a multiple of 1/8, 0.125 to 31.875. */
  readonly gate: number;
  /** 0 to 1. */
  readonly probability: number;
  /** Equal strikes within the step, 1 to 8. */
  readonly ratchet: number;
}

export interface Pattern {
  /** Length in steps, 1 to 64. */
  readonly length: number;
  /** Ordered by step, then pitch; only notes with `step < length`. */
  readonly notes: readonly Note[];
}

/** What a scene remembers: which pattern each track plays, by ascending track; a track that came later is not in it. */
export type ScenePatterns = readonly (readonly [track: number, pattern: number])[];

export interface Scene {
  /** Its place in the row of scenes, 0 to 15. */
  readonly index: number;
  /** "" for none. */
  readonly name: string;
  readonly patterns: ScenePatterns;
}

export interface ChainEntry {
  readonly scene: number;
  /** 1 to 64. */
  readonly bars: number;
}

/** Scenes one after another, from beat 0 on and round again. */
export interface Chain {
  readonly on: boolean;
  readonly entries: readonly ChainEntry[];
}

/** A section of the chain as one track plays it. */
export interface Turn {
  readonly bars: number;
  readonly patternIndex: number;
  readonly pattern: Pattern;
}

/** A scene that a leader has called for a bar line, as one track plays it from there on. */
export interface Launch {
  readonly fromBeat: number;
  readonly patternIndex: number;
  readonly pattern: Pattern;
}

/** A part that is, or will be, turned upside down. */
export interface Polarity {
  /** 0 as written, 1 inverted. */
  readonly course: Staged;
  readonly scale: string;
  /** The root that changes places with the one above it. */
  readonly low: number;
}

export interface Track {
  readonly id: number;
  readonly name: string;
  /** An id of `instruments.ts`. */
  readonly instrument: string;
  /** Index of the track's shape on screen, 0 to 15. */
  readonly shape: number;
  /** The control that somebody has put on this axis of its pad, by name; "" for none. What counts is `padOf` (`pad.ts`). */
  readonly padX: string;
  readonly padY: string;
  /** Linear gain, 0 to 1.5; 1 is unity. */
  readonly volume: number;
  /** -1 (left) to 1 (right). */
  readonly pan: number;
  /** Muted for the room. */
  readonly muted: boolean;
  /** The pattern that is selected, for everybody, 0 to 15: it is shown and edited, and plays while the chain does not. */
  readonly patternIndex: number;
  readonly pattern: Pattern;
  /** The patterns that hold notes, ascending. */
  readonly filled: readonly number[];
  /** What the chain lets it play, in order; none while the chain is off. */
  readonly turns: readonly Turn[];
  /** Null while no scene is called, and on a track that the scene does not know. */
  readonly launch: Launch | null;
  /** Null on drums, and while the room neither is inverted nor will be. */
  readonly polarity: Polarity | null;
  /** 1 while a leader silences the room; null while nothing does or will. */
  readonly silence: Staged | null;
  /** A leader has locked it, or the whole room. */
  readonly locked: boolean;
  /** Synth parameter name → value in the parameter's own unit; only parameters of the instrument, all of them. */
  readonly params: Readonly<Record<string, number>>;
  readonly effects: TrackEffects;
}

export interface Jam {
  readonly name: string;
  /** Seeds every chance in the jam. u32. */
  readonly seed: number;
  /** Position of the off-beat sixteenth, in percent of the pair: 50 is straight, 75 the most. */
  readonly swing: number;
  /** Name of a scale of `scales.ts`. */
  readonly scale: string;
  /** Pitch class of the scale's root, 0 (C) to 11. */
  readonly root: number;
  readonly timeline: Timeline;
  /** Those that were stored, by place. */
  readonly scenes: readonly Scene[];
  readonly chain: Chain;
  /** What the tracks send to. */
  readonly effects: RoomEffects;
  /** A leader has locked all editing. */
  readonly locked: boolean;
  /** What a leader conducts: 1 is inverted. */
  readonly polarity: Staged;
  /** 1 is silent. */
  readonly silence: Staged;
  /** 0 is none, else 1 + the scene's place; it is over once the scene's patterns are selected. */
  readonly launch: Staged;
  /** Alive tracks, in their order on screen; at most 14. */
  readonly tracks: readonly Track[];
}

/** A track whose pad nobody has assigned. */
export const OWN_PAD = { padX: "", padY: "" } as const;

/** A track of a room that no leader conducts. */
export const UNCONDUCTED = { launch: null, polarity: null, silence: null, locked: false } as const;
