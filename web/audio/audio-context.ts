/**
 * The one AudioContext, and the two ways its clock is read: by the engine, which must see an exact
 * line, and by us, who want what the device really reports.
 */
import type { LocalClock } from "#shared/ports.ts";
import { audioTime, type AudioTime, type LocalTime } from "#shared/time/instants.ts";

/** What every onset is counted in. Asked for explicitly: a plain context may run at 44,100 Hz. */
export const SAMPLE_RATE = 48_000;

/** Must be called in the handler of a gesture, before any await. */
export function createAudioContext(): AudioContext {
  const context = new AudioContext({ latencyHint: "interactive", sampleRate: SAMPLE_RATE });
  freezeEngineClock(context);
  return context;
}

/**
 * Gives whoever calls `context.getOutputTimestamp()` an exact line through `currentTime`. The engine
 * corrects its own clock by single unfiltered readings, rounded to milliseconds; on an exact line that
 * correction stays 0, its time is context time plus a constant, and our filtered maps alone decide.
 */
function freezeEngineClock(context: AudioContext): void {
  const offsetMs = performance.now() - context.currentTime * 1000;
  Object.defineProperty(context, "getOutputTimestamp", {
    value: (): AudioTimestamp => {
      // Read once: between two readings it may go on by a block, and the engine's clock by 3 ms.
      const contextTime = context.currentTime;
      return { contextTime, performanceTime: contextTime * 1000 + offsetMs };
    },
  });
}

/** What was heard at an instant of `performance.now()`, as the device reports it. */
export interface RawPair {
  /** Seconds of context time. */
  readonly contextTime: number;
  /** Milliseconds of `performance.now()`. */
  readonly performanceTime: number;
  /** False where the browser has no such report and it was put together from the latency it states. */
  readonly reported: boolean;
}

/**
 * The original reading, untouched by the line the engine sees. The pair already is the audible instant, so
 * `outputLatency` is never added to it. `now` (ms of `performance.now()`) is used where there is none.
 */
export function rawPair(context: AudioContext, now: () => number = () => performance.now()): RawPair {
  const original = Object.getPrototypeOf(context) as Partial<Pick<AudioContext, "getOutputTimestamp">>;
  const { contextTime = 0, performanceTime = 0 } = original.getOutputTimestamp?.call(context) ?? {};
  if (contextTime > 0 && performanceTime > 0) return { contextTime, performanceTime, reported: true };
  const latency = context.outputLatency || context.baseLatency || 0;
  return { contextTime: context.currentTime - latency, performanceTime: now(), reported: false };
}

/** Readings in a row, of which the app's map takes the median. */
const BATCH = 20;

export interface PairBatch {
  /** In the app's own time. */
  readonly pairs: readonly { readonly local: LocalTime; readonly audio: AudioTime }[];
  /** False where the browser has no reports: the pairs are put together from the latency it states. */
  readonly reported: boolean;
}

/** One batch of raw pairs. */
export function pairBatch(context: AudioContext, clock: LocalClock): PairBatch {
  const raw = Array.from({ length: BATCH }, () => rawPair(context, () => clock.toPerformance(clock.now())));
  return {
    pairs: raw.map(({ contextTime, performanceTime }) => ({
      local: clock.fromPerformance(performanceTime),
      audio: audioTime(contextTime),
    })),
    reported: raw.every(({ reported }) => reported),
  };
}
