/** Which beat it is at an instant of room time, and how that instant is known. Pure. */
import type { Jam } from "#shared/music/model.ts";
import { beatOf, segmentAt, tempoOf } from "#shared/music/timeline.ts";
import type { RoomTime } from "#shared/time/instants.ts";

export interface HeardBeat {
  readonly beat: number;
  readonly tempo: number;
  readonly running: boolean;
  /** How it is known: by the stream, or, where the page renders or does not sound, by the clock. */
  readonly by: "capture" | "playout" | "estimate" | "clock";
}

/** `time` is null while the room's is not known. */
export function beatAt(jam: Jam, time: RoomTime | null): Omit<HeardBeat, "by"> {
  const { timeline } = jam;
  if (time === null) return { beat: 0, tempo: timeline.base.tempo, running: false };
  const segment = segmentAt(timeline, time);
  return { beat: beatOf(segment, time), tempo: tempoOf(segment, time), running: segment.running };
}
