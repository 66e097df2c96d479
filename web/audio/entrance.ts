/** Where a player comes in who was not there from the start: on the beat, never in the middle of a note. */
import { STEPS_PER_BEAT } from "#shared/music/model.ts";
import { beatAt, holdsFrom, isRunning, timeOfBeat, type Timeline } from "#shared/music/timeline.ts";
import { roomTime, type RoomTime } from "#shared/time/instants.ts";

/** A beat further away than this is too long to wait for; a step does. */
const LONGEST_WAIT = 0.8;

/**
 * The instant to come in at: the first beat, or where beats are slow the first step, at least `lead`
 * seconds from `now`. Where nothing runs it is `now`: there is nothing to come into.
 */
export function entrance(timeline: Timeline, now: RoomTime, lead: number): RoomTime {
  const earliest = earliestEntrance(timeline, now, lead);
  if (!isRunning(timeline, earliest)) return now;
  const beat = nextOnGrid(timeline, earliest, 1);
  if (beat !== null && beat - now <= LONGEST_WAIT) return beat;
  return nextOnGrid(timeline, earliest, STEPS_PER_BEAT) ?? earliest;
}

/** The first step at least `lead` seconds away: for one who was in the music a moment ago. */
export const reentrance = (timeline: Timeline, now: RoomTime, lead: number): RoomTime => {
  const earliest = earliestEntrance(timeline, now, lead);
  if (!isRunning(timeline, earliest)) return now;
  return nextOnGrid(timeline, earliest, STEPS_PER_BEAT) ?? earliest;
};

/** A timeline whose base is still ahead does not say to who comes in what sounds until then. */
const earliestEntrance = (timeline: Timeline, now: RoomTime, lead: number): RoomTime =>
  roomTime(Math.max(now + lead, holdsFrom(timeline, now)));

const nextOnGrid = (timeline: Timeline, from: RoomTime, perBeat: number): RoomTime | null =>
  timeOfBeat(timeline, Math.ceil(beatAt(timeline, from) * perBeat - 1e-6) / perBeat, from);
