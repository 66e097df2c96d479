/**
 * Taking down what is played: a note that was played at a beat as the note to be written into the pattern
 * that sounded there, on the nearest step. Pure; when it may be written without sounding a second time is
 * told with it.
 */
import { soundingPitch, stepBeat } from "./events.ts";
import { type Note, STEPS_PER_BAR, STEPS_PER_BEAT, type Track } from "./model.ts";
import { playingAt } from "./turns.ts";

export interface Taken {
  readonly pattern: number;
  readonly note: Note;
  /** Where it is written, in beats since the start: before this has passed, it would sound again in the same pass. */
  readonly beat: number;
  /** The sixteenth since the start with which this turn of the pattern began: what is taken in one turn is taken back together. */
  readonly pass: number;
}

/** The shortest that is written, in steps: what a tap on a key comes to. */
const SHORTEST = 0.25;
const LONGEST = 31.875;
const EIGHTHS = 8;

/**
 * The sixteenth since the start that is nearest to a beat, off-beat ones late by the swing (percent); of two
 * equally near ones the later. Negative before the start.
 *
 * Laws: what stands on the grid stays; the way there is at most half of the gap it lies in.
 */
export function nearestStep(beat: number, swing: number): number {
  // A swung step comes at most half a step later than its straight place.
  const guess = Math.floor(beat * STEPS_PER_BEAT);
  let nearest = guess - 1;
  for (let index = guess; index <= guess + 1; index++)
    if (Math.abs(stepBeat(index, swing) - beat) <= Math.abs(stepBeat(nearest, swing) - beat)) nearest = index;
  return nearest;
}

/**
 * `from` and `to`: the beats at which it began and ended; `swing` in percent. Null where it belongs before the
 * start. Written is the pitch that will be heard as it was played, a length in eighths of a step that does not
 * outlast the pattern, and the velocity as it is.
 */
export function take(
  track: Track,
  played: {
    readonly pitch: number;
    readonly velocity: number;
    readonly from: number;
    readonly to: number;
  },
  swing: number,
): Taken | null {
  const index = nearestStep(played.from, swing);
  if (index < 0) return null;
  const { patternIndex, pattern, fromBar } = playingAt(track, Math.floor(index / STEPS_PER_BAR));
  const since = index - fromBar * STEPS_PER_BAR;
  const steps = Math.round((played.to - played.from) * STEPS_PER_BEAT * EIGHTHS) / EIGHTHS;
  const gate = Math.max(SHORTEST, Math.min(LONGEST, pattern.length, steps));
  const beat = stepBeat(index, swing);
  const step = since % pattern.length;
  return {
    pattern: patternIndex,
    note: {
      step,
      pitch: soundingPitch(track, played.pitch, beat),
      velocity: played.velocity,
      gate,
      probability: 1,
      ratchet: 1,
    },
    beat,
    pass: index - step,
  };
}
