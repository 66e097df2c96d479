/**
 * The bijection between beats and room time, and the transport changes that bend it. A timeline is
 * one value: what holds now and the one change that lies ahead, so every replica that has read it
 * computes the same beat for the same instant. Bars, sounds and clocks are not known here.
 *
 * Source of the idea: Ableton Link, "a timeline is a bijection between beats and time".
 */
import { roomTime, type RoomTime } from "../time/instants.ts";

/** From a segment's beginning on the tempo goes evenly in time to another, which then stays. */
export interface Ramp {
  /** Beats a minute, 20 to 400. */
  readonly to: number;
  /** How many beats it takes, above 0. */
  readonly beats: number;
}

/** A stretch of time with one tempo, or one ramp of it. While not running the beat stands at `fromBeat`. */
export interface Segment {
  readonly fromTime: RoomTime;
  readonly fromBeat: number;
  /** Beats a minute, 20 to 400; with a ramp the one that it begins with. */
  readonly tempo: number;
  readonly running: boolean;
  /** Only while running. */
  readonly ramp?: Ramp;
}

/**
 * The transport register: what holds now, and the one change that is ahead. A base that is itself ahead
 * is a change that was made a moment before: until it holds, everybody goes on by what they knew.
 */
export interface Timeline {
  readonly base: Segment;
  readonly next: Segment | null;
}

/** Two beats closer than this are one instant of the music (0.06 µs at 1 beat a second, far below a sample). */
const SAME_BEAT = 1e-6;
/** Rounding of seconds since the room was made: a room a year old resolves 4 ns. */
const SAME_TIME = 1e-8;

/** A timeline that stands at beat 0. */
export const stoppedTimeline = (tempo: number): Timeline => ({
  base: { fromTime: roomTime(0), fromBeat: 0, tempo, running: false },
  next: null,
});

/** Seconds that a ramp takes: its beats at the mean of both tempos. */
const rampSeconds = (tempo: number, { to, beats }: Ramp): number => (120 * beats) / (tempo + to);

/**
 * The beat of a segment at an instant, its line continued on either side of where it holds. A ramp is a
 * parabola between two straight lines that it touches.
 */
export function beatOf({ fromTime, fromBeat, tempo, running, ramp }: Segment, time: RoomTime): number {
  if (!running) return fromBeat;
  const since = time - fromTime;
  if (!ramp || since <= 0) return fromBeat + (since * tempo) / 60;
  const length = rampSeconds(tempo, ramp);
  if (since >= length) return fromBeat + ramp.beats + ((since - length) * ramp.to) / 60;
  return fromBeat + ((tempo + ((ramp.to - tempo) * since) / (2 * length)) * since) / 60;
}

/** The instant of a beat on a running segment's line. Law: `timeOf(s, beatOf(s, t)) === t` up to rounding. */
export function timeOf({ fromTime, fromBeat, tempo, ramp }: Segment, beat: number): RoomTime {
  const beats = beat - fromBeat;
  if (!ramp || beats <= 0) return roomTime(fromTime + (beats * 60) / tempo);
  const length = rampSeconds(tempo, ramp);
  if (beats >= ramp.beats) return roomTime(fromTime + length + ((beats - ramp.beats) * 60) / ramp.to);
  // The root of the parabola in the form that loses no digits when both tempos are nearly equal.
  const slope = (ramp.to - tempo) / length;
  return roomTime(fromTime + (120 * beats) / (tempo + Math.sqrt(tempo ** 2 + 120 * slope * beats)));
}

/** The tempo of a segment at an instant. */
export function tempoOf({ fromTime, tempo, ramp }: Segment, time: RoomTime): number {
  if (!ramp) return tempo;
  const done = (time - fromTime) / rampSeconds(tempo, ramp);
  return tempo + (ramp.to - tempo) * Math.min(1, Math.max(0, done));
}

/** What holds at `time`; `next` holds from its very instant on, and `base` also before its own. */
export const segmentAt = (timeline: Timeline, time: RoomTime): Segment =>
  timeline.next && time >= timeline.next.fromTime ? timeline.next : timeline.base;

/**
 * Forgets what is past: once `next` has come it is the base.
 *
 * Law: for every `t >= now`, `beatAt(fold(tl, now), t) === beatAt(tl, t)`.
 */
export const fold = (timeline: Timeline, now: RoomTime): Timeline =>
  timeline.next && now >= timeline.next.fromTime ? { base: timeline.next, next: null } : timeline;

export const beatAt = (timeline: Timeline, time: RoomTime): number => beatOf(segmentAt(timeline, time), time);

export const tempoAt = (timeline: Timeline, time: RoomTime): number =>
  tempoOf(segmentAt(timeline, time), time);

export const isRunning = (timeline: Timeline, time: RoomTime): boolean => segmentAt(timeline, time).running;

/** The tempo once every change is in effect. */
export const settledTempo = ({ base, next }: Timeline): number => {
  const { tempo, ramp } = next ?? base;
  return ramp?.to ?? tempo;
};

/** Whether the music runs once every change is in effect: true from the press of Play, false from the press of Stop. */
export const isPlaying = (timeline: Timeline, time: RoomTime): boolean =>
  (fold(timeline, time).next ?? fold(timeline, time).base).running;

/** True where `next` only changes the tempo: the beat goes on through it. */
const isContinuous = (base: Segment, next: Segment): boolean =>
  base.running && next.running && Math.abs(beatOf(base, next.fromTime) - next.fromBeat) < SAME_BEAT;

/**
 * The first instant at or after `from` at which the running beat is `beat`; null if it never comes.
 * `from` is the base's own start unless given. A standing beat has no instant.
 *
 * Law: `beatAt(tl, timeOfBeat(tl, b)) === b` up to rounding, wherever it is not null.
 */
export function timeOfBeat(timeline: Timeline, beat: number, from?: RoomTime): RoomTime | null {
  const { base, next } = timeline;
  const earliest = from ?? base.fromTime;
  if (base.running) {
    const time = timeOf(base, beat);
    const continues = next !== null && isContinuous(base, next);
    const isBefore = next === null || (continues ? beat < next.fromBeat : time < next.fromTime);
    if (isBefore && time >= earliest - SAME_TIME) return roomTime(Math.max(time, earliest));
  }
  if (next?.running) {
    const time = Math.max(timeOf(next, beat), next.fromTime);
    if (beat >= next.fromBeat && time >= earliest - SAME_TIME) return roomTime(Math.max(time, earliest));
  }
  return null;
}

/** What a lead has, in seconds: so long to plan, and within these. */
const PLANNING = 0.15;
const SHORTEST_LEAD = 0.2;
const LONGEST_LEAD = 0.4;
/** Notes are handed to the engines 120 ms ahead, and clocks may be 15 ms apart. */
const UNHEARD = 0.135;
/** Within the 120 ms; what a device renders ahead beyond it is added to them. */
const USUAL_AHEAD = 0.04;

/**
 * Whether everybody can still hear of it in time that what is ahead is not to be: a round trip of the
 * slowest performer (of which `lead` holds two, and 150 ms) before any of its notes is handed over.
 * When that is no longer so, the change was made a trip ago at the least, so everybody knows of it.
 */
const canTakeBack = (next: Segment, now: RoomTime, lead: number): boolean =>
  next.fromTime - now >= (lead - PLANNING) / 2 + UNHEARD;

/**
 * What a change made at `now` is put upon: `next` is what it may take back. What cannot be taken back any
 * more is made the base, also where that still lies ahead: a base holds from its own instant on, and
 * until then everybody goes on by what they knew before.
 */
function settle(timeline: Timeline, now: RoomTime, lead: number): Timeline {
  const folded = fold(timeline, now);
  return folded.next && !canTakeBack(folded.next, now, lead) ? { base: folded.next, next: null } : folded;
}

/** A lead from `now`, and not before the base itself. */
const instantAfter = (base: Segment, now: RoomTime, lead: number): RoomTime =>
  roomTime(Math.max(now + lead, base.fromTime));

/**
 * Starts at beat 0, `lead` seconds from `now`; null while the music runs or is about to.
 * A stop that can still be taken back gives way to it: the music restarts without a gap.
 */
export function startPlayback(timeline: Timeline, now: RoomTime, lead: number): Timeline | null {
  if (isPlaying(timeline, now)) return null;
  const { base, next } = settle(timeline, now, lead);
  const tempo = settledTempo({ base, next });
  return { base, next: { fromTime: instantAfter(base, now, lead), fromBeat: 0, tempo, running: true } };
}

/**
 * Stops `lead` seconds from `now`, where the beat then stands; null when it is stopped or about to. A ramp
 * that it ends counts as finished, so that the next start has the tempo that was meant.
 * A start that can still be taken back is, and nothing of it is heard.
 */
export function stopPlayback(timeline: Timeline, now: RoomTime, lead: number): Timeline | null {
  if (!isPlaying(timeline, now)) return null;
  const { base, next } = settle(timeline, now, lead);
  const tempo = settledTempo({ base, next });
  if (!base.running) return { base: { ...base, tempo }, next: null };
  const fromTime = instantAfter(base, now, lead);
  return { base, next: { fromTime, fromBeat: beatOf(base, fromTime), tempo, running: false } };
}

/**
 * Changes the tempo `lead` seconds from `now`, the beat continuous; at once while nothing runs.
 * A start, restart or stop that could still be taken back keeps its instant and takes the tempo with it;
 * a tempo change that could be is taken back. The same tempo again gives the same timeline.
 */
export function setTempo(timeline: Timeline, tempo: number, now: RoomTime, lead: number): Timeline {
  if (settledTempo(timeline) === tempo) return timeline;
  const { base, next } = settle(timeline, now, lead);
  if (next && !isContinuous(base, next)) return { base, next: steady({ ...next, tempo }) };
  if (!base.running) return { base: { ...base, tempo }, next };
  const fromTime = instantAfter(base, now, lead);
  return { base, next: { fromTime, fromBeat: beatOf(base, fromTime), tempo, running: true } };
}

const steady = ({ fromTime, fromBeat, tempo, running }: Segment): Segment => ({
  fromTime,
  fromBeat,
  tempo,
  running,
});

/**
 * Takes the tempo to another over `beats` beats from `fromBeat` on, the beat continuous; at once where no
 * music runs to that beat. A tempo change that could still be taken back is, and one of the same tempo gives
 * no ramp.
 */
export function rampTempo(
  timeline: Timeline,
  { to, beats, fromBeat }: Ramp & { readonly fromBeat: number },
  now: RoomTime,
  lead: number,
): Timeline {
  const { base, next } = settle(timeline, now, lead);
  const fromTime = base.running ? timeOf(base, fromBeat) : now;
  const isAhead = base.running && fromTime >= Math.max(now, base.fromTime);
  if (!isAhead || (next && !isContinuous(base, next))) return setTempo(timeline, to, now, lead);
  const tempo = tempoOf(base, fromTime);
  const ramp = tempo === to ? {} : { ramp: { to, beats } };
  return { base, next: { fromTime, fromBeat, tempo, running: true, ...ramp } };
}

/**
 * From when on a timeline that is learned of at `now` says what is heard: at once, or from its base's
 * own instant where that lies ahead. It never does by more than the longest lead.
 */
export const holdsFrom = ({ base }: Timeline, now: RoomTime): RoomTime =>
  roomTime(Math.max(now, Math.min(base.fromTime, now + LONGEST_LEAD)));

/**
 * Whether the music jumps for one who has followed `before` and learns of `after` at `now`: the change
 * came too late to be heard at its instant. `reach`: seconds for which notes are handed over already.
 * A start is late only once its instant is past: until then nothing of it was missed.
 */
export function isLate(before: Timeline, after: Timeline, now: RoomTime, reach: number): boolean {
  const handedOver = roomTime(now + reach);
  const first = holdsFrom(after, isRunning(before, handedOver) ? handedOver : now);
  const runs = isRunning(before, first);
  if (runs !== isRunning(after, first)) return true;
  return runs && Math.abs(beatAt(before, first) - beatAt(after, first)) > SAME_BEAT;
}

/** How far away a performer is, in seconds. */
export interface Distance {
  /** Round trip to the server. */
  readonly rtt: number;
  /** Between what the device renders and what its speakers sound: some 40 ms, over Bluetooth 200. */
  readonly renderAhead: number;
}

/**
 * How far ahead a transport change is put, in seconds: two round trips of the slowest performer and
 * 150 ms to plan, within 200 and 400 ms, so that a change that loses was not heard by anybody. What a
 * device renders ahead beyond the usual counts as a part of its round trip: its notes are handed over by so much sooner.
 */
export const transportLead = (performers: readonly Distance[]): number => {
  const trips = performers.map(({ rtt, renderAhead }) => rtt + Math.max(0, renderAhead - USUAL_AHEAD));
  return Math.min(LONGEST_LEAD, Math.max(SHORTEST_LEAD, 2 * Math.max(0, ...trips) + PLANNING));
};

/** How far `beat` is into its stretch of `quantum` beats. Law: `0 <= phase < quantum`; a quantum of 0 has phase 0. */
export function phase(beat: number, quantum: number): number {
  if (quantum === 0) return 0;
  const rest = beat - Math.floor(beat / quantum) * quantum;
  return rest >= quantum || rest < 0 ? 0 : rest;
}

/**
 * The first beat at or after `from` whose phase in `quantum` matches that of `target` (all in beats).
 *
 * Law: `phase(result, quantum) === phase(target, quantum)` and `0 <= result - from < quantum`, up to
 * rounding. A quantum of 0 means "no grid": the result is `from`.
 */
export const nextAtPhase = (from: number, target: number, quantum: number): number =>
  from + phase(phase(target, quantum) - phase(from, quantum), quantum);

/**
 * Whether a register of the transport was made by a start, a stop or a tempo, as its segments tell.
 * Without a change ahead it is a tempo set while nothing ran (or, seldom, a start that was taken back).
 */
export function transportChange({ base, next }: Timeline): "started" | "stopped" | "tempo" {
  if (!next || next.running === base.running) return "tempo";
  return next.running ? "started" : "stopped";
}
