/**
 * How long ago what is heard of a stream was rendered by its sender: by the best of three ways that the browser's
 * counts allow. Pure; every number is in seconds unless it says otherwise.
 */

/** How the lag is known, from the best: the sender's stamp of each packet; its reports; what the delays add up to. */
export type LagBy = "capture" | "playout" | "estimate";

/** What the browser says of a stream at one instant. */
export interface StreamReading {
  /** The packet that was last handed on: when it was captured, on its sender's clock, and when it was handed on, here. */
  readonly capture: { readonly capturedAt: number; readonly deliveredAt: number } | null;
  /** What is being played, on the clock of whose reports come with the stream, and when that was, here. */
  readonly playout: { readonly playing: number; readonly at: number } | null;
  /** The newest report that came with the stream: when it was sent, on its writer's clock, and when it came, here. */
  readonly report: { readonly sentAt: number; readonly cameAt: number } | null;
  /** Of all samples so far: how long they waited together, and how many there were. */
  readonly waited: number;
  readonly emitted: number;
  /** To the next hop and back. */
  readonly roundTrip: number;
  /** From the jitter buffer to the speakers. */
  readonly output: number;
}

/** What the sender tells of itself. */
export interface SenderTimes {
  /** How far its device renders ahead of its speakers. */
  readonly lead: number;
  /** Room time at the zero of the clock it stamps captured sound with; null where it does not say. */
  readonly captureEpoch: number | null;
  /** From its browser to the SFU, one way; 0 in a mesh. */
  readonly uplink: number;
  /** How far its room time may be off. */
  readonly errorBound: number;
}

export interface Lag {
  /** From the sender's rendering to the speakers here. */
  readonly lag: number;
  readonly by: LagBy;
  /** How far `lag` may be off, what this page's own clock is off by apart. */
  readonly errorBound: number;
}

/** What an encoder holds back: a packet of the shortest length, and Opus looks ahead a little. */
const CODEC = 0.012;
/** A packet is handed on in pieces of 10 ms; and what browsers say of their output is that exact at best. */
const PIECE = 0.02;
/** A stamp that is further from the sum of the delays is of a clock that was set meanwhile. */
const AGREE = 0.4;
/** Readings, five a second: what one of them is off by is not followed. */
const WINDOW = 5;
/** Of all reports the quickest tells the clocks apart best; clocks drift, so that old ones are forgotten. */
const REPORTS = 12;

export class StreamLag {
  #before: StreamReading | null = null;
  /** How long samples wait in the jitter buffer. */
  #waiting: number | null = null;
  /** How far the clock of the reports is ahead of this page's, at least. */
  #ahead: readonly number[] = [];
  #lags: readonly number[] = [];
  #current: Lag | null = null;

  /** Seconds that samples wait in the jitter buffer now; null until something flows. */
  get waiting(): number | null {
    return this.#waiting;
  }

  /** Null until something flows. */
  get current(): Lag | null {
    return this.#current;
  }

  /** `roomAt`: room time at an instant of this page; null while there is none. */
  take(reading: StreamReading, sender: SenderTimes, roomAt: (here: number) => number | null): void {
    this.#learn(reading);
    const latest = this.#lag(reading, sender, roomAt);
    if (!latest) return;
    if (latest.by !== this.#current?.by) this.#lags = [];
    this.#lags = [...this.#lags, latest.lag].slice(-WINDOW);
    this.#current = { ...latest, lag: middle(this.#lags) };
  }

  #learn(reading: StreamReading): void {
    const before = this.#before;
    this.#before = reading;
    const emitted = reading.emitted - (before?.emitted ?? 0);
    // Another receiver begins to count anew.
    if (emitted > 0) this.#waiting = Math.max(0, reading.waited - (before?.waited ?? 0)) / emitted;
    const { report } = reading;
    if (!report || report.sentAt === before?.report?.sentAt) return;
    this.#ahead = [...this.#ahead, report.sentAt - report.cameAt].slice(-REPORTS);
  }

  #lag(reading: StreamReading, sender: SenderTimes, roomAt: (here: number) => number | null): Lag | null {
    const estimate = this.#estimate(reading, sender);
    const stamped = captured(reading, sender, roomAt);
    if (stamped && (!estimate || Math.abs(stamped.lag - estimate.lag) < AGREE)) return stamped;
    return this.#played(reading) ?? estimate;
  }

  /** The reports' clock is as far ahead as the quickest report says, which took half a round trip. */
  #played({ playout, roundTrip }: StreamReading): Lag | null {
    if (!playout || this.#ahead.length === 0) return null;
    const ahead = Math.max(...this.#ahead) + roundTrip / 2;
    return { lag: playout.at - (playout.playing - ahead), by: "playout", errorBound: roundTrip / 2 + PIECE };
  }

  #estimate({ roundTrip, output }: StreamReading, { uplink }: SenderTimes): Lag | null {
    if (this.#waiting === null) return null;
    const network = uplink + roundTrip / 2;
    return {
      lag: CODEC + network + this.#waiting + output,
      by: "estimate",
      errorBound: CODEC + network + PIECE,
    };
  }
}

function captured(
  { capture, output }: StreamReading,
  { captureEpoch, errorBound }: SenderTimes,
  roomAt: (here: number) => number | null,
): Lag | null {
  const delivered = capture && roomAt(capture.deliveredAt);
  if (capture === null || delivered === null || captureEpoch === null) return null;
  const lag = delivered - (captureEpoch + capture.capturedAt) + output;
  return { lag, by: "capture", errorBound: errorBound + PIECE };
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
