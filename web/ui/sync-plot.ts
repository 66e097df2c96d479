/**
 * The geometry of the plot of the last minutes: time runs to the right and ends now, the room's beat is
 * the line in the middle, late is up. Pure; pixels of the drawing's own box.
 */
import type { SyncEntry } from "../state/sync-log.ts";

export const PLOT = { width: 600, height: 160, seconds: 300 } as const;
/** What the plot's height may stand for, either side of the middle, in seconds. */
const SCALES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5] as const;
/** A page that was asleep or hidden leaves a gap, not a bridge. Seconds. */
const GAP = 3.5;
/** Of the bounds and of the offsets these shares fit: what was rough for a while does not flatten the rest. */
const BOUNDS = 0.8;
const OFFSETS = 0.98;

export interface Point {
  readonly time: number;
  readonly value: number;
}

export const isDrawn = ({ state }: Pick<SyncEntry, "state">): boolean =>
  state === "locked" || state === "holdover";

/** Those of the last five minutes. */
export const recent = (entries: readonly SyncEntry[], now: number): readonly SyncEntry[] =>
  entries.filter(({ time }) => time > now - PLOT.seconds - 1);

/** What this share of the values does not exceed; 0 of none. */
function most(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** Seconds from the middle to the top: the smallest scale that holds most of what there is. */
export function scaleOf(entries: readonly SyncEntry[]): number {
  const drawn = entries.filter(isDrawn);
  const bounds = drawn.map(({ errorBound }) => errorBound);
  const offsets = drawn.map(({ residual }) => Math.abs(residual));
  const reach = Math.max(most(bounds, BOUNDS), most(offsets, OFFSETS)) * 1.1;
  return SCALES.find((scale) => reach <= scale) ?? 0.5;
}

/** Law: `now` is the right edge, and five minutes before it the left one. */
export const xOf = (time: number, now: number): number =>
  PLOT.width * (1 - Math.min(PLOT.seconds, Math.max(0, now - time)) / PLOT.seconds);

/** Law: odd about the middle, monotonic, within the box. */
export const yOf = (value: number, scale: number): number =>
  (PLOT.height / 2) * (1 - Math.max(-1, Math.min(1, value / scale)));

/** Points in stretches without a gap. */
function stretches<T extends { readonly time: number }>(points: readonly T[]): readonly (readonly T[])[] {
  const found: T[][] = [];
  for (const point of points) {
    const stretch = found.at(-1);
    const before = stretch?.at(-1);
    if (stretch && before && point.time - before.time <= GAP) stretch.push(point);
    else found.push([point]);
  }
  return found;
}

const place = (point: Point, now: number, scale: number): string =>
  `${xOf(point.time, now).toFixed(1)} ${yOf(point.value, scale).toFixed(1)}`;

/** A line through the points, as SVG path data. */
export function linePath(points: readonly Point[], now: number, scale: number): string {
  return stretches(points)
    .map((stretch) => {
      const places = stretch.map((point) => place(point, now, scale));
      // A single point is a dot: a line of no length with round ends.
      return `M${places.join("L")}${places.length === 1 ? `L${places[0]}` : ""}`;
    })
    .join("");
}

/** The band between minus and plus each point's value. */
export function bandPath(points: readonly Point[], now: number, scale: number): string {
  return stretches(points)
    .map((stretch) => {
      const above = stretch.map((point) => place(point, now, scale));
      const below = stretch.map(({ time, value }) => place({ time, value: -value }, now, scale));
      return `M${[...above, ...below.toReversed()].join("L")}Z`;
    })
    .join("");
}

/** When the room's clock was stepped. */
export const stepTimes = (entries: readonly SyncEntry[]): readonly number[] =>
  entries
    .filter(({ generation }, index) => index > 0 && generation !== entries[index - 1]?.generation)
    .map(({ time }) => time);
