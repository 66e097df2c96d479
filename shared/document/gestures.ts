/**
 * The journal's rows as people remember them: what one hand did in one part without a pause is one
 * gesture. Also by which bar it was done. Pure; where rows come from, and words for them, are elsewhere.
 */
import { BEATS_PER_BAR } from "../music/model.ts";
import { beatAt, isRunning, type Timeline } from "../music/timeline.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";
import type { Conducted, Stamp, Write } from "./delta.ts";
import { isTransport, trackOf } from "./keys.ts";
import { compareStamps } from "./stamp.ts";

/** One stored delta. */
export interface Row {
  /** Its number in the journal. */
  readonly n: number;
  readonly stamp: Stamp;
  /** Room time at which the server had it, ms. */
  readonly received: number;
  /** The actor that brought it in its author's stead; null for the author itself. */
  readonly via: number | null;
  /** Empty where a later version wrote what this one cannot read. */
  readonly writes: readonly Write[];
}

export interface Gesture {
  /** The row after which it was complete. */
  readonly n: number;
  readonly actor: number;
  readonly via: number | null;
  /** When its last edit was made, room ms. */
  readonly time: number;
  /** It reached the server much later than it was made. */
  readonly isLate: boolean;
  /** In the order in which they were made. */
  readonly writes: readonly Write[];
}

/** A hand that rests this long has begun something else, in ms. */
const PAUSE_MS = 2_000;
/** Slower than any network: the author had no connection when it was made. ms */
const LATE_MS = 5_000;

/** The one part that these writes are about; null: the room; undefined: several. */
function subject(writes: readonly Write[]): number | null | undefined {
  const subjects = new Set(writes.map(({ key }) => trackOf(key)));
  const [first] = subjects;
  return subjects.size === 1 ? first : undefined;
}

interface Open {
  readonly subject: number | null | undefined;
  readonly rows: Row[];
}

/**
 * Gestures of any rows, newest first. Others' edits in between do not break one, since all play at once.
 *
 * Law: every row is in exactly one gesture, and the order of `rows` makes no difference.
 */
export function gestures(rows: readonly Row[]): Gesture[] {
  const open = new Map<number, Open>();
  const all: Open[] = [];
  for (const row of rows.map(byHand).toSorted((a, b) => a.n - b.n)) {
    const { actor } = row.stamp;
    const before = open.get(actor);
    const about = subject(row.writes);
    if (before && about !== undefined && before.subject === about && continues(before.rows, row)) {
      before.rows.push(row);
      continue;
    }
    const begun = { subject: about, rows: [row] };
    open.set(actor, begun);
    all.push(begun);
  }
  return all.map(({ rows: made }) => gesture(made)).toSorted((a, b) => b.n - a.n);
}

function continues(rows: readonly Row[], next: Row): boolean {
  const last = rows.at(-1);
  return (
    last !== undefined &&
    last.via === next.via &&
    isLate(last) === isLate(next) &&
    (next.stamp.time - last.stamp.time <= PAUSE_MS || (isShowing(last) && isShowing(next)))
  );
}

/** What a leader conducted is theirs, though the server wrote it; what else it wrote for that goes without saying. */
function byHand(row: Row): Row {
  const writes = row.writes.filter(({ key }) => key.kind === "conducted");
  const [actor] = (writes[0]?.value ?? []) as Conducted;
  return actor === undefined ? row : { ...row, writes, stamp: { ...row.stamp, actor } };
}

/** A leader takes everybody along: one way, however long they stop on it. */
const isShowing = ({ writes }: Row): boolean =>
  writes.every(
    ({ key, value }) =>
      key.kind === "conducted" && key.deed === "follow" && (value as Conducted | null)?.length !== 1,
  );

const isLate = ({ stamp, received }: Row): boolean => received - stamp.time > LATE_MS;

function gesture(rows: readonly Row[]): Gesture {
  const made = rows.toSorted((a, b) => compareStamps(a.stamp, b.stamp));
  const last = made.at(-1) as Row;
  return {
    n: Math.max(...rows.map(({ n }) => n)),
    actor: last.stamp.actor,
    via: last.via,
    time: last.stamp.time,
    isLate: isLate(last),
    writes: made.flatMap(({ writes }) => writes),
  };
}

/** A transport register and the stamp that it stood under from then on. */
interface Transport {
  readonly time: number;
  readonly timeline: Timeline;
}

/**
 * Tells the bar in which an instant lay, by the transport of then: the newest that was written until then,
 * among these rows and what stands now (`present`). Null while nothing ran, or where it is not known.
 */
export function bars(rows: readonly Row[], present: Transport | null): (timeMs: number) => number | null {
  const transports: Transport[] = rows.flatMap(({ stamp, writes }) =>
    writes
      .filter(({ key, value }) => isTransport(key) && value !== null)
      .map(({ value }) => ({ time: stamp.time, timeline: value as Timeline })),
  );
  if (present) transports.push(present);
  transports.sort((a, b) => b.time - a.time);
  return (timeMs) => {
    const then = transports.find(({ time }) => time <= timeMs);
    return then ? barAt(then.timeline, roomTime(timeMs / 1_000)) : null;
  };
}

/** Counted from 1; null while nothing runs. */
export function barAt(timeline: Timeline, time: RoomTime): number | null {
  const beat = beatAt(timeline, time);
  return isRunning(timeline, time) && beat >= 0 ? Math.floor(beat / BEATS_PER_BAR) + 1 : null;
}
