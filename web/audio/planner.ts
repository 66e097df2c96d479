/**
 * From the jam to the plan: which tracks' futures have to be written anew, and what is in them. It
 * looks four bars ahead and remembers only what it planned last; when a planned note is handed over is
 * the release plan's affair.
 */
import { type NoteEvent, trackEvents } from "#shared/music/events.ts";
import { BEATS_PER_BAR, type Jam, type Track } from "#shared/music/model.ts";
import { isPlaying, isRunning } from "#shared/music/timeline.ts";
import { roomTime, type RoomTime } from "#shared/time/instants.ts";
import { type ClickOptions, clicks } from "./click.ts";
import { type PlanEntry, RELEASE_LEAD } from "./release-plan.ts";
import type { Slots } from "./slots.ts";
import { releaseHeld, trackVoice } from "./voice-message.ts";

/** From `from` on, this is all that the track is to play. */
export interface PlanUpdate {
  readonly track: number;
  readonly from: RoomTime;
  readonly entries: readonly PlanEntry[];
}

/** Tracks of the plan that are none of the jam's. */
export const CLICK_TRACK = -1;
export const STOP_TRACK = -2;

const BARS_AHEAD = 4;
const BARS_LEFT = 2;
/** Ticks in a step: every equal division up to 8 is whole. */
const TICKS_PER_STEP = 840;

/**
 * Place of a beat on the grid as it would be without swing, in ticks: an event's identity.
 *
 * Law: a strike keeps its tick whatever the swing (percent, 50 to 75).
 */
export function gridTick(beat: number, swing: number): number {
  const pair = Math.floor(beat * 2 + 1e-9);
  const place = Math.max(0, beat * 4 - pair * 2);
  const middle = swing / 50;
  const straight = place < middle ? place / middle : 1 + (place - middle) / (2 - middle);
  return Math.round((pair * 2 + straight) * TICKS_PER_STEP);
}

export interface PlayerClick {
  readonly metronome: boolean;
  readonly countIn: boolean;
}

interface Planned {
  readonly jam: Jam;
  readonly click: PlayerClick;
  readonly horizon: RoomTime;
}

export class Planner {
  readonly #slots: Slots;
  #planned: Planned | null = null;
  #countIn: ClickOptions["countIn"] = "first-bar";

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Up to where notes are planned; null before anything is. */
  get horizon(): RoomTime | null {
    return this.#planned?.horizon ?? null;
  }

  /** Forgets what was planned: the next `update` writes everything. */
  reset(): void {
    this.#planned = null;
  }

  /** What has to be rewritten so that the plan from `from` on is this jam's. The slots are assigned. */
  update(jam: Jam, click: PlayerClick, from: RoomTime): PlanUpdate[] {
    const before = this.#planned;
    if (!before || before.jam.timeline !== jam.timeline) this.#decideCountIn(jam, from);
    if (
      !before ||
      before.jam.timeline !== jam.timeline ||
      before.jam.swing !== jam.swing ||
      before.jam.seed !== jam.seed
    ) {
      const horizon = horizonAt(jam, from);
      this.#planned = { jam, click, horizon };
      return [
        ...this.#goneTracks(before?.jam, jam, from),
        ...this.#all(from),
        ...this.#stop(before?.jam, from),
      ];
    }
    this.#planned = { jam, click, horizon: before.horizon };
    const known = new Set(before.jam.tracks);
    const updates = this.#goneTracks(before.jam, jam, from);
    for (const track of jam.tracks) if (!known.has(track)) updates.push(this.#track(track, from));
    if (before.click.metronome !== click.metronome || before.click.countIn !== click.countIn)
      updates.push(this.#click(from));
    return updates;
  }

  /** What comes after the horizon, once less than two bars are left; else nothing. */
  extend(now: RoomTime): PlanUpdate[] {
    const planned = this.#planned;
    if (!planned || !isPlaying(planned.jam.timeline, now)) return [];
    if (planned.horizon - now > BARS_LEFT * barSeconds(planned.jam)) return [];
    this.#planned = { ...planned, horizon: horizonAt(planned.jam, now) };
    return this.#all(roomTime(Math.max(now, planned.horizon)));
  }

  #all(from: RoomTime): PlanUpdate[] {
    if (!this.#planned) return [];
    return [...this.#planned.jam.tracks.map((track) => this.#track(track, from)), this.#click(from)];
  }

  #track(track: Track, from: RoomTime): PlanUpdate {
    const slot = this.#slots.of(track.id);
    const planned = this.#planned;
    if (slot === null || !planned) return { track: track.id, from, entries: [] };
    const { jam, horizon } = planned;
    const entries: PlanEntry[] = [];
    for (const event of trackEvents(jam, track, from, horizon)) {
      const message = trackVoice(track, { ...event, pitch: event.sounding }, slot);
      if (message) entries.push(entryOf(event, jam.swing, message));
    }
    return { track: track.id, from, entries };
  }

  #click(from: RoomTime): PlanUpdate {
    const planned = this.#planned;
    if (!planned) return { track: CLICK_TRACK, from, entries: [] };
    const { metronome, countIn } = planned.click;
    const options: ClickOptions = { metronome, countIn: countIn ? this.#countIn : "off" };
    const entries = clicks(planned.jam.timeline, from, planned.horizon, options);
    return { track: CLICK_TRACK, from, entries };
  }

  #goneTracks(before: Jam | undefined, jam: Jam, from: RoomTime): PlanUpdate[] {
    const alive = new Set(jam.tracks.map(({ id }) => id));
    const gone = before?.tracks.filter(({ id }) => !alive.has(id)) ?? [];
    return gone.map(({ id }) => ({ track: id, from, entries: [] }));
  }

  /** At a stop what is held lets go; a stop heard of too late lets go as soon as it can. */
  #stop(before: Jam | undefined, from: RoomTime): PlanUpdate[] {
    const timeline = this.#planned?.jam.timeline;
    if (!timeline || !before || !isPlaying(before.timeline, from)) return [];
    if (isPlaying(timeline, from)) return [{ track: STOP_TRACK, from, entries: [] }];
    const { fromTime } = timeline.next ?? timeline.base;
    const time = roomTime(Math.max(fromTime, from + RELEASE_LEAD));
    const entry: PlanEntry = {
      step: 0,
      pitch: 0,
      tick: Math.round(fromTime * 1000),
      time,
      message: releaseHeld,
    };
    return [{ track: STOP_TRACK, from, entries: [entry] }];
  }

  #decideCountIn(jam: Jam, now: RoomTime): void {
    const { base, next } = jam.timeline;
    if (!next?.running || next.fromBeat !== 0) return;
    const fits = !isRunning({ base, next: null }, now) && next.fromTime - now >= barSeconds(jam);
    this.#countIn = fits ? "before" : "first-bar";
  }
}

/** At the slowest of the tempos that are known. */
const barSeconds = ({ timeline: { base, next } }: Jam): number =>
  (BEATS_PER_BAR * 60) /
  Math.min(...[base, next ?? base].flatMap(({ tempo, ramp }) => [tempo, ramp?.to ?? tempo]));

const horizonAt = (jam: Jam, from: RoomTime): RoomTime => roomTime(from + BARS_AHEAD * barSeconds(jam));

const entryOf = (event: NoteEvent, swing: number, message: PlanEntry["message"]): PlanEntry => ({
  step: event.step,
  pitch: event.pitch,
  tick: gridTick(event.beat, swing),
  time: event.time,
  message,
});
