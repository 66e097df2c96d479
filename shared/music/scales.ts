/** Scales as sets of pitch classes above a root. Which notes are *shown* follows from them; any pitch may be played. */

/** Semitones above the root, ascending from 0. The order is the one of a menu. */
export const SCALES: Readonly<Record<string, readonly number[]>> = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  phrygian: [0, 1, 3, 5, 7, 8, 10],
  lydian: [0, 2, 4, 6, 7, 9, 11],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
  locrian: [0, 1, 3, 5, 6, 8, 10],
  "harmonic minor": [0, 2, 3, 5, 7, 8, 11],
  "melodic minor": [0, 2, 3, 5, 7, 9, 11],
  "major pentatonic": [0, 2, 4, 7, 9],
  "minor pentatonic": [0, 3, 5, 7, 10],
  blues: [0, 3, 5, 6, 7, 10],
  "phrygian dominant": [0, 1, 4, 5, 7, 8, 10],
  "hungarian minor": [0, 2, 3, 6, 7, 8, 11],
  hirajoshi: [0, 2, 3, 7, 8],
  "whole tone": [0, 2, 4, 6, 8, 10],
  chromatic: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/** Semitones of `pitch` above the next root below it, 0 to 11. */
const degree = (pitch: number, root: number): number => (((pitch - root) % 12) + 12) % 12;

/** A scale that is not known here (a newer app's) holds every pitch. */
export const isInScale = (scale: string, root: number, pitch: number): boolean =>
  !Object.hasOwn(SCALES, scale) || (SCALES[scale] ?? []).includes(degree(pitch, root));

/** The scale's pitches from `low` to `high`, both included, ascending; within MIDI's 0 to 127. */
export function scalePitches(scale: string, root: number, low: number, high: number): number[] {
  const pitches: number[] = [];
  for (let pitch = Math.max(0, Math.ceil(low)); pitch <= Math.min(127, high); pitch++)
    if (isInScale(scale, root, pitch)) pitches.push(pitch);
  return pitches;
}
