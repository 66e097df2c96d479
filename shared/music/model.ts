/**
 * The jam as a musician reads it: tracks, patterns, notes. These are plain values read out of the
 * document (`shared/document`); nothing here is written to, merged or sent.
 */
import type { RoomEffects, TrackEffects } from "./effects.ts";
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

export interface Track {
  readonly id: number;
  readonly name: string;
  /** An id of `instruments.ts`. */
  readonly instrument: string;
  /** Index of the track's shape on screen, 0 to 15. */
  readonly shape: number;
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
  /** By a leader. */
  readonly locked: boolean;
  /** Alive tracks, in their order on screen; at most 14. */
  readonly tracks: readonly Track[];
}
