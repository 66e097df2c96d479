/**
 * What an instrument is: one synthdef, its four knobs and how loud it stands beside the others. How a
 * note becomes a voice's arguments is `voice.ts`'s; which instruments there are, `instruments.ts`'s.
 */
import { paramByName } from "./params.ts";

export interface Knob {
  /** A name of `params.ts` that the synthdef has. */
  readonly param: string;
  readonly label: string;
  readonly default: number;
  /** Where it is narrower than the parameter's own range. */
  readonly min?: number;
  readonly max?: number;
}

export interface Instrument {
  readonly id: string;
  readonly label: string;
  /** File name in the synthdef package, without its ending. */
  readonly synthdef: string;
  readonly kind: "drum" | "melodic";
  /** The one pitch of a drum's notes; the root of the octave a melodic instrument opens with. MIDI. */
  readonly pitch: number;
  /** "gate": the note's length is sent as attack and sustain. "oneshot": it ends by itself, in its own time. */
  readonly envelope: "gate" | "oneshot";
  readonly knobs: readonly [Knob, Knob, Knob, Knob];
  /** Synthdef arguments that are no knobs and differ from the synthdef's own defaults. */
  readonly fixed: Readonly<Record<string, number>>;
  /**
   * Linear factor that makes all instruments stand level: a half-second note of full velocity peaks at
   * 0.25 to 0.65, and a held one has 0.1 to 0.2 RMS. Measured on the engine with the default knobs.
   */
  readonly gain: number;
}

/** `[param, default, label?, min?, max?]`; what is left out is the parameter's own. */
type KnobRow = readonly [param: string, standard: number, label?: string, min?: number, max?: number];
export type Knobs = readonly [KnobRow, KnobRow, KnobRow, KnobRow];

function knob([param, standard, label, min, max]: KnobRow): Knob {
  return {
    param,
    label: label ?? paramByName(param)?.label ?? param,
    default: standard,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

export const knobs = ([a, b, c, d]: Knobs): Instrument["knobs"] => [knob(a), knob(b), knob(c), knob(d)];
