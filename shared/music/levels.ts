/** The levels of a part: no parameters of its instrument, and turned like them. */
import type { TravelRange } from "./travel.ts";

/** Linear gain (1 is unity), and left to right. */
export const LEVELS = {
  volume: { min: 0, max: 1.5, curve: "linear" },
  pan: { min: -1, max: 1, curve: "linear" },
} as const satisfies Readonly<Record<string, TravelRange>>;
export type Level = keyof typeof LEVELS;

export const isLevel = (name: string): name is Level => Object.hasOwn(LEVELS, name);
