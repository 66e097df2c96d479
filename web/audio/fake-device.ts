/**
 * A page's audio device in virtual time: a context that reports as browsers do, the page's clock, and,
 * what no browser tells, when a sample leaves the speaker. For tests and simulations; true time is the
 * world's, in seconds.
 */
import { type Random, seededRandom } from "#shared/lib/random.ts";
import type { LocalClock } from "#shared/ports.ts";
import { localTime } from "#shared/time/instants.ts";

/**
 * `chromium`: a pair a callback, of that callback's instant. `firefox`: a pair of now, off by what its
 * buffers hold. `none`: no pairs, only the latency it states.
 */
export type Reports = "chromium" | "firefox" | "none";

export interface DeviceShape {
  /** From rendering to the speaker, seconds. */
  readonly latency: number;
  /** What the browser says of that; `latency` unless given. */
  readonly statedLatency?: number;
  /** How much faster the device's clock runs than true time, ppm. */
  readonly ppm?: number;
  readonly reports?: Reports;
  /** Half the width of what a pair is off, seconds: 0.05 ms in Chromium, 10 ms in Firefox. */
  readonly wobble?: number;
  /** Seconds of sound rendered at once. */
  readonly buffer?: number;
  /** The device begins to report this many seconds after its start. */
  readonly silentFor?: number;
  readonly seed?: number;
}

/** A page's local clock in seconds at a true time, a straight line at any one time. */
export type LocalAt = (time: number) => number;

/** True time at which the device starts. */
const START = 0;
const WOBBLE: Record<Reports, number> = { chromium: 0.000_05, firefox: 0.01, none: 0 };

interface Latency {
  readonly from: number;
  readonly seconds: number;
}

export class FakeDevice {
  /** True time; the test moves it forward. */
  time = 0;
  readonly context: AudioContext;
  readonly clock: LocalClock;
  readonly rate: number;
  stated: number;
  readonly #shape: DeviceShape;
  readonly #localAt: LocalAt;
  readonly #random: Random;
  readonly #latencies: Latency[];
  #pair: { readonly rendered: number; readonly off: number } = { rendered: -1, off: 0 };

  constructor(shape: DeviceShape, localAt: LocalAt = (time) => time) {
    this.#shape = shape;
    this.#localAt = localAt;
    this.#random = seededRandom(shape.seed ?? 1);
    this.#latencies = [{ from: Number.NEGATIVE_INFINITY, seconds: shape.latency }];
    this.rate = 1 + (shape.ppm ?? 0) / 1e6;
    this.stated = shape.statedLatency ?? shape.latency;
    this.context = (shape.reports === "none" ? new FakeContext(this) : new ReportingContext(this)) as never;
    // The engine's exact line, which our own readings must not be taken from.
    Object.defineProperty(this.context, "getOutputTimestamp", {
      value: () => ({ contextTime: 1, performanceTime: 1 }),
    });
    this.clock = {
      now: () => localTime(this.#localAt(this.time)),
      fromPerformance: (ms) => localTime(ms / 1000),
      toPerformance: (local) => local * 1000,
    };
  }

  /** Another device is plugged in, or the same one buffers more: from now on sound leaves this much later. */
  setLatency(seconds: number): void {
    this.#latencies.push({ from: this.time, seconds });
    this.stated = seconds;
  }

  /** Seconds rendered by now. */
  get currentTime(): number {
    return this.currentTimeAt(this.time);
  }

  /** Seconds rendered by a true time, in whole buffers. */
  currentTimeAt(time: number): number {
    return Math.floor(((time - START) * this.rate) / this.#buffer + 1e-9) * this.#buffer;
  }

  /** True time at which the sample of that context time leaves the speaker. */
  speakerTime(contextTime: number): number {
    for (const { from, seconds } of this.#latencies.toReversed()) {
      const time = START + (contextTime + seconds) / this.rate;
      if (time >= from) return time;
    }
    return Number.NaN;
  }

  /** What the browser's own `getOutputTimestamp` answers. */
  report(): AudioTimestamp {
    const { reports = "chromium", wobble = WOBBLE[reports], silentFor = 0 } = this.#shape;
    const rendered = this.currentTime;
    if (this.time - START < silentFor || rendered === 0) return { contextTime: 0, performanceTime: 0 };
    if (this.#pair.rendered !== rendered) this.#pair = { rendered, off: (this.#random() * 2 - 1) * wobble };
    const time = reports === "firefox" ? this.time : START + rendered / this.rate;
    return {
      contextTime: this.#heardAt(time) + this.#pair.off,
      performanceTime: this.#localAt(time) * 1000,
    };
  }

  get #buffer(): number {
    return this.#shape.buffer ?? 480 / 48_000;
  }

  #heardAt(time: number): number {
    const latency = this.#latencies.findLast(({ from }) => time >= from)?.seconds ?? 0;
    return (time - START) * this.rate - latency;
  }
}

/** An `AudioContext`, as far as its clock is read. */
class FakeContext {
  readonly state = "running";
  readonly sampleRate = 48_000;
  protected readonly device: FakeDevice;

  constructor(device: FakeDevice) {
    this.device = device;
  }

  get currentTime(): number {
    return this.device.currentTime;
  }

  get outputLatency(): number {
    return this.device.stated;
  }

  get baseLatency(): number {
    return 0.01;
  }
}

class ReportingContext extends FakeContext {
  getOutputTimestamp(): AudioTimestamp {
    return this.device.report();
  }
}
