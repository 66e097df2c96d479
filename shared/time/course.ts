/**
 * How room time runs against local time: one line until an instant and another from there on. It is
 * what the room clock's servo steers, and in this form it goes to whoever reads room time by himself.
 */
import { type LocalTime, localTime, type RoomTime, roomTime } from "./instants.ts";
import { at, type Line } from "./line.ts";

/** `slewing` until a local time, `settled` from then on. They meet there. */
export interface Course {
  readonly slewing: Line;
  readonly until: LocalTime;
  readonly settled: Line;
}

export const straight = (line: Line): Course => ({ slewing: line, until: localTime(line.x), settled: line });

export const lineAt = (course: Course, now: LocalTime): Line =>
  now < course.until ? course.slewing : course.settled;

/** Law: monotonic in `now`. */
export const roomTimeAt = (course: Course, now: LocalTime): RoomTime =>
  roomTime(at(lineAt(course, now), now));
