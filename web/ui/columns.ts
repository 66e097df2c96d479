/** The CSS of a row of steps, from the same figures that `geometry.ts` reckons with. */
import { STEPS_PER_BEAT } from "#shared/music/model.ts";

/** Pixels between columns and the gutter more between beats; `global.css` has the same. */
export const SCORE = { gap: 4, gutter: 10, columns: 16 } as const;

/** Track list of `count` columns with a gutter column between beats. */
export function columnTemplate(count: number): string {
  const beats: string[] = [];
  for (let first = 0; first < count; first += STEPS_PER_BEAT)
    beats.push(`repeat(${Math.min(STEPS_PER_BEAT, count - first)}, minmax(0, 1fr))`);
  return beats.join(" var(--gutter) ");
}

/** 1-based grid line of a column: gutters are columns too. */
export const gridColumn = (column: number): number => column + 1 + Math.floor(column / STEPS_PER_BEAT);

/** Gutters that a note of `gate` steps from `column` crosses. */
export const guttersCrossed = (column: number, gate: number): number =>
  Math.floor((Math.ceil((column % STEPS_PER_BEAT) + gate - 1e-9) - 1) / STEPS_PER_BEAT);

/** On a phone a drum shows a bar at a time, a melodic part two beats. */
export const DRUM_STEPS = 16;
export const PITCH_STEPS = 8;
