/**
 * What sounds in a window of room time: patterns laid along the timeline, with swing, chance and
 * ratchets. Mutes, solos and instruments do not matter here, and nothing is remembered: any window,
 * asked for by anybody at any time, holds the same notes.
 *
 * Law: for `a <= b <= c`, `events(jam, a, c)` is `events(jam, a, b)` followed by `events(jam, b, c)`.
 */
import type { RoomTime } from "../time/instants.ts";
import { chance } from "./chance.ts";
import { type Jam, type Note, type Pattern, STEPS_PER_BAR, STEPS_PER_BEAT, type Track } from "./model.ts";
import { mirror } from "./scales.ts";
import { stagedAt } from "./staged.ts";
import { beatOf, type Segment, tempoOf, timeOf, type Timeline } from "./timeline.ts";
import { playingAt } from "./turns.ts";

export interface NoteEvent {
  readonly track: number;
  /** 0-based step in the track's pattern. */
  readonly step: number;
  /** As it is written. */
  readonly pitch: number;
  /** The pitch that is heard: another one where the part is turned upside down. */
  readonly sounding: number;
  /** 1 to 127. */
  readonly velocity: number;
  /** Seconds, at the tempo of its beginning. */
  readonly duration: number;
  /** Where it begins, swing and ratchet in: with track and pitch the event's identity. */
  readonly beat: number;
  readonly time: RoomTime;
}

/** A running segment and the beats, from inclusive to exclusive, that belong to it. */
interface Stretch {
  readonly segment: Segment;
  readonly fromBeat: number;
  readonly toBeat: number;
}

/**
 * The running stretches of a timeline. They meet at a beat, not at an instant: at a tempo change the
 * two lines give one beat's instant with different rounding, and a note there must belong to one.
 */
function stretches({ base, next }: Timeline): Stretch[] {
  const found: Stretch[] = [];
  if (base.running) {
    const end = next ? beatOf(base, next.fromTime) : Number.POSITIVE_INFINITY;
    const joined = next?.running && Math.abs(next.fromBeat - end) < 1e-6;
    found.push({ segment: base, fromBeat: base.fromBeat, toBeat: joined ? next.fromBeat : end });
  }
  if (next?.running) found.push({ segment: next, fromBeat: next.fromBeat, toBeat: Number.POSITIVE_INFINITY });
  return found;
}

/** Beats from the start to the beginning of the `index`-th sixteenth; off-beat ones come late by the swing (percent). */
export const stepBeat = (index: number, swing: number): number =>
  index % 2 === 0 ? index / STEPS_PER_BEAT : (index - 1 + swing / 50) / STEPS_PER_BEAT;

/**
 * Whether the note at the `index`-th sixteenth since the start sounds this time round. The dice are
 * thrown by bar and place in the bar, so a pattern of 5 steps throws anew at each of its turns.
 */
const sounds = (jam: Jam, track: Track, note: Note, index: number): boolean =>
  note.probability >= 1 ||
  chance(jam.seed, Math.floor(index / STEPS_PER_BAR), track.id, index % STEPS_PER_BAR, note.pitch) <
    note.probability;

/** Whether a leader silences the part at a beat. */
export const isSilenced = ({ silence }: Track, beat: number): boolean =>
  silence !== null && stagedAt(silence, beat) === 1;

/** What is heard of a pitch at a beat. Law: its own inverse, so that it also says what to write for a pitch that was heard. */
export const soundingPitch = ({ polarity }: Track, pitch: number, beat: number): number =>
  polarity && stagedAt(polarity.course, beat) === 1 ? mirror(pitch, polarity.scale, polarity.low) : pitch;

/** Every strike of a note that falls on the `index`-th sixteenth, within its stretch of the timeline. */
function strikes(jam: Jam, track: Track, note: Note, index: number, stretch: Stretch): NoteEvent[] {
  if (!sounds(jam, track, note, index)) return [];
  const { segment, fromBeat, toBeat } = stretch;
  const start = stepBeat(index, jam.swing);
  const width = (stepBeat(index + 1, jam.swing) - start) / note.ratchet;
  const found: NoteEvent[] = [];
  for (let strike = 0; strike < note.ratchet; strike++) {
    const beat = start + strike * width;
    if (beat < fromBeat || beat >= toBeat || isSilenced(track, beat)) continue;
    const { step, pitch, velocity } = note;
    const time = timeOf(segment, beat);
    const duration = ((note.gate / note.ratchet / STEPS_PER_BEAT) * 60) / tempoOf(segment, time);
    const sounding = soundingPitch(track, pitch, beat);
    found.push({ track: track.id, step, pitch, sounding, velocity, duration, beat, time });
  }
  return found;
}

/** A pattern's notes by step; it is at most 64 steps. */
function notesByStep(pattern: Pattern): readonly (readonly Note[])[] {
  const steps: Note[][] = Array.from({ length: pattern.length }, () => []);
  for (const note of pattern.notes) steps[note.step]?.push(note);
  return steps;
}

/** The track's notes on the `index`-th sixteenth since the start; asked in order, it looks a bar up once. */
function notesAt(track: Track): (index: number) => readonly Note[] {
  let bar = -1;
  let first = 0;
  let pattern: Pattern | null = null;
  let steps: readonly (readonly Note[])[] = [];
  return (index) => {
    if (Math.floor(index / STEPS_PER_BAR) !== bar) {
      bar = Math.floor(index / STEPS_PER_BAR);
      const playing = playingAt(track, bar);
      first = playing.fromBar * STEPS_PER_BAR;
      if (playing.pattern !== pattern) steps = notesByStep((pattern = playing.pattern));
    }
    return steps[(index - first) % steps.length] ?? [];
  };
}

const isSilent = ({ pattern, turns, launch }: Track): boolean =>
  [...(turns.length > 0 ? turns : [{ pattern }]), ...(launch ? [launch] : [])].every(
    (turn) => turn.pattern.notes.length === 0,
  );

const byTime = (a: NoteEvent, b: NoteEvent): number =>
  a.time - b.time || a.track - b.track || a.step - b.step || a.pitch - b.pitch || a.beat - b.beat;

/** One track's part of `events`. */
export function trackEvents(jam: Jam, track: Track, from: RoomTime, to: RoomTime): NoteEvent[] {
  if (isSilent(track)) return [];
  const notes = notesAt(track);
  const found: NoteEvent[] = [];
  const end = jam.timeline.next?.fromTime ?? Number.POSITIVE_INFINITY;
  for (const stretch of stretches(jam.timeline)) {
    const { segment } = stretch;
    // A strike is at most a step and a half after its step's straight place: look two steps back.
    const first = Math.max(stretch.fromBeat, beatOf(segment, from)) * STEPS_PER_BEAT - 2;
    const last = Math.min(stretch.toBeat, beatOf(segment, to)) * STEPS_PER_BEAT;
    // Beyond it a sixteenth is no number of its own, and counting would not end.
    if (!Number.isSafeInteger(Math.ceil(last))) continue;
    for (let index = Math.max(0, Math.floor(first)); index <= last + 1; index++) {
      for (const note of notes(index))
        for (const event of strikes(jam, track, note, index, stretch)) {
          const isCut = segment === jam.timeline.base && event.time >= end && !jam.timeline.next?.running;
          if (event.time >= from && event.time < to && !isCut) found.push(event);
        }
    }
  }
  return found.toSorted(byTime);
}

/**
 * Every note of the jam that begins in `[from, to)`, by time. Tracks that the room has muted are in it:
 * a mute is a gain in the mix. Each pattern turns in its own length. A stop cuts: nothing begins at its
 * instant or later; nothing begins before beat 0.
 */
export const events = (jam: Jam, from: RoomTime, to: RoomTime): NoteEvent[] =>
  jam.tracks.flatMap((track) => trackEvents(jam, track, from, to)).toSorted(byTime);
