/**
 * What a benchmark gives and how it is shown: rows of figures, bars to clear, and the machine's load
 * they were taken under; as a table for a reader and as plain JSON for a machine. Pure.
 */

export interface Row {
  /** What was done: "relay", "sab". */
  readonly case: string;
  /** Who did it: "tutti", or the name of a rival. */
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

/** A promise about a figure: it holds while the value is at most the target. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly target: number;
  readonly holds: boolean;
}

export interface Load {
  readonly cores: number;
  /** Processes that ran or waited to run, averaged over the minute before the benchmark and its last. */
  readonly before: number;
  readonly after: number;
  /** The share of all cores' time, 0 to 1, that anything on the machine used while it ran. */
  readonly busy: number;
}

export interface Outcome {
  readonly rows: readonly Row[];
  readonly bars: readonly Bar[];
}

export interface Report extends Outcome {
  readonly bench: string;
  /** ISO 8601, when it began. */
  readonly date: string;
  readonly load: Load;
}

/** Rows of one subject in one case: `row(metric, value, unit)`. */
export const rowOf =
  (name: string, subject: string) =>
  (metric: string, value: number, unit: string): Row => ({ case: name, subject, metric, value, unit });

/** A figure that could not be measured (NaN) holds nothing. */
export function atMost(name: string, value: number, target: number): Bar {
  return { name, value, target, holds: value <= target };
}

/** Four significant digits; JSON has no NaN, so that what was not measured is null. */
const rounded = (value: number): number => Number(value.toPrecision(4));

export function toJson({ bench, date, load, rows, bars }: Report): string {
  const round = <T extends { readonly value: number }>(entry: T) => ({
    ...entry,
    value: rounded(entry.value),
  });
  const { cores, before, after, busy } = load;
  const shown = {
    bench,
    date,
    load: { cores, before: rounded(before), after: rounded(after), busy: rounded(busy) },
    rows: rows.map(round),
    bars: bars.map(round),
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

/** "12.3", "0.456", "1234": three digits where they say something, "–" for what was not measured. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Lines of cells, the first column flush left, the others flush right. */
function columns(lines: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(...lines.map((line) => (line[i] ?? "").length)),
  );
  const pad = (cell: string, i: number) =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return lines.map((line) => line.map(pad).join("   ").trimEnd());
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** One case: a line a metric, a column a subject, and how the first subject compares with each other one. */
function caseLines(name: string, rows: readonly Row[]): string[][] {
  const [ours = "", ...rivals] = unique(rows.map((row) => row.subject));
  const header = [name, ours, ...rivals, ...rivals.map((rival) => `${ours} / ${rival}`)];
  const lines = unique(rows.map((row) => row.metric)).map((metric) => {
    const of = (subject: string) =>
      rows.find((row) => row.metric === metric && row.subject === subject)?.value ?? Number.NaN;
    const unit = rows.find((row) => row.metric === metric)?.unit ?? "";
    const values = [ours, ...rivals].map((subject) => figure(of(subject)));
    const ratios = rivals.map((rival) => (of(rival) === 0 ? "–" : figure(of(ours) / of(rival))));
    return [`  ${metric}${unit === "" ? "" : `, ${unit}`}`, ...values, ...ratios];
  });
  return [header, ...lines];
}

export function toTable({ bench, date, load, rows, bars }: Report): string {
  const { cores, before, after, busy } = load;
  const title =
    `${bench}, ${date}: ${cores} cores, load ${figure(before)} before and ${figure(after)} after, ` +
    `${Math.round(busy * 100)} % busy`;
  const lines: string[][] = [];
  for (const name of unique(rows.map((row) => row.case))) {
    if (lines.length > 0) lines.push([]);
    const ofCase = rows.filter((row) => row.case === name);
    lines.push(...caseLines(name, ofCase));
  }
  const verdicts = bars.map(({ name, value, target, holds }) => [
    `  ${name}`,
    figure(value),
    `≤ ${figure(target)}`,
    holds ? "holds" : "FAILS",
  ]);
  return [title, "", ...columns(lines), "", ...columns([["bars"], ...verdicts])].join("\n");
}
