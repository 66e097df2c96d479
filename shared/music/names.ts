/** Words for numbers, as musicians say them. */

const PITCH_CLASSES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"] as const;

/** MIDI 60 is "C4", 0 is "C-1"; black keys are sharps. */
export const pitchName = (pitch: number): string =>
  `${pitchClassName(pitch)}${Math.floor(Math.round(pitch) / 12) - 1}`;

/** "C" to "B", of a pitch or of a root. */
export const pitchClassName = (pitch: number): string =>
  PITCH_CLASSES[((Math.round(pitch) % 12) + 12) % 12] ?? "C";

/** "A" to "P", of a place among a track's patterns. */
export const patternName = (index: number): string => String.fromCharCode(65 + index);

/** Upper bounds in beats a minute, as on a metronome's scale. */
const TEMPO_WORDS = [
  [40, "Grave"],
  [60, "Largo"],
  [66, "Larghetto"],
  [76, "Adagio"],
  [108, "Andante"],
  [120, "Moderato"],
  [156, "Allegro"],
  [176, "Vivace"],
  [200, "Presto"],
] as const;

export const tempoWord = (tempo: number): string =>
  TEMPO_WORDS.find(([below]) => tempo < below)?.[1] ?? "Prestissimo";
