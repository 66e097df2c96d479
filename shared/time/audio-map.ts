/**
 * From local time to the audio device's time, out of raw `getOutputTimestamp()` pairs. Such a pair
 * already is the audible instant, so no latency is added; but single pairs wobble (0.05 ms in
 * Chromium, 10 ms in Firefox), and the device's clock may run 1,000 ppm off. So: medians of a quarter
 * of a second, a line through many of them, and a snap where the device itself has changed.
 */
import { type AudioTime, type LocalTime, localTime } from "./instants.ts";
import { at, type Line } from "./line.ts";
import { type Fit, fitAt, fitLine, median, type SlopePrior } from "./regression.ts";

/** Pairs come some twenty at a time, four times a second: a bin is one such reading. */
const BIN_SECONDS = 0.25;
/** 16 s: long enough to tell 10 ppm in Chromium, short enough to follow a device's wander. */
const MAX_BINS = 64;
const DEVICE_DRIFT: SlopePrior = { slope: 0, deviation: 500e-6 };
/** Scatter below which bins are not told apart: `performance.now()` is rounded to 5 to 100 µs. */
const RESOLUTION = 50e-6;
/** A change above this is the device's, not an error of reading. */
const SNAP = 0.003;
/** How many bins in a row must agree on a change; the more they scatter, the more of them it takes. */
const RUNS = [2, 4, 8] as const;
/** Bins that must stand before the last ones for those to be judged by. */
const SETTLED_BINS = 8;
/** What a bin closes of the difference between the line given out and the fitted one. */
const SHARE_PER_BIN = 0.25;

interface Bin {
  readonly x: number;
  /** Audio minus local time. */
  readonly y: number;
}

interface Pair {
  readonly local: LocalTime;
  readonly audio: AudioTime;
}

/** The standard deviation that these residuals would have, had they no outliers. */
const scatterOf = (residuals: readonly number[]): number =>
  Math.max(RESOLUTION, 1.4826 * median(residuals.map(Math.abs)));

/**
 * A line through the bins, each weighted by how much all of them scatter about it, outliers left out.
 * Three rounds: the first takes the bins for one value, so that two bins 20 ms apart make no slope.
 */
function fitBins(bins: readonly Bin[]): Fit | null {
  const level = median(bins.map(({ y }) => y));
  let fit: Fit | null = null;
  for (let round = 0; round < 3; round++) {
    const before: Fit | null = fit;
    const residuals: number[] = bins.map(({ x, y }) => y - (before ? fitAt(before, x) : level));
    const scatter = scatterOf(residuals);
    const samples = bins.map(({ x, y }) => ({ x, y, weight: 1 / scatter ** 2 }));
    const kept = samples.filter((_, index) => Math.abs(residuals[index] ?? 0) <= 4 * scatter);
    fit = fitLine(kept, DEVICE_DRIFT) ?? before;
  }
  return fit;
}

export class AudioMap {
  #bins: Bin[] = [];
  #open: Pair[] = [];
  #line: Line | null = null;
  #trim = 0;
  #generation = 0;

  /** Grows with every snap: what is planned in audio time is to be planned again. */
  get generation(): number {
    return this.#generation;
  }

  /** Takes a raw pair in; true when it showed that the device's clock has jumped and the map with it. */
  add(pair: Pair): boolean {
    const first = this.#open[0];
    if (first && pair.local >= first.local && pair.local - first.local < BIN_SECONDS / 2) {
      this.#open.push(pair);
      if (this.#bins.length === 0) this.#line = this.#roughLine();
      return false;
    }
    const hasSnapped = first !== undefined && this.#close();
    this.#open = [pair];
    this.#line ??= this.#roughLine();
    return hasSnapped;
  }

  /** Local → audio: what is played at `at(line, t)` of the context is heard at local time t. Null before any pair. */
  line(): Line | null {
    return this.#line && { ...this.#line, y: this.#line.y - this.#trim };
  }

  /**
   * Seconds by which the speakers are later than the device says (Bluetooth); what is played is played
   * that much earlier. A change of more than 3 ms counts as a snap.
   */
  setTrim(seconds: number): void {
    if (Math.abs(seconds - this.#trim) > SNAP) this.#generation++;
    this.#trim = seconds;
  }

  /** The device or the context is another: forget all, and take the next pair as it is. */
  reset(): void {
    this.#bins = [];
    this.#open = [];
    this.#line = null;
    this.#generation++;
  }

  #roughLine(): Line {
    const { x, y } = this.#openBin();
    return { x, y: x + y, rate: 1 };
  }

  #openBin(): Bin {
    return {
      x: median(this.#open.map(({ local }) => local)),
      y: median(this.#open.map(({ local, audio }) => audio - local)),
    };
  }

  /** Makes the open reading a bin and moves the line; true when it snapped. */
  #close(): boolean {
    const bin = this.#openBin();
    const newest = this.#bins.at(-1);
    // Time went backwards (another page's clock) or the page slept: the past says nothing any more.
    if (newest && (bin.x <= newest.x || bin.x - newest.x > MAX_BINS * BIN_SECONDS)) this.#bins = [];
    this.#bins = [...this.#bins, bin].slice(-MAX_BINS);
    const jumped = RUNS.find((run) => this.#hasJumped(run));
    if (jumped !== undefined) this.#bins = this.#bins.slice(-jumped);
    return this.#moveTo(bin.x, jumped !== undefined);
  }

  /** Whether the last `run` bins all stand off the line of those before, by more than these scatter. */
  #hasJumped(run: number): boolean {
    if (!this.#bins.slice(-run).some((bin) => this.#isOff(bin))) return false;
    const before = this.#bins.slice(0, -run);
    const fit = before.length >= SETTLED_BINS ? fitBins(before) : null;
    if (!fit) return false;
    const scatter = scatterOf(before.map(({ x, y }) => y - fitAt(fit, x)));
    const limit = Math.max(SNAP, (5 * scatter) / Math.sqrt(run));
    const offs = this.#bins.slice(-run).map(({ x, y }) => y - fitAt(fit, x));
    const off = median(offs);
    return Math.abs(off) > limit && offs.every((each) => Math.sign(each) === Math.sign(off));
  }

  /** Whether the bin is off the line given out by half of what would be a jump: most never are, which saves their fits. */
  #isOff({ x, y }: Bin): boolean {
    return this.#line === null || Math.abs(x + y - at(this.#line, x)) > SNAP / 2;
  }

  #moveTo(x: number, hasJumped: boolean): boolean {
    const fit = fitBins(this.#bins);
    if (!fit) return false;
    const target = { x, y: x + fitAt(fit, x), rate: 1 + fit.slope };
    const old = this.#line && at(this.#line, localTime(x));
    const difference = old === null ? 0 : target.y - old;
    const isSettling = this.#bins.length <= SETTLED_BINS;
    const share = hasJumped || isSettling ? 1 : SHARE_PER_BIN;
    this.#line = { ...target, y: target.y - difference * (1 - share) };
    if (hasJumped) this.#generation++;
    return hasJumped;
  }
}
