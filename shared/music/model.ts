/**
 * The jam as a musician reads it: tracks, patterns, notes. These are plain values read out of the
 * document (`shared/document`); nothing here is written to, merged or sent.
 */
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
  /** The pattern that plays, 0 to 15. */
  readonly patternIndex: number;
  readonly pattern: Pattern;
  /** Synth parameter name → value in the parameter's own unit; only parameters of the instrument, all of them. */
  readonly params: Readonly<Record<string, number>>;
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
  /** Alive tracks, in their order on screen; at most 14. */
  readonly tracks: readonly Track[];
}
