import type { RoomTime } from "../time/instants.ts";

/** A stretch of time with one tempo. While not running the beat stands at `fromBeat`. */
export interface Segment {
  readonly fromTime: RoomTime;
  readonly fromBeat: number;
  /** Beats a minute, 20 to 400. */
  readonly tempo: number;
  readonly running: boolean;
}

/** The transport register: what holds now, and the one change that is ahead. */
export interface Timeline {
  readonly base: Segment;
  readonly next: Segment | null;
}
