/** A knob's travel (0 to 1) against its parameter's value. Pure. */

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly curve: "linear" | "exponential";
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value));

const isExponential = (range: Range): boolean => range.curve === "exponential" && range.min > 0;

/** Law: `travelOf(range, valueAt(range, t))` is t, up to rounding, for t from 0 to 1. */
export function travelOf(range: Range, value: number): number {
  const { min, max } = range;
  if (max <= min) return 0;
  const within = clamp(value, min, max);
  return isExponential(range) ? Math.log(within / min) / Math.log(max / min) : (within - min) / (max - min);
}

export function valueAt(range: Range, travel: number): number {
  const { min, max } = range;
  const t = clamp(travel, 0, 1);
  return isExponential(range) ? min * (max / min) ** t : min + (max - min) * t;
}

/** "+0.8 ms", with a true minus sign. */
export function signedMs(seconds: number): string {
  const ms = seconds * 1_000;
  const text = Math.abs(ms) >= 10 ? Math.abs(ms).toFixed(0) : Math.abs(ms).toFixed(1);
  return `${Number(text) === 0 ? "±" : ms < 0 ? "\u2212" : "+"}${text} ms`;
}
