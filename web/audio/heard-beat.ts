/** Which beat is heard at an instant of room time. Pure. */
import { beatOf, segmentAt, tempoOf, type Timeline } from "#shared/music/timeline.ts";
import type { RoomTime } from "#shared/time/instants.ts";

export interface HeardBeat {
  readonly beat: number;
  readonly tempo: number;
  readonly running: boolean;
}

/** Before a start that is ahead the beat is negative, at the tempo to come. Without timeline or time it is 0. */
export function heardBeat(timeline: Timeline | undefined, time: RoomTime | null): HeardBeat {
  if (!timeline || time === null) return { beat: 0, tempo: timeline?.base.tempo ?? 120, running: false };
  const segment = segmentAt(timeline, time);
  const { next } = timeline;
  const shown = !segment.running && next?.running && time < next.fromTime ? next : segment;
  return { beat: beatOf(shown, time), tempo: tempoOf(shown, time), running: segment.running };
}
