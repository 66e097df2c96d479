/**
 * The plan of what is to sound, and the one decision of what goes to the engine when. It is keyed by
 * (track, pitch) and the event's place on the grid, holds room times, and turns them into the
 * engine's time only at release, by the newest maps. Pure: the Worker round it has the clock.
 */
import type { RoomTime } from "#shared/time/instants.ts";
import { at, inverse, type Line } from "#shared/time/line.ts";

/** One OSC message to the engine. */
export type OscMessage = readonly [string, ...(string | number)[]];

export interface PlanEntry {
  readonly step: number;
  readonly pitch: number;
  /** The event's place on the unswung grid, in ticks: the same event keeps it through tempo and swing changes. */
  readonly tick: number;
  readonly time: RoomTime;
  readonly message: OscMessage;
}

/** How room time is heard on this machine at the moment. Host time is Unix seconds on the monotonic clock. */
export interface Maps {
  readonly roomFromHost: Line;
  /** To the AudioContext's time, at the audible instant. */
  readonly contextFromRoom: Line;
  /** How far the context renders ahead of what is heard, in seconds. */
  readonly renderAhead: number;
}

export interface Release {
  readonly track: number;
  readonly entry: PlanEntry;
  /** When it is heard, in host time. */
  readonly host: number;
  /** When it is heard, in context time. */
  readonly context: number;
}

/** How far ahead notes are handed over where the device is quick; a slow one adds to it. */
export const RELEASE_LEAD = 0.12;
/** What a hand-over needs beyond the rendering in progress: a Worker's tick and a message on its way. */
const HEADROOM = 0.08;
/** Nearer to its rendering than this, a note would come late; it is left out instead. */
const CLOSEST = 0.012;
/**
 * The same event is not released twice within this time. It is more than the release lead leaves to
 * move an event by, and less than the shortest lead of a start, so a new start is never taken for a doubling.
 */
const SAME_EVENT = 0.15;
const MEMORY = 2;

interface Planned {
  readonly entry: PlanEntry;
  /** Host time at which the plan learned of it. */
  readonly learned: number;
}

/** When an event that was released of late is heard, in host time and by the score. */
interface Released {
  readonly host: number;
  readonly time: RoomTime;
}

export const releaseLead = (renderAhead: number): number => Math.max(RELEASE_LEAD, renderAhead + HEADROOM);

/**
 * Laws: an entry is released at most once; every entry planned a release lead ahead is released unless
 * it is replaced first; nothing is released that could not sound in time; replacing a track's plan
 * touches no other track and nothing already released.
 */
export class ReleasePlan {
  /** Per track, ordered by time. */
  readonly #tracks = new Map<number, Planned[]>();
  readonly #released = new Map<string, Released>();
  #missed = 0;

  /** Entries that were planned in time and not released in time: this machine stalled. */
  get missed(): number {
    return this.#missed;
  }

  /** From `from` on, the track's unreleased future is exactly `entries`; what lies before stays. */
  replace(track: number, from: RoomTime, entries: readonly PlanEntry[], now: number): void {
    const kept = (this.#tracks.get(track) ?? []).filter(({ entry }) => entry.time < from);
    for (const entry of entries) kept.push({ entry, learned: now });
    kept.sort((a, b) => a.entry.time - b.entry.time);
    if (kept.length > 0) this.#tracks.set(track, kept);
    else this.#tracks.delete(track);
  }

  /** Forgets everything unreleased; what was released is still not released again. */
  clear(): void {
    this.#tracks.clear();
  }

  /** What is to be handed over at host time `now`, ordered by time; it is gone from the plan afterwards. */
  take(now: number, maps: Maps): Release[] {
    const hostFromRoom = inverse(maps.roomFromHost);
    const lead = releaseLead(maps.renderAhead);
    const taken: Release[] = [];
    for (const [track, planned] of this.#tracks) {
      const due = planned.findIndex(({ entry }) => at(hostFromRoom, entry.time) > now + lead);
      const count = due < 0 ? planned.length : due;
      for (const { entry, learned } of planned.splice(0, count)) {
        const host = at(hostFromRoom, entry.time);
        if (!this.#isFresh(track, entry, host)) continue;
        if (host < now + maps.renderAhead + CLOSEST) {
          if (host > learned + lead) this.#missed++;
          continue;
        }
        this.#released.set(keyOf(track, entry), { host, time: entry.time });
        taken.push({ track, entry, host, context: at(maps.contextFromRoom, entry.time) });
      }
      if (planned.length === 0) this.#tracks.delete(track);
    }
    for (const [key, { host }] of this.#released) if (host < now - MEMORY) this.#released.delete(key);
    return taken.toSorted((a, b) => a.host - b.host);
  }

  /** Takes back a release that the engine had no room for. */
  putBack(release: Release, now: number): void {
    this.#released.delete(keyOf(release.track, release.entry));
    const planned = this.#tracks.get(release.track) ?? [];
    planned.unshift({ entry: release.entry, learned: now });
    planned.sort((a, b) => a.entry.time - b.entry.time);
    this.#tracks.set(release.track, planned);
  }

  #isFresh(track: number, entry: PlanEntry, host: number): boolean {
    const before = this.#released.get(keyOf(track, entry));
    if (before === undefined) return true;
    // A tempo change moves the score, a step of the clock the host time: one of the two stays as it was.
    return Math.abs(host - before.host) > SAME_EVENT && Math.abs(entry.time - before.time) > SAME_EVENT;
  }
}

/** Its step is no part of it: another pattern may have another step there, and it is the same strike. */
const keyOf = (track: number, entry: PlanEntry): string => `${track}:${entry.pitch}:${entry.tick}`;
