/**
 * What a leader shows everybody (FOLLOW): which part is open, on which page, how high, and what lies over the
 * score. Screens differ, so it is said in steps and not in pages; each finds its own nearest. Pattern and scene
 * are everybody's already, and not in it.
 */
import type { Conducted } from "../document/delta.ts";
import { LIMITS } from "../protocol/limits.ts";

/** Sheets that a leader can show. The order is the wire's: append only. */
export const PANELS = ["scenes", "sync", "history"] as const;
export type Panel = (typeof PANELS)[number];

export interface ShownView {
  /** The open part; null where there is none. */
  readonly track: number | null;
  /** The first step of the page that is kept to; null for the one that sounds. */
  readonly first: number | null;
  /** By how many octaves its grid stands higher. */
  readonly octaves: number;
  readonly panel: Panel | null;
}

/** A grid stands at most so much higher or lower. */
export const MOST_OCTAVES = 4;

/** As a register's numbers, after who shows it. Law: `viewOf(0, ...viewNumbers(view))` is the view. */
export const viewNumbers = ({ track, first, octaves, panel }: ShownView): number[] => [
  first === null ? 0 : first + 1,
  octaves + MOST_OCTAVES,
  panel === null ? 0 : PANELS.indexOf(panel) + 1,
  ...(track === null ? [] : [track]),
];

/** Total: null where nothing is shown, and the nearest that there is for what no version knows. */
export function viewOf(conducted: Conducted): ShownView | null {
  const [, first, octaves = MOST_OCTAVES, panel = 0, track = null] = conducted;
  if (first === undefined) return null;
  return {
    track,
    first: first === 0 ? null : Math.min(first, LIMITS.steps) - 1,
    octaves: Math.min(octaves, 2 * MOST_OCTAVES) - MOST_OCTAVES,
    panel: PANELS[panel - 1] ?? null,
  };
}
