/** How a stream arrives, from what the browser counts. Pure. */

export interface Counts {
  /** When they were read, ms. */
  readonly at: number;
  readonly packets: number;
  readonly lost: number;
  readonly bytes: number;
  /** Seconds that all samples together have waited, and how many there were. */
  readonly waited: number;
  readonly emitted: number;
  readonly concealed: number;
  readonly samples: number;
  /** Seconds; null where the browser does not say. */
  readonly roundTrip: number | null;
}

export interface Arrival {
  /** Bits a second. */
  readonly bitrate: number;
  /** Shares, 0 to 1: of packets that never came, and of samples that were made up for it. */
  readonly loss: number;
  readonly concealed: number;
  /** Seconds from the sender's to this browser's output, without what devices add. Null before it is known. */
  readonly delay: number | null;
}

export const NO_ARRIVAL: Arrival = { bitrate: 0, loss: 0, concealed: 0, delay: null };

/** Null where nothing is received (yet). `now` in ms. */
export function countsOf(report: RTCStatsReport, now: number): Counts | null {
  let counts: Counts | null = null;
  let roundTrip: number | null = null;
  report.forEach((entry: { readonly type: string } & Readonly<Record<string, number | undefined>>) => {
    const field = (name: string): number => entry[name] ?? 0;
    if (entry.type === "candidate-pair") roundTrip = entry["currentRoundTripTime"] ?? roundTrip;
    if (entry.type !== "inbound-rtp") return;
    counts = {
      at: now,
      packets: field("packetsReceived"),
      lost: field("packetsLost"),
      bytes: field("bytesReceived"),
      waited: field("jitterBufferDelay"),
      emitted: field("jitterBufferEmittedCount"),
      concealed: field("concealedSamples"),
      samples: field("totalSamplesReceived"),
      roundTrip: null,
    };
  });
  return counts && { ...(counts as Counts), roundTrip };
}

/** Of what is new, this much counts: a reading stands still enough to be read. */
const SMOOTHING = 0.3;

/** `a` and `b` are of one stream, b later. */
export function arrivalOf(before: Arrival, a: Counts, b: Counts): Arrival {
  const seconds = (b.at - a.at) / 1_000;
  if (seconds <= 0) return before;
  const share = (part: number, whole: number): number => (whole > 0 ? Math.max(0, part) / whole : 0);
  const emitted = b.emitted - a.emitted;
  const waited = emitted > 0 ? (b.waited - a.waited) / emitted : null;
  const delay = waited === null ? before.delay : waited + (b.roundTrip ?? 0) / 2;
  const lost = b.lost - a.lost;
  const now = {
    bitrate: ((b.bytes - a.bytes) * 8) / seconds,
    loss: share(lost, b.packets - a.packets + Math.max(0, lost)),
    concealed: share(b.concealed - a.concealed, b.samples - a.samples),
  };
  if (before.delay === null) return { ...now, delay };
  const mix = (old: number, latest: number): number => old + SMOOTHING * (latest - old);
  return {
    bitrate: mix(before.bitrate, now.bitrate),
    loss: mix(before.loss, now.loss),
    concealed: mix(before.concealed, now.concealed),
    delay: delay === null ? null : mix(before.delay, delay),
  };
}
