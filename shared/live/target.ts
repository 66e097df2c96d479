/**
 * What a hand can move while it is heard: one control of one track, or of the room. The numbering has room for
 * controls that this version does not know; those are read, passed on and left alone.
 */
import { EFFECTS, ROOM_EFFECTS, TRACK_EFFECTS } from "../music/effects.ts";
import { LEVELS } from "../music/levels.ts";
import { paramById } from "../music/params.ts";
import type { TravelRange } from "../music/travel.ts";

/** By their number on the wire, two bits. */
export const TARGET_KINDS = ["param", "level", "effect", "room"] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface Target {
  /** Of the room's: `ROOM_TRACK`. */
  readonly track: number;
  readonly kind: TargetKind;
  /** `param`: its id in `music/params.ts`; `level`: see `LEVEL`; `effect`: its place in `TRACK_EFFECTS`; `room`: in `ROOM_EFFECTS`. u8. */
  readonly index: number;
}

/** Stands where a control has no track. */
export const ROOM_TRACK = 0;

export const LEVEL = { volume: 0, pan: 1 } as const;

export const targetKey = ({ track, kind, index }: Target): string => `${track}:${kind}:${index}`;

/**
 * What travel 0 to 1 means; null for a control that is not known here. A parameter's is its own range and
 * not an instrument's narrower one, so that it does not hang on which instrument is there just now.
 */
export function rangeOf({ track, kind, index }: Target): TravelRange | null {
  switch (kind) {
    case "param":
      return paramById(index) ?? null;
    case "level":
      return index === LEVEL.volume ? LEVELS.volume : index === LEVEL.pan ? LEVELS.pan : null;
    case "effect": {
      const effect = TRACK_EFFECTS[index];
      return effect ? EFFECTS[effect] : null;
    }
    case "room": {
      const effect = track === ROOM_TRACK ? ROOM_EFFECTS[index] : undefined;
      // The echo's time goes by whole steps: it is chosen, not turned.
      return effect && effect !== "echoSteps" ? EFFECTS[effect] : null;
    }
  }
}
