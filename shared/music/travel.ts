/** How far a control is turned (its travel, 0 to 1) against the value it stands at. */

export interface TravelRange {
  readonly min: number;
  readonly max: number;
  readonly curve: "linear" | "exponential";
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value));

const isExponential = ({ curve, min }: TravelRange): boolean => curve === "exponential" && min > 0;

/** Law: `travelOf(range, valueAt(range, t))` is t, up to rounding, for t from 0 to 1. */
export function travelOf(range: TravelRange, value: number): number {
  const { min, max } = range;
  if (max <= min) return 0;
  const within = clamp(value, min, max);
  return isExponential(range) ? Math.log(within / min) / Math.log(max / min) : (within - min) / (max - min);
}

export function valueAt(range: TravelRange, travel: number): number {
  const { min, max } = range;
  const t = clamp(travel, 0, 1);
  return isExponential(range) ? min * (max / min) ** t : min + (max - min) * t;
}
