/**
 * The XY pad of a part: which two of its controls one hand moves together. Any parameter of its
 * instrument, any of its effects, its volume or its pan can stand on either axis; what nobody has chosen,
 * or the instrument does not have, the pad chooses itself, so that every part has one that plays.
 */
import { EFFECTS, effectWords, isTrackEffect, TRACK_EFFECTS } from "./effects.ts";
import { format, panWord } from "./figures.ts";
import { type Instrument, instrumentById } from "./instruments.ts";
import { isLevel, type Level, LEVELS } from "./levels.ts";
import type { Track } from "./model.ts";
import { paramByName } from "./params.ts";
import type { TravelRange } from "./travel.ts";
import { knobRange } from "./voice.ts";

/** Names of controls, as registers and hands have them. */
export interface PadControls {
  readonly x: string;
  readonly y: string;
}

/** A control as the screen has it. */
export interface ControlInfo {
  readonly label: string;
  readonly range: TravelRange;
  /** Where it stands on a part that nobody has touched. */
  readonly rest: number;
  words(value: number): string;
}

const LEVEL_INFO: Readonly<Record<Level, ControlInfo>> = {
  volume: {
    label: "Volume",
    range: LEVELS.volume,
    rest: 0.8,
    words: (value) => `${Math.round(value * 100)} %`,
  },
  pan: { label: "Pan", range: LEVELS.pan, rest: 0, words: panWord },
};

/** Null for what is no control of a part with this instrument. */
export function controlInfo(instrument: Instrument, name: string): ControlInfo | null {
  if (isTrackEffect(name)) {
    const { label, default: rest } = EFFECTS[name];
    return { label, range: EFFECTS[name], rest, words: (value) => effectWords(name, value) };
  }
  const knob = instrument.knobs.find(({ param }) => param === name);
  const range = knobRange(instrument, name);
  const { curve = "linear", unit = "" } = paramByName(name) ?? {};
  if (knob && range)
    return {
      label: knob.label,
      range: { ...range, curve },
      rest: knob.default,
      words: (value) => format(value, unit),
    };
  return isLevel(name) ? LEVEL_INFO[name] : null;
}

/** What can stand on an axis, in the order of the menu. */
export const padChoices = (instrument: Instrument): string[] => [
  ...instrument.knobs.map(({ param }) => param),
  ...TRACK_EFFECTS,
  ...Object.keys(LEVELS),
];

/** Knobs that say how a note begins and ends: little to play with in notes that sound. */
const ENVELOPE = ["attack", "decay", "sustain_level", "release"];
/** What a hand looks for first. */
const FIRST = ["cutoff", "res"];

/** The instrument's own choice: cutoff and resonance where it has them, else other knobs and effects. */
function ownChoice(instrument: Instrument): string[] {
  const knobs = instrument.knobs.map(({ param }) => param);
  // A drum's decay is its tone, and the curve of it nothing to sweep.
  const isDull = (param: string) =>
    instrument.kind === "drum" ? param === "decay_curve" : ENVELOPE.includes(param);
  const first = FIRST.filter((param) => knobs.includes(param));
  const others = knobs.filter((param) => !isDull(param) && !first.includes(param));
  const fill = first.includes("cutoff") ? ["echo"] : ["filter", "resonance"];
  return [...first, ...others, ...fill];
}

/**
 * What stands on the axes of a part's pad. Laws: both are controls of the instrument, and never the same one
 * twice; a choice that counts is kept, the x axis's before the y axis's. Null for an instrument that is not
 * known here.
 */
export function padOf({
  instrument,
  padX,
  padY,
}: Pick<Track, "instrument" | "padX" | "padY">): PadControls | null {
  const known = instrumentById(instrument);
  if (!known) return null;
  const own = ownChoice(known);
  const chosen = (name: string): string | null => (controlInfo(known, name) ? name : null);
  const y = chosen(padY);
  const x = chosen(padX) ?? own.find((each) => each !== y) ?? "volume";
  return { x, y: y !== null && y !== x ? y : (own.find((each) => each !== x) ?? "pan") };
}
