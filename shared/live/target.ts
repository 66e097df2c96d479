/**
 * What a hand can move while it is heard: one control of one track. The numbering has room for controls
 * that this version does not know; those are read, passed on and left alone.
 */
import { EFFECTS, TRACK_EFFECTS } from "../music/effects.ts";
import { LEVELS } from "../music/levels.ts";
import { paramById } from "../music/params.ts";
import type { TravelRange } from "../music/travel.ts";

/** By their number on the wire, two bits. `later` is kept free. */
export const TARGET_KINDS = ["param", "level", "effect", "later"] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface Target {
  readonly track: number;
  readonly kind: TargetKind;
  /** `param`: its id in `music/params.ts`; `level`: see `LEVEL`; `effect`: its place in `TRACK_EFFECTS`. u8. */
  readonly index: number;
}

export const LEVEL = { volume: 0, pan: 1 } as const;

export const targetKey = ({ track, kind, index }: Target): string => `${track}:${kind}:${index}`;

/**
 * What travel 0 to 1 means; null for a control that is not known here. A parameter's is its own range and
 * not an instrument's narrower one, so that it does not hang on which instrument is there just now.
 */
export function rangeOf({ kind, index }: Target): TravelRange | null {
  switch (kind) {
    case "param":
      return paramById(index) ?? null;
    case "level":
      return index === LEVEL.volume ? LEVELS.volume : index === LEVEL.pan ? LEVELS.pan : null;
    case "effect": {
      const effect = TRACK_EFFECTS[index];
      return effect ? EFFECTS[effect] : null;
    }
    case "later":
      return null;
  }
}
