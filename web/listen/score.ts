/** The score as an audience sees it: one bar, which part plays what in it, and who wrote that. Pure. */
import type { JamDocument } from "#shared/document/document.ts";
import { instrumentById } from "#shared/music/instruments.ts";
import { BEATS_PER_BAR, type Jam, STEPS_PER_BAR, type Track } from "#shared/music/model.ts";
import { playingAt } from "#shared/music/turns.ts";

export interface Mark {
  /** Of the bar, 0 to 15. */
  readonly step: number;
  /** 0 (lowest) to 1 (highest) of what the part plays in this bar; 0.5 on a drum. */
  readonly height: number;
  /** 1 to 127. */
  readonly velocity: number;
  /** Length in steps, at most to the end of the bar. */
  readonly length: number;
  /** Of who wrote it last; null for nobody's. */
  readonly color: number | null;
  readonly pitch: number;
}

export interface Line {
  readonly track: number;
  readonly name: string;
  readonly shape: number;
  readonly isMuted: boolean;
  readonly isMelodic: boolean;
  readonly marks: readonly Mark[];
}

/** The bar that a beat falls into; the first one while nothing has begun. */
export const barOf = (beat: number): number => Math.max(0, Math.floor(beat / BEATS_PER_BAR + 1e-9));

/** `color`: of who an actor is, or null where that is not known. */
export function linesOf(
  jam: Jam,
  document: Pick<JamDocument, "get">,
  bar: number,
  color: (actor: number) => number | null,
): Line[] {
  return jam.tracks.map((track) => lineOf(track, document, bar, color));
}

function lineOf(
  track: Track,
  document: Pick<JamDocument, "get">,
  bar: number,
  color: (actor: number) => number | null,
): Line {
  const { pattern, patternIndex, fromBar } = playingAt(track, bar);
  const isMelodic = instrumentById(track.instrument)?.kind === "melodic";
  const pitches = pattern.notes.map(({ pitch }) => pitch);
  const low = Math.min(...pitches);
  const span = Math.max(...pitches) - low;
  const marks: Mark[] = [];
  for (let step = 0; step < STEPS_PER_BAR; step++) {
    const at = ((bar - fromBar) * STEPS_PER_BAR + step) % pattern.length;
    for (const note of pattern.notes) {
      if (note.step !== at) continue;
      const { pitch, velocity, gate } = note;
      const register = document.get({
        kind: "note",
        track: track.id,
        pattern: patternIndex,
        step: at,
        pitch,
      });
      const author = register?.stamp.actor ?? 0;
      marks.push({
        step,
        pitch,
        velocity,
        height: isMelodic && span > 0 ? (pitch - low) / span : 0.5,
        length: Math.min(gate, STEPS_PER_BAR - step),
        color: author === 0 ? null : color(author),
      });
    }
  }
  const { id, name, shape, muted } = track;
  return { track: id, name, shape, isMuted: muted, isMelodic, marks };
}
