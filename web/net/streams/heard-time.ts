/**
 * Which room time of the music a received stream is heard at: the shell round `stream-lag.ts`, which reads one
 * receiver. Sound that was rendered `lag` ago is of the music `lead` later than that, since its sender renders
 * ahead of its speakers.
 */
import type { LocalClock } from "#shared/ports.ts";
import type { LocalTime } from "#shared/time/instants.ts";
import { type LagBy, type SenderTimes, StreamLag, type StreamReading } from "./stream-lag.ts";

export interface HeardTimeOptions {
  readonly receiver: RTCRtpReceiver;
  readonly clock: LocalClock;
  /** Room time at an instant of this page, in seconds; null while there is none. */
  readonly roomAt: (local: LocalTime) => number | null;
  readonly sender: () => SenderTimes;
  /**
   * Seconds from the jitter buffer to the speakers, where it is played by an AudioContext. Without it: by an
   * element, whose delay the browser tells.
   */
  readonly output?: () => number;
}

export interface Heard {
  /** Of the music, in seconds. */
  readonly roomTime: number;
  readonly by: LagBy;
  /** Seconds that `roomTime` may be off, what this page's room clock is off by apart. */
  readonly errorBound: number;
}

/** Seconds from 1900, where NTP's clock begins, to 1970. */
const NTP_TO_UNIX = 2_208_988_800;
/** Where a browser does not tell the delay of its output. */
const USUAL_OUTPUT = 0.04;
/** What came longer ago is not what is heard. Seconds. */
const FRESH = 1;

export class HeardTime {
  readonly #options: HeardTimeOptions;
  readonly #lag = new StreamLag();
  /** What the browser has counted of its output: seconds of delay of all samples together, and how many. */
  #played: { readonly delay: number; readonly samples: number } | null = null;
  #output = USUAL_OUTPUT;

  constructor(options: HeardTimeOptions) {
    this.#options = options;
  }

  /** Reads the browser's counts: about 5 times a second. */
  async read(): Promise<void> {
    const { receiver, clock, roomAt, sender, output } = this.#options;
    const report = await receiver.getStats();
    // Synchronous from here, so that what is read is of one instant.
    const reading = this.#reading(report, receiver.getSynchronizationSources()[0], clock);
    if (!reading) return;
    this.#lag.take({ ...reading, output: output?.() ?? this.#output }, sender(), (here) =>
      roomAt(here as LocalTime),
    );
  }

  /** Null before anything is known. Pure but for the room's clock: any `now` near the last reading will do. */
  at(now: LocalTime): Heard | null {
    const lag = this.#lag.current;
    const room = lag && this.#options.roomAt(now);
    if (lag === null || room === null) return null;
    return {
      roomTime: room - lag.lag + this.#options.sender().lead,
      by: lag.by,
      errorBound: lag.errorBound,
    };
  }

  /** How long the jitter buffer holds sound now, in seconds; null before that is known. */
  get waiting(): number | null {
    return this.#lag.waiting;
  }

  /** How long the jitter buffer is to hold sound, in seconds, to bring two streams together; null: as it likes. */
  setTargetDelay(seconds: number | null): void {
    const receiver = this.#options.receiver as { jitterBufferTarget?: number | null };
    // At most what the specification allows; where there is no such thing the browser decides alone.
    if ("jitterBufferTarget" in receiver)
      receiver.jitterBufferTarget = seconds === null ? null : Math.min(4_000, Math.max(0, seconds * 1_000));
  }

  #reading(
    report: RTCStatsReport,
    source: Stamped | undefined,
    clock: LocalClock,
  ): Omit<StreamReading, "output"> | null {
    const local = (wallMs: number): LocalTime => clock.fromPerformance(wallMs - performance.timeOrigin);
    let [roundTrip, inbound, remote]: [number, Entry | null, Entry | null] = [0, null, null];
    report.forEach((entry: Entry & { readonly type: string }) => {
      if (entry.type === "candidate-pair") roundTrip = entry["currentRoundTripTime"] ?? roundTrip;
      else if (entry.type === "inbound-rtp") inbound = entry;
      else if (entry.type === "remote-outbound-rtp") remote = entry;
      else if (entry.type === "media-playout") this.#takePlayout(entry);
    });
    if (!inbound) return null;
    const { timestamp, estimatedPlayoutTimestamp, jitterBufferDelay, jitterBufferEmittedCount } =
      inbound as Entry;
    const { timestamp: cameAt, remoteTimestamp } = (remote as Entry | null) ?? {};
    const isFresh = source && clock.now() - local(source.timestamp) < FRESH;
    return {
      capture:
        isFresh && source.captureTimestamp
          ? {
              capturedAt: source.captureTimestamp / 1_000 - NTP_TO_UNIX,
              deliveredAt: local(source.timestamp),
            }
          : null,
      playout:
        estimatedPlayoutTimestamp && timestamp !== undefined
          ? { playing: unix(estimatedPlayoutTimestamp), at: local(timestamp) }
          : null,
      report:
        cameAt !== undefined && remoteTimestamp
          ? { sentAt: unix(remoteTimestamp), cameAt: local(cameAt) }
          : null,
      waited: jitterBufferDelay ?? 0,
      emitted: jitterBufferEmittedCount ?? 0,
      roundTrip,
    };
  }

  #takePlayout({ totalPlayoutDelay: delay, totalSamplesCount: samples }: Entry): void {
    if (delay === undefined || samples === undefined) return;
    const before = this.#played;
    this.#played = { delay, samples };
    if (before && samples > before.samples)
      this.#output = (delay - before.delay) / (samples - before.samples);
  }
}

type Entry = Readonly<Record<string, number | undefined>>;

/** `captureTimestamp`: NTP's clock of the sender, in ms; there where `abs-capture-time` was agreed on. */
type Stamped = RTCRtpSynchronizationSource & { readonly captureTimestamp?: number };

/** Of milliseconds since 1970, or since 1900 as the specification of the statistics says. */
const unix = (ms: number): number => ms / 1_000 - (ms / 1_000 > NTP_TO_UNIX + 1e9 ? NTP_TO_UNIX : 0);
