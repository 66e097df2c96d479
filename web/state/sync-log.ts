/**
 * A bounded log of how well this browser is in sync: an entry a second, the last ten minutes of them.
 * Pure: whoever keeps it says what time it is. What it exports holds figures and numbers of actors, no
 * name, no room and no token; PROTOCOL.md documents the form.
 */
import type { ClockState } from "#shared/time/room-clock.ts";

/** Seconds in seconds, drift in ppm. */
export interface SyncReading {
  readonly state: ClockState;
  /** Room time minus local time. */
  readonly offset: number;
  readonly drift: number;
  readonly rtt: number;
  /** The distance from the room's clock is at most this. */
  readonly errorBound: number;
  /** What the newest good ping says of that distance. */
  readonly residual: number;
  /** Grows with every step of the room's clock. */
  readonly generation: number;
  /** As the device states it; null while the sound is off. */
  readonly outputLatency: number | null;
  /** The device reports what it plays when; else that is put together from its latency. Null while the sound is off. */
  readonly reported: boolean | null;
  /** Transport changes that were learned of too late to be heard at their instant. */
  readonly phaseJumps: number;
  /** By how much the speakers are taken to be later than the device says. */
  readonly trim: number;
}

/** Somebody else, as they say of themselves. */
export interface OtherReading {
  readonly actor: number;
  readonly state: ClockState;
  readonly residual: number;
  readonly errorBound: number;
}

export interface SyncEntry extends SyncReading {
  /** Seconds since the page was opened. */
  readonly time: number;
  /** The same instant in the room; null before there is a clock. */
  readonly roomTime: number | null;
  readonly others: readonly OtherReading[];
}

export interface SyncLogFile {
  readonly format: "tutti-sync-log";
  readonly version: 1;
  /** The protocol's version. */
  readonly app: string;
  /** When the page was opened, Unix seconds. */
  readonly opened: number;
  readonly entries: readonly SyncEntry[];
}

/** Ten minutes. */
export const MOST_ENTRIES = 600;
/** Timers wander; an entry is due when this much of a second has passed. */
const INTERVAL = 0.9;

export class SyncLog {
  /** A ring: when it is full, the oldest stands at `#next`. */
  readonly #ring: SyncEntry[] = [];
  #next = 0;

  get size(): number {
    return this.#ring.length;
  }

  /** False, and nothing is kept, where the last entry is less than a second old. */
  add(entry: SyncEntry): boolean {
    const last = this.#ring[(this.#next + MOST_ENTRIES - 1) % MOST_ENTRIES];
    if (last && entry.time - last.time < INTERVAL) return false;
    this.#ring[this.#next] = entry;
    this.#next = (this.#next + 1) % MOST_ENTRIES;
    return true;
  }

  /** Oldest first. */
  entries(): readonly SyncEntry[] {
    if (this.#ring.length < MOST_ENTRIES) return [...this.#ring];
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  /** Law: `JSON.parse(JSON.stringify(file))` equals it. */
  file(head: { readonly app: string; readonly opened: number }): SyncLogFile {
    return { format: "tutti-sync-log", version: 1, ...head, entries: this.entries() };
  }
}
