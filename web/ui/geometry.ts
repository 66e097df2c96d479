/**
 * Where things stand on the score: the columns of a bar, the path of the baton over them, and the
 * places of the people on the tuning rail. Plain arithmetic in CSS pixels; nothing here reads the page.
 */
import { STEPS_PER_BEAT } from "#shared/music/model.ts";

/** How a row of steps is drawn: `gap` between columns, and one column of `gutter` more between beats. */
export interface Columns {
  readonly width: number;
  readonly count: number;
  readonly gap: number;
  readonly gutter: number;
}

/** Left edge and width of a step's column. Law: the last column ends at `width`. */
export function column(columns: Columns, step: number): { left: number; width: number } {
  const { width, count, gap, gutter } = columns;
  const gutters = Math.ceil(count / STEPS_PER_BEAT) - 1;
  const cell = (width - gutters * (gutter + gap) - (count - 1) * gap) / count;
  return { left: step * (cell + gap) + Math.floor(step / STEPS_PER_BEAT) * (gutter + gap), width: cell };
}

/** A line of the score that the baton runs along: its columns and its place in the frame of the baton. */
export interface BatonLine {
  readonly x: number;
  readonly y: number;
  readonly columns: Columns;
}

export interface BatonPoint {
  /** 0 to 1 of the whole path. */
  readonly offset: number;
  readonly x: number;
  readonly y: number;
}

/**
 * The path of the baton: it crosses the middle of a column at the very onset of its step, and leaves
 * a line half a step before the next line's first onset.
 *
 * Law: offsets ascend from 0 to 1, and the point at `step / steps` is the middle of that step's column.
 */
export function batonPath(lines: readonly BatonLine[]): BatonPoint[] {
  const steps = lines.reduce((sum, line) => sum + line.columns.count, 0);
  const points: BatonPoint[] = [];
  let before = 0;
  for (const [index, line] of lines.entries()) {
    const { count, width } = line.columns;
    if (index > 0) points.push({ offset: (before - 0.5) / steps, x: line.x, y: line.y });
    for (let step = 0; step < count; step++) {
      const { left, width: cell } = column(line.columns, step);
      points.push({ offset: (before + step) / steps, x: line.x + left + cell / 2, y: line.y });
    }
    before += count;
    points.push({ offset: (before - 0.5) / steps, x: line.x + width, y: line.y });
  }
  const first = lines[0];
  const start = points[0];
  if (first === undefined || start === undefined) return [];
  points.push({ offset: 1 - 0.5 / steps, x: first.x, y: first.y });
  points.push({ offset: 1, x: start.x, y: start.y });
  return points;
}

/** A page of a pattern: at most `size` steps of it. */
export interface Page {
  readonly first: number;
  readonly count: number;
}

export const pageCount = (length: number, size: number): number => Math.max(1, Math.ceil(length / size));

export function page(length: number, size: number, index: number): Page {
  const first = Math.min(Math.max(0, index), pageCount(length, size) - 1) * size;
  return { first, count: Math.min(size, length - first) };
}

/** The page that sounds when `step` steps have gone since the start; patterns repeat. */
export const pageAt = (length: number, size: number, step: number): number =>
  Math.floor((((step % length) + length) % length) / size);

/** On the tuning rail one pixel is a quarter of a millisecond, and nobody stands farther out than 24 ms. */
export const RAIL = { pixelsPerSecond: 4_000, farthest: 0.024, chip: 26, bar: 0.05 } as const;

/** Pixels right of the centre line for an offset in seconds. Odd, monotonic, clamped at ±96. */
export const railX = (offset: number): number =>
  Math.max(-RAIL.farthest, Math.min(RAIL.farthest, offset)) * RAIL.pixelsPerSecond;

/** Half width of the soft bar behind a chip, in pixels. */
export const railBar = (errorBound: number): number =>
  Math.max(2, Math.min(RAIL.bar, errorBound) * RAIL.pixelsPerSecond);

/**
 * Chips at their places, moved apart no more than needed to keep `apart` pixels between centres; the
 * pin under a chip keeps the true place.
 *
 * Law: order is kept, neighbours are at least `apart` from each other, and a chip that crowds nobody
 * stands exactly at its place.
 */
export function spread(places: readonly number[], apart: number): number[] {
  const order = places.map((x, index) => ({ x, index })).toSorted((a, b) => a.x - b.x || a.index - b.index);
  const groups: { members: number[]; centre: number }[] = [];
  for (const { x, index } of order) {
    let group = { members: [index], centre: x };
    for (let last = groups.at(-1); last !== undefined; last = groups.at(-1)) {
      const room = ((last.members.length + group.members.length) / 2) * apart;
      if (group.centre - last.centre >= room) break;
      groups.pop();
      const members = [...last.members, ...group.members];
      const mean = members.reduce((sum, member) => sum + (places[member] ?? 0), 0) / members.length;
      group = { members, centre: mean };
    }
    groups.push(group);
  }
  const result = [...places];
  for (const { members, centre } of groups)
    for (const [rank, member] of members.entries())
      result[member] = members.length === 1 ? centre : centre + (rank - (members.length - 1) / 2) * apart;
  return result;
}
