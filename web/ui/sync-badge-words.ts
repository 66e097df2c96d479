/** What the badge says of how well this browser is in time; the panel behind it has more to say (`sync-words.ts`). Pure. */
import type { ClockState } from "#shared/time/room-clock.ts";
import type { SyncReading } from "../state/sync-log.ts";

/** "0.8", "12": milliseconds, at least a tenth where it is a bound. */
export const figure = (ms: number): string => (ms >= 9.95 ? ms.toFixed(0) : ms.toFixed(1));
const boundMs = (seconds: number): string => figure(Math.max(0.1, seconds * 1_000));

/** "± 0.8 ms". */
export const within = (seconds: number): string => `± ${boundMs(seconds)} ms`;
export const STATE_WORDS: Readonly<Record<ClockState, string>> = {
  unlocked: "No beat yet",
  locking: "Tuning",
  locked: "In sync",
  holdover: "Held",
};

interface Badge {
  readonly word: string;
  readonly figure: string | null;
  /** What a screen reader says after the word, in the figure's place. */
  readonly spoken: string;
}

/** The state on one button: "In sync ± 0.8 ms", spoken "In sync within 0.8 milliseconds". */
export function badge({ state, errorBound }: Pick<SyncReading, "state" | "errorBound">): Badge {
  const word = STATE_WORDS[state];
  if (state === "unlocked" || state === "locking") return { word, figure: null, spoken: "" };
  const ms = boundMs(errorBound);
  const bound = `within ${ms} ${ms === "1.0" ? "millisecond" : "milliseconds"}`;
  const spoken = state === "locked" ? bound : `from memory, ${bound}`;
  return { word, figure: within(errorBound), spoken };
}
