/** A knob's travel (0 to 1) against its parameter's value, and the value as it is read. Pure. */

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

/** Three significant figures and the unit: "1.2 kHz" (also of a note number), "85 ms", "+5 st", "0.35". */
export function format(value: number, unit: string): string {
  if (unit === "note") return format(440 * 2 ** ((value - 69) / 12), "Hz");
  if (unit === "semitones") return `${signed(value)} st`;
  if (unit === "s" && Math.abs(value) < 1) return `${figures(value * 1_000)} ms`;
  if (unit === "Hz" && Math.abs(value) >= 1_000) return `${figures(value / 1_000)} kHz`;
  return unit === "" ? figures(value) : `${figures(value)} ${unit}`;
}

const signed = (value: number): string =>
  value < 0 ? `\u2212${figures(-value)}` : value > 0 ? `+${figures(value)}` : "0";

function figures(value: number): string {
  const size = Math.abs(value);
  const text = value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Where a pan stands, in words. */
export const panWord = (pan: number): string =>
  Math.abs(pan) < 0.005 ? "centre" : `${Math.round(Math.abs(pan) * 100)} ${pan < 0 ? "left" : "right"}`;

/** "+0.8 ms", with a true minus sign. */
export function signedMs(seconds: number): string {
  const ms = seconds * 1_000;
  const text = Math.abs(ms) >= 10 ? Math.abs(ms).toFixed(0) : Math.abs(ms).toFixed(1);
  return `${Number(text) === 0 ? "±" : ms < 0 ? "\u2212" : "+"}${text} ms`;
}
