/**
 * What I play live, as frames for the others: one at once whenever a note begins or ends (at most
 * `LIMITS.livePerSecond` a second), repeated soon after for the case that it was lost, and every tenth of a
 * second while anything is held. An ended note is told three times; when nothing is held and all has been
 * told, nothing is sent. Pure; instants are room time.
 */
import { LIMITS } from "../protocol/limits.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";
import { FRAME_INTERVAL } from "./hand.ts";
import type { NotesFrame, PlayedNote } from "./played-notes.ts";

/** Seconds from a frame that told something new to its repetition, and from there to the next. */
const REPETITIONS = [0.03, 0.05] as const;
/** From there on, while a note is held: a listener lets go of what it has not heard of for three of these. */
export const HELD_INTERVAL = 0.1;
/** Frames that tell of an ended note. */
const TOLD = 3;
/** Timers are not exact: a frame may come so much early. Seconds. */
const SLACK = 0.002;

export interface Key {
  readonly track: number;
  /** MIDI. */
  readonly pitch: number;
}

interface Finger {
  readonly note: PlayedNote;
  /** Frames that have told of its end. */
  told: number;
}

/** An end that found no room beside what is held is of no use any more after this. */
const STALE_MS = 1_000;

const endMs = ({ onMs, lengthMs }: PlayedNote): number => onMs + (lengthMs ?? 0);
const keyOf = ({ track, pitch }: Key): string => `${track}:${pitch}`;

export class Fingers {
  readonly #held = new Map<string, PlayedNote>();
  /** Oldest first. */
  #ended: Finger[] = [];
  #sentAt = Number.NEGATIVE_INFINITY;
  /** A note began or ended since the last frame. */
  #isNew = false;
  #repeated = 0;

  get held(): readonly PlayedNote[] {
    return [...this.#held.values()];
  }

  /** Ends what the key still held. False where the hands are full: the note is not to sound. */
  press(key: Key, velocity: number, at: RoomTime): boolean {
    this.release(key, at);
    if (this.#held.size >= LIMITS.liveNotes) return false;
    // The beginnings of one key's notes differ, by their whole ms.
    const before = this.#ended.filter(({ note }) => keyOf(note) === keyOf(key));
    const onMs = Math.max(Math.round(at * 1_000), ...before.map(({ note }) => note.onMs + 1), 0);
    this.#held.set(keyOf(key), { ...key, velocity, onMs, lengthMs: null });
    this.#tell();
    return true;
  }

  /** The note that ended; null where the key held none. */
  release(key: Key, at: RoomTime): PlayedNote | null {
    const held = this.#held.get(keyOf(key));
    if (!held) return null;
    const most = LIMITS.noteSeconds * 1_000;
    const lengthMs = Math.min(most, Math.max(1, Math.round(at * 1_000) - held.onMs));
    const note = { ...held, lengthMs };
    this.#held.delete(keyOf(key));
    this.#ended.push({ note, told: 0 });
    if (this.#ended.length > LIMITS.liveNotes) this.#ended.shift();
    this.#tell();
    return note;
  }

  /** What has been held longer than a note lasts; `release` is to follow. */
  overlong(now: RoomTime): PlayedNote[] {
    return this.held.filter(({ onMs }) => now * 1_000 - onMs > LIMITS.noteSeconds * 1_000);
  }

  /** When `take` has a frame; null for never. */
  get due(): RoomTime | null {
    if (this.#held.size === 0 && this.#ended.length === 0) return null;
    const wait = this.#isNew ? FRAME_INTERVAL : (REPETITIONS[this.#repeated] ?? HELD_INTERVAL);
    return roomTime(this.#sentAt + wait);
  }

  take(now: RoomTime): NotesFrame | null {
    const { due } = this;
    if (due === null || now < due - SLACK) return null;
    this.#repeated = this.#isNew ? 0 : this.#repeated + 1;
    this.#isNew = false;
    this.#sentAt = now;
    const room = LIMITS.liveNotes - this.#held.size;
    this.#ended = this.#ended.filter(({ note }) => now * 1_000 - endMs(note) < STALE_MS);
    const told = room > 0 ? this.#ended.slice(-room) : [];
    const notes = [...this.#held.values(), ...told.map(({ note }) => note)];
    if (notes.length === 0) return null;
    for (const finger of told) finger.told += 1;
    this.#ended = this.#ended.filter((finger) => finger.told < TOLD);
    // A press that was timed by its event may be a moment ahead of this clock reading.
    const latest = Math.max(...notes.map(endMs));
    return { actor: null, stampMs: Math.max(Math.round(now * 1_000), latest), notes };
  }

  /** Nobody is told any more: the connection, or its time, is another. */
  drop(): void {
    this.#held.clear();
    this.#ended = [];
  }

  #tell(): void {
    this.#isNew = true;
  }
}
