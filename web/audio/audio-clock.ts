/**
 * What the audio device plays when: readings of it go into the app's filtered map, and the map goes,
 * with the room's clock, to whoever releases notes.
 */
import type { LocalClock } from "#shared/ports.ts";
import { AudioMap } from "#shared/time/audio-map.ts";
import { localTime, type LocalTime } from "#shared/time/instants.ts";
import { at, compose, inverse, type Line } from "#shared/time/line.ts";
import { pairBatch } from "./audio-context.ts";
import type { Maps } from "./release-plan.ts";

/** How many of the last readings the largest render-ahead is taken of. */
const AHEAD_MEMORY = 8;

export class AudioClock {
  readonly #context: AudioContext;
  readonly #clock: LocalClock;
  readonly #timeOrigin: number;
  readonly #map = new AudioMap();
  #ahead: number[] = [];
  #isReported: boolean | null = null;

  /** `timeOrigin`: Unix ms at which `performance.now()` was 0. */
  constructor(context: AudioContext, clock: LocalClock, timeOrigin = performance.timeOrigin) {
    this.#context = context;
    this.#clock = clock;
    this.#timeOrigin = timeOrigin;
  }

  /** Takes one reading of the device: to be called about four times a second. */
  read(): void {
    const { pairs, reported } = pairBatch(this.#context, this.#clock);
    // A device that has just begun has nothing to report yet: what was put together meanwhile is forgotten.
    if (this.#isReported !== null && this.#isReported !== reported) this.relock();
    this.#isReported = reported;
    for (const pair of pairs) this.#map.add(pair);
    const line = this.#map.line();
    if (!line) return;
    this.#ahead.push(this.#context.currentTime - at(line, this.#clock.now()));
    if (this.#ahead.length > AHEAD_MEMORY) this.#ahead.shift();
  }

  /** After a break in the device's time: what was measured before it says nothing any more. */
  relock(): void {
    this.#map.reset();
    this.#ahead = [];
  }

  /** Seconds the speakers are later than the device knows. */
  setTrim(seconds: number): void {
    this.#map.setTrim(seconds);
  }

  get locked(): boolean {
    return this.#map.line() !== null;
  }

  /** Grows with every snap of the map. */
  get generation(): number {
    return this.#map.generation;
  }

  /** Whether the map rests on the latency that the browser states, for want of reports of its device. */
  get isEstimated(): boolean {
    return this.#isReported === false;
  }

  /** How far the context renders ahead of what is heard, in seconds: the most seen of late. */
  get renderAhead(): number {
    return Math.max(0, ...this.#ahead);
  }

  /** Null until the device has been read. */
  maps(roomFromLocal: Line): Maps | null {
    const audioFromLocal = this.#map.line();
    if (!audioFromLocal) return null;
    return {
      roomFromHost: compose(roomFromLocal, localFromHost(this.#clock, this.#timeOrigin)),
      contextFromRoom: compose(audioFromLocal, inverse(roomFromLocal)),
      renderAhead: this.renderAhead,
    };
  }

  /** When a context time is heard; null until the device has been read. */
  localAt(contextTime: number): LocalTime | null {
    const line = this.#map.line();
    return line && localTime(at(inverse(line), contextTime));
  }
}

/** The app's local clock against the machine's, which the Worker reads: they differ where a test says so. */
function localFromHost(clock: LocalClock, timeOrigin: number): Line {
  const local = clock.now();
  const now = clock.toPerformance(local);
  const rate = (clock.fromPerformance(now + 1e6) - local) / 1e3;
  return { x: (timeOrigin + now) / 1000, y: local, rate };
}
