/** Which cells a part shows: its rows of pitches, its page of steps, and what each cell is called. */
import { instrumentById } from "#shared/music/instruments.ts";
import type { Track } from "#shared/music/model.ts";
import { pitchName } from "#shared/music/names.ts";
import { scalePitches } from "#shared/music/scales.ts";
import type { Page } from "./geometry.ts";
import type { GridRow } from "./step-grid.tsx";

export const isMelodic = (instrument: string): boolean => instrumentById(instrument)?.kind === "melodic";

/** The pitch that a drum's hits stand on; of a melodic part, the root it opens with. */
export const ownPitch = (instrument: string): number => instrumentById(instrument)?.pitch ?? 60;

const steps = ({ first, count }: Page): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** A drum's page of steps, `perRow` in a row. */
export function drumRows(track: Track, shown: Page, perRow: number): GridRow[] {
  const pitch = ownPitch(track.instrument);
  const cells = steps(shown).map((step) => ({ step, pitch, label: `${track.name} step ${step + 1}` }));
  const rows: GridRow[] = [];
  for (let first = 0; first < cells.length; first += perRow)
    rows.push({ cells: cells.slice(first, first + perRow) });
  return rows;
}

/**
 * The pitches a melodic part shows, highest first: `count` of the scale from the root at or below its own
 * octave, moved by `octaves`, and whatever else is in use. In its own octave the highest that nobody uses
 * give way to those, so that no more than `count` are shown while that is possible.
 */
export function shownPitches(
  scale: { readonly name: string; readonly root: number },
  own: number,
  octaves: number,
  inUse: readonly number[],
  count: number,
): number[] {
  const from = Math.max(0, Math.min(108, own - ((((own - scale.root) % 12) + 12) % 12) + octaves * 12));
  const ofScale = scalePitches(scale.name, scale.root, from, 127).slice(0, count);
  const unused = ofScale.filter((pitch) => !inUse.includes(pitch));
  const room = octaves === 0 ? Math.max(0, count - new Set(inUse).size) : count;
  return [...new Set([...inUse, ...unused.slice(0, room)])].toSorted((a, b) => b - a);
}

export function pitchRows(pitches: readonly number[], root: number, shown: Page): GridRow[] {
  return pitches.map((pitch) => {
    const name = pitchName(pitch);
    return {
      label: name,
      root: ((pitch % 12) + 12) % 12 === root,
      cells: steps(shown).map((step) => ({ step, pitch, label: `${name} step ${step + 1}` })),
    };
  });
}
