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

const CHROMATIC: readonly number[] = Array.from({ length: 12 }, (_, semitone) => semitone);

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

/** The root that lies nearest to a pitch; of two equally near ones the lower. */
export const nearestRoot = (pitch: number, root: number): number => {
  const above = degree(pitch, root);
  return above <= 6 ? pitch - above : pitch + 12 - above;
};

/** The place of a distance from a root among the semitones of its kind, those of all octaves counted on. */
function placeOf(semitones: readonly number[], distance: number): number {
  const octave = Math.floor(distance / 12);
  return octave * semitones.length + semitones.indexOf(distance - octave * 12);
}

function semitoneAt(semitones: readonly number[], place: number): number {
  const octave = Math.floor(place / semitones.length);
  return octave * 12 + (semitones[place - octave * semitones.length] ?? 0);
}

/**
 * The pitch turned upside down in its scale: roots go to roots, the second above one to the second below
 * one. `low` is a root; it and the root above it change places, so that a part which plays in this octave
 * stays in it. What lies between scale tones is mirrored among its like. A pitch whose image is no MIDI note
 * stays where it is; in a scale that is not known every semitone counts as a tone.
 *
 * Laws, for whole pitches of 0 to 127: it is its own inverse; scale tones go to scale tones and roots to
 * roots; of two scale tones that both move, the higher becomes the lower.
 */
export function mirror(pitch: number, scale: string, low: number): number {
  const known = Object.hasOwn(SCALES, scale) ? SCALES[scale] : undefined;
  const tones = known ?? CHROMATIC;
  const distance = pitch - low;
  const isTone = tones.includes(degree(pitch, low));
  const kind = isTone ? tones : CHROMATIC.filter((semitone) => !tones.includes(semitone));
  // A root is a tone, so the tones of an octave have one at either end of it and the others have none.
  const place = (isTone ? kind.length : kind.length - 1) - placeOf(kind, distance);
  const image = low + semitoneAt(kind, place);
  return image >= 0 && image <= 127 ? image : pitch;
}
