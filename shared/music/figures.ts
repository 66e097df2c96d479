/** Values of parameters as musicians read them. */

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
