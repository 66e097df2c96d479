/** Velocity as musicians write it: five dynamics, each a size of the note head and a word. */

export interface Dynamic {
  readonly mark: "pp" | "p" | "mf" | "f" | "ff";
  readonly word: string;
  /** What the step keys and the lanes set. */
  readonly velocity: number;
  /** Part of the cell that the note head fills. */
  readonly size: number;
}

export const DYNAMICS: readonly [Dynamic, Dynamic, Dynamic, Dynamic, Dynamic] = [
  { mark: "pp", word: "pianissimo", velocity: 30, size: 0.45 },
  { mark: "p", word: "piano", velocity: 55, size: 0.6 },
  { mark: "mf", word: "mezzo forte", velocity: 80, size: 0.75 },
  { mark: "f", word: "forte", velocity: 100, size: 0.9 },
  { mark: "ff", word: "fortissimo", velocity: 120, size: 1 },
];

const level = (velocity: number): number =>
  velocity <= 42 ? 0 : velocity <= 67 ? 1 : velocity <= 90 ? 2 : velocity <= 110 ? 3 : 4;

/** Law: `dynamic(d.velocity) === d` for every d of DYNAMICS. */
export const dynamic = (velocity: number): Dynamic => DYNAMICS[level(velocity)] ?? DYNAMICS[3];

/** The velocity one dynamic louder (`by` 1) or softer (-1), within pp and ff. */
export const louder = (velocity: number, by: 1 | -1): number =>
  (DYNAMICS[Math.max(0, Math.min(4, level(velocity) + by))] ?? DYNAMICS[3]).velocity;

export const GATE = { min: 0.125, max: 31.875 } as const;

/** A gate a half step longer or shorter, on whole eighths. */
export const longer = (gate: number, by: 1 | -1): number =>
  Math.max(GATE.min, Math.min(GATE.max, gate <= 0.5 && by < 0 ? gate / 2 : gate + by * 0.5));
