/**
 * What a track can be played with: one synthdef each, its four knobs and how loud it stands beside
 * the others. How a note becomes a voice's arguments is `voice.ts`'s; nothing here makes a sound.
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
  /** Linear factor that makes a full-velocity note peak near 0.5, so that all instruments stand level. */
  readonly gain: number;
}

/** `[param, default, label?, min?, max?]`; what is left out is the parameter's own. */
type KnobRow = readonly [param: string, standard: number, label?: string, min?: number, max?: number];
type Knobs = readonly [KnobRow, KnobRow, KnobRow, KnobRow];

function knob([param, standard, label, min, max]: KnobRow): Knob {
  return {
    param,
    label: label ?? paramByName(param)?.label ?? param,
    default: standard,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

const knobs = ([a, b, c, d]: Knobs): Instrument["knobs"] => [knob(a), knob(b), knob(c), knob(d)];

const drum = (
  id: string,
  label: string,
  synthdef: string,
  pitch: number,
  gain: number,
  rows: Knobs,
): Instrument => ({
  id,
  label,
  synthdef: `sonic-pi-${synthdef}`,
  kind: "drum",
  pitch,
  envelope: "oneshot",
  knobs: knobs(rows),
  fixed: {},
  gain,
});

const synth = (
  id: string,
  label: string,
  pitch: number,
  gain: number,
  rows: Knobs,
  fixed: Readonly<Record<string, number>> = {},
): Instrument => ({
  id,
  label,
  synthdef: `sonic-pi-${id}`,
  kind: "melodic",
  pitch,
  envelope: "gate",
  knobs: knobs(rows),
  fixed,
  gain,
});

/** Pitches of drums follow General MIDI, so that a pad controller fits. */
const DRUMS: readonly Instrument[] = [
  drum("kick", "Kick", "sc808_bassdrum", 36, 1, [
    ["note", 34, "Tune", 22, 52],
    ["decay", 1.2, "Decay", 0.2, 4],
    ["click", 0.35, "Click"],
    ["decay_curve", -7, "Curve", -20, -1],
  ]),
  drum("snare", "Snare", "sc808_snare", 38, 1, [
    ["note", 65, "Tune", 50, 80],
    ["decay", 4.2, "Decay", 0.5, 10],
    ["mix", 0.7, "Snap"],
    ["hpf", 93, "Low cut", 40, 115],
  ]),
  drum("closed-hat", "Closed hat", "sc808_closed_hihat", 42, 1, [
    ["decay", 0.42, "Decay", 0.05, 1.5],
    ["decay_curve", -30, "Curve", -60, -2],
    ["hpf", 121, "Low cut", 90, 128],
    ["lpf", 121, "High cut", 90, 130],
  ]),
  drum("open-hat", "Open hat", "sc808_open_hihat", 46, 1, [
    ["decay", 0.5, "Decay", 0.1, 2],
    ["decay_curve", -3, "Curve", -30, -1],
    ["hpf", 118.5, "Low cut", 90, 128],
    ["lpf", 107, "High cut", 80, 130],
  ]),
  drum("clap", "Clap", "sc808_clap", 39, 1, [
    ["rev", 1, "Room"],
    ["click", 0.5, "Snap"],
    ["hpf", 71, "Low cut", 40, 100],
    ["lpf", 84, "High cut", 70, 120],
  ]),
  drum("rimshot", "Rimshot", "sc808_rimshot", 37, 1, [
    ["note", 92, "Tune", 70, 110],
    ["decay", 0.07, "Decay", 0.02, 0.5],
    ["click", 1, "Click"],
    ["hpf", 63, "Low cut", 40, 110],
  ]),
  drum("cowbell", "Cowbell", "sc808_cowbell", 56, 1, [
    ["note", 79.6, "Tune", 60, 100],
    ["detune", -7.08, "Interval", -14, 0],
    ["decay", 9.5, "Decay", 1, 20],
    ["hpf", 59, "Low cut", 30, 100],
  ]),
  drum("cymbal", "Cymbal", "sc808_cymbal", 49, 1, [
    ["decay", 2, "Decay", 0.3, 6],
    ["decay_curve", -3, "Curve", -30, -1],
    ["tone", 0.25, "Tone"],
    ["pan", 0, "Pan"],
  ]),
  drum("claves", "Claves", "sc808_claves", 75, 1, [
    ["note", 99, "Tune", 80, 115],
    ["decay", 0.1, "Decay", 0.03, 0.6],
    ["decay_curve", -20, "Curve", -60, -2],
    ["click", 1, "Click"],
  ]),
  drum("maracas", "Maracas", "sc808_maracas", 70, 1, [
    ["decay", 0.07, "Decay", 0.02, 0.5],
    ["decay_curve", -250, "Curve"],
    ["hpf", 113, "Low cut", 80, 125],
    ["click", 0.03, "Attack", 0.002, 0.06],
  ]),
  drum("tom-low", "Low tom", "sc808_tomlo", 45, 1, [
    ["note", 40, "Tune", 28, 56],
    ["decay", 20, "Decay", 2, 20],
    ["click", 0.4, "Click"],
    ["detune1", 1.25, "Bend"],
  ]),
  drum("tom-mid", "Mid tom", "sc808_tommid", 47, 1, [
    ["note", 44, "Tune", 32, 60],
    ["decay", 16, "Decay", 2, 20],
    ["click", 0.4, "Click"],
    ["detune1", 1.333, "Bend"],
  ]),
  drum("tom-high", "High tom", "sc808_tomhi", 50, 1, [
    ["note", 52, "Tune", 40, 68],
    ["decay", 11, "Decay", 2, 20],
    ["click", 0.4, "Click"],
    ["detune1", 1.333, "Bend"],
  ]),
  drum("conga-low", "Low conga", "sc808_congalo", 64, 1, [
    ["note", 52, "Tune", 40, 64],
    ["decay", 18, "Decay", 2, 20],
    ["click", 0.15, "Click"],
    ["detune1", 1.333, "Bend"],
  ]),
  drum("conga-mid", "Mid conga", "sc808_congamid", 63, 1, [
    ["note", 57, "Tune", 45, 70],
    ["decay", 9, "Decay", 2, 20],
    ["click", 0.15, "Click"],
    ["detune1", 1.333, "Bend"],
  ]),
  drum("conga-high", "High conga", "sc808_congahi", 62, 1, [
    ["note", 65, "Tune", 50, 78],
    ["decay", 6, "Decay", 1, 20],
    ["click", 0.15, "Click"],
    ["detune1", 1.23, "Bend"],
  ]),
  drum("gabberkick", "Gabber kick", "gabberkick", 35, 1, [
    ["slope_start", 84, "Start pitch"],
    ["boost", 8, "Boost"],
    ["cutoff", 119, "Cutoff", 60, 130],
    ["res", 0.2, "Resonance", 0, 0.9],
  ]),
];

const BASSES: readonly Instrument[] = [
  synth("tb303", "Acid bass", 36, 1, [
    ["cutoff", 92, "Cutoff", 40, 125],
    ["res", 0.75, "Resonance"],
    ["cutoff_min", 40, "Sweep from"],
    ["release", 0.18, "Decay", 0.03, 2],
  ]),
  synth("bass_foundation", "Soft bass", 36, 1, [
    ["cutoff", 83, "Cutoff"],
    ["res", 0.5, "Resonance"],
    ["attack", 0.004],
    ["release", 0.12],
  ]),
  synth("bass_highend", "Bright bass", 36, 1, [
    ["cutoff", 102, "Cutoff"],
    ["res", 0.6, "Resonance"],
    ["drive", 2],
    ["release", 0.12],
  ]),
  synth("subpulse", "Sub bass", 36, 1, [
    ["cutoff", 90],
    ["pulse_width", 0.5],
    ["sub_amp", 1],
    ["release", 0.12],
  ]),
  synth(
    "chipbass",
    "Chip bass",
    36,
    1,
    [
      ["note_resolution", 0],
      ["attack", 0.002],
      ["sustain_level", 0.9],
      ["release", 0.06],
    ],
    { decay: 0.1 },
  ),
];

const LEADS: readonly Instrument[] = [
  synth("prophet", "Prophet", 60, 1, [
    ["cutoff", 100],
    ["res", 0.5],
    ["attack", 0.01],
    ["release", 0.3],
  ]),
  synth(
    "blade",
    "Blade",
    60,
    1,
    [
      ["cutoff", 100],
      ["vibrato_rate", 6],
      ["vibrato_depth", 0.15],
      ["release", 0.3],
    ],
    { attack: 0.01, vibrato_delay: 0.2 },
  ),
  synth("fm", "FM", 60, 1, [
    ["divisor", 2],
    ["depth", 1],
    ["attack", 0.004],
    ["release", 0.3],
  ]),
  synth(
    "mod_fm",
    "Wobble FM",
    60,
    1,
    [
      ["mod_phase", 0.25],
      ["mod_range", 5],
      ["depth", 1],
      ["release", 0.2],
    ],
    { attack: 0.005 },
  ),
  synth(
    "saw",
    "Saw",
    60,
    1,
    [
      ["cutoff", 100],
      ["attack", 0.005],
      ["sustain_level", 0.8],
      ["release", 0.2],
    ],
    { decay: 0.1 },
  ),
  synth("dsaw", "Twin saw", 60, 1, [
    ["cutoff", 100],
    ["detune", 0.1, "Detune", 0, 1],
    ["attack", 0.005],
    ["release", 0.2],
  ]),
  synth(
    "mod_saw",
    "Wobble saw",
    60,
    1,
    [
      ["mod_phase", 0.25],
      ["mod_range", 5],
      ["cutoff", 100],
      ["release", 0.2],
    ],
    { attack: 0.005 },
  ),
  synth("supersaw", "Super saw", 60, 1, [
    ["cutoff", 120],
    ["res", 0.4],
    ["attack", 0.01],
    ["release", 0.3],
  ]),
  synth("tech_saws", "Tech saws", 60, 1, [
    ["cutoff", 120],
    ["res", 0.4],
    ["attack", 0.01],
    ["release", 0.3],
  ]),
  synth(
    "square",
    "Square",
    60,
    1,
    [
      ["cutoff", 100],
      ["attack", 0.005],
      ["sustain_level", 0.8],
      ["release", 0.2],
    ],
    { decay: 0.1 },
  ),
  synth("pulse", "Pulse", 60, 1, [
    ["cutoff", 100],
    ["pulse_width", 0.3],
    ["attack", 0.005],
    ["release", 0.2],
  ]),
  synth(
    "tri",
    "Triangle",
    60,
    1,
    [
      ["cutoff", 110],
      ["attack", 0.005],
      ["sustain_level", 0.8],
      ["release", 0.2],
    ],
    { decay: 0.1 },
  ),
  synth("beep", "Sine", 60, 1, [
    ["attack", 0.005],
    ["decay", 0.1, "Decay", 0.01, 2],
    ["sustain_level", 0.7],
    ["release", 0.2],
  ]),
  synth("chiplead", "Chip lead", 60, 1, [
    ["width", 0],
    ["note_resolution", 0.1],
    ["attack", 0.002],
    ["release", 0.06],
  ]),
  synth(
    "zawa",
    "Zawa",
    60,
    1,
    [
      ["phase", 1],
      ["range", 24],
      ["res", 0.8],
      ["release", 0.2],
    ],
    { attack: 0.005 },
  ),
  synth("hoover", "Hoover", 48, 1, [
    ["cutoff", 120],
    ["res", 0.1],
    ["attack", 0.03],
    ["release", 0.2],
  ]),
];

const KEYS: readonly Instrument[] = [
  synth("piano", "Piano", 60, 1, [
    ["hard", 0.5],
    ["vel", 0.4],
    ["stereo_width", 0.3],
    ["release", 0.4],
  ]),
  synth(
    "rhodey",
    "Electric piano",
    60,
    1,
    [
      ["mod_index", 0.2],
      ["lfo_width", 0.2],
      ["lfo_rate", 0.4],
      ["release", 0.3],
    ],
    { sustain_level: 0.4 },
  ),
  synth(
    "organ_tonewheel",
    "Organ",
    60,
    1,
    [
      ["bass", 6, "16 foot"],
      ["quint", 4, "5 1/3 foot"],
      ["oct", 4, "4 foot"],
      ["rs_freq", 6.7],
    ],
    { release: 0.03 },
  ),
  synth("pluck", "Pluck", 60, 1, [
    ["pluck_decay", 30],
    ["coef", 0.3],
    ["noise_amp", 0.8],
    ["release", 0.6],
  ]),
  synth("kalimba", "Kalimba", 60, 1, [
    ["clickiness", 0.1],
    ["attack", 0.001],
    ["sustain_level", 1],
    ["release", 1.5],
  ]),
  synth("dull_bell", "Dull bell", 60, 1, [
    ["attack", 0.002],
    ["decay", 0.3, "Decay", 0.01, 3],
    ["sustain_level", 0.5],
    ["release", 1],
  ]),
  synth("pretty_bell", "Bell", 72, 1, [
    ["attack", 0.002],
    ["decay", 0.3, "Decay", 0.01, 3],
    ["sustain_level", 0.5],
    ["release", 1],
  ]),
];

const PADS: readonly Instrument[] = [
  synth("hollow", "Hollow pad", 60, 1, [
    ["cutoff", 90],
    ["res", 0.9],
    ["attack", 0.3],
    ["release", 1.2],
  ]),
  synth("dark_ambience", "Dark pad", 48, 1, [
    ["cutoff", 100],
    ["ring", 0.2],
    ["attack", 0.3],
    ["release", 1.5],
  ]),
  synth("growl", "Growl", 48, 1, [
    ["cutoff", 115],
    ["res", 0.6],
    ["attack", 0.1],
    ["release", 0.8],
  ]),
];

/** In the order of the menu. */
export const INSTRUMENTS: readonly Instrument[] = [...DRUMS, ...BASSES, ...LEADS, ...KEYS, ...PADS];

const byId = new Map(INSTRUMENTS.map((instrument) => [instrument.id, instrument]));

export const instrumentById = (id: string): Instrument | undefined => byId.get(id);
