/**
 * The synth parameters that knobs turn, by name and by their number on the wire. A parameter means the
 * same on every instrument; an instrument may narrow its range (`instruments.ts`). What is set per note
 * (pitch, length, loudness) and where a voice's sound goes are no parameters.
 */

export interface Param {
  /** u8 on the wire, never used for another parameter. */
  readonly id: number;
  /** The synthdef's own name for it. */
  readonly name: string;
  readonly label: string;
  /** "" for a plain number; "note" is a MIDI note number used as a pitch or as a filter's frequency. */
  readonly unit: "" | "s" | "Hz" | "note" | "semitones";
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** How a knob's travel divides the range; exponential has `min > 0`. */
  readonly curve: "linear" | "exponential";
}

const param = (
  id: number,
  name: string,
  label: string,
  unit: Param["unit"],
  [min, max]: readonly [number, number],
  standard: number,
  curve: Param["curve"] = "linear",
): Param => ({ id, name, label, unit, min, max, default: standard, curve });

/** Append only: an id stands for its parameter for ever. */
export const PARAMS: readonly Param[] = [
  param(1, "cutoff", "Cutoff", "note", [30, 130], 100),
  param(2, "res", "Resonance", "", [0, 0.95], 0.5),
  param(3, "attack", "Attack", "s", [0.001, 4], 0.005, "exponential"),
  param(4, "decay", "Decay", "s", [0.01, 20], 0.2, "exponential"),
  param(5, "sustain_level", "Sustain", "", [0, 1], 0.8),
  param(6, "release", "Release", "s", [0.01, 8], 0.2, "exponential"),
  param(7, "note", "Tune", "note", [12, 120], 52),
  param(8, "click", "Click", "", [0, 1], 0.3),
  param(9, "decay_curve", "Curve", "", [-250, -1], -7),
  param(10, "hpf", "Low cut", "note", [20, 130], 60),
  param(11, "lpf", "High cut", "note", [40, 130], 118),
  param(12, "mix", "Snap", "", [0, 1], 0.7),
  param(13, "rev", "Room", "", [0, 1], 1),
  param(14, "detune", "Detune", "semitones", [-36, 24], 0),
  param(15, "detune1", "Bend", "", [1, 2], 1.33),
  param(16, "drive", "Drive", "", [0.5, 5], 2),
  param(17, "cutoff_min", "Sweep from", "note", [10, 100], 30),
  param(18, "pulse_width", "Width", "", [0.05, 0.95], 0.5),
  param(19, "sub_amp", "Sub level", "", [0, 2], 1),
  param(20, "divisor", "Ratio", "", [0.25, 8], 2),
  param(21, "depth", "Brightness", "", [0, 8], 1),
  param(22, "mod_phase", "Wobble time", "s", [0.03, 4], 0.25, "exponential"),
  param(23, "mod_range", "Wobble range", "semitones", [0, 24], 5),
  param(24, "vibrato_rate", "Vibrato rate", "Hz", [0.5, 12], 6),
  param(25, "vibrato_depth", "Vibrato", "semitones", [0, 1], 0.15),
  param(26, "ring", "Ring", "", [0, 1], 0.2),
  param(27, "width", "Pulse", "", [0, 2], 0),
  param(28, "note_resolution", "Pitch grain", "semitones", [0, 1], 0),
  param(29, "clickiness", "Click", "", [0, 1], 0.1),
  param(30, "bass", "16 foot", "", [0, 8], 8),
  param(31, "quint", "5 1/3 foot", "", [0, 8], 8),
  param(32, "oct", "4 foot", "", [0, 8], 8),
  param(33, "rs_freq", "Rotor", "Hz", [0.1, 12], 6.7),
  param(34, "pluck_decay", "Ring time", "", [1, 200], 30, "exponential"),
  param(35, "coef", "Damping", "", [-0.9, 0.9], 0.3),
  param(36, "noise_amp", "Pick", "", [0, 1], 0.8),
  param(37, "lfo_width", "Tremolo", "", [0, 1], 0.3),
  param(38, "lfo_rate", "Tremolo rate", "Hz", [0.1, 12], 0.4, "exponential"),
  param(39, "mod_index", "Bell", "", [0, 1], 0.2),
  param(40, "phase", "Sweep time", "s", [0.03, 4], 1, "exponential"),
  param(41, "range", "Sweep range", "semitones", [0, 48], 24),
  param(42, "slope_start", "Start pitch", "note", [40, 110], 84),
  param(43, "boost", "Boost", "", [1, 16], 8),
];

const byName = new Map(PARAMS.map((each) => [each.name, each]));
const byId = new Map(PARAMS.map((each) => [each.id, each]));

export const paramByName = (name: string): Param | undefined => byName.get(name);
export const paramById = (id: number): Param | undefined => byId.get(id);
