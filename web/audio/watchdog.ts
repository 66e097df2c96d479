/** Whether the audio device keeps up, and whether the machine slept: judged from three clocks. */

export interface Reading {
  /** `performance.now()`, in seconds. */
  readonly monotonic: number;
  /** The context's `currentTime`. */
  readonly context: number;
  /** `Date.now()`, in seconds. */
  readonly wall: number;
}

/** "unknown" until readings span long enough to judge by. */
export type Verdict = "unknown" | "fine" | "starved" | "slept";

/** What a device must be watched for before it counts as starved, and before it counts as well, in seconds. */
const STARVED_SPAN = 0.5;
const FINE_SPAN = 0.2;
const LEAST_PROGRESS = 0.9;
/** Over the shorter span only a device that lost nothing is well. */
const FULL_PROGRESS = 0.95;
const CLOCKS_APART = 0.25;

/**
 * Laws: a context that makes less than 90 % of real progress over half a second is starved; wall and
 * monotonic clock moving apart by more than 250 ms between two readings is a sleep.
 */
export class Watchdog {
  #readings: Reading[] = [];

  judge(reading: Reading): Verdict {
    const last = this.#readings.at(-1);
    const apart = last ? reading.wall - last.wall - (reading.monotonic - last.monotonic) : 0;
    if (Math.abs(apart) > CLOCKS_APART) {
      this.#readings = [reading];
      return "slept";
    }
    this.#readings.push(reading);
    const from = this.#readings.findLastIndex(
      ({ monotonic }) => reading.monotonic - monotonic >= STARVED_SPAN,
    );
    if (from > 0) this.#readings.splice(0, from);
    const [first] = this.#readings as [Reading];
    const span = reading.monotonic - first.monotonic;
    const progress = span > 0 ? (reading.context - first.context) / span : 0;
    if (from >= 0) return progress < LEAST_PROGRESS ? "starved" : "fine";
    return span >= FINE_SPAN && progress >= FULL_PROGRESS ? "fine" : "unknown";
  }

  /** Forgets everything: the context stood still on purpose. */
  reset(): void {
    this.#readings = [];
  }

  /** Forgets what was before the last reading. */
  restart(): void {
    this.#readings = this.#readings.slice(-1);
  }
}
