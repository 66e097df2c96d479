/** The melodic instruments: each takes its pitch from the note, and its length too. */
import { type Instrument, type Knobs, knobs } from "./instrument.ts";

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

export const BASSES: readonly Instrument[] = [
  synth("tb303", "Acid bass", 36, 0.55, [
    ["cutoff", 92, "Cutoff", 40, 125],
    ["res", 0.75, "Resonance"],
    ["cutoff_min", 40, "Sweep from"],
    ["release", 0.18, "Decay", 0.03, 2],
  ]),
  synth("bass_foundation", "Soft bass", 36, 0.62, [
    ["cutoff", 83, "Cutoff"],
    ["res", 0.5, "Resonance"],
    ["attack", 0.004],
    ["release", 0.12],
  ]),
  synth("bass_highend", "Bright bass", 36, 0.4, [
    ["cutoff", 102, "Cutoff"],
    ["res", 0.6, "Resonance"],
    ["drive", 2],
    ["release", 0.12],
  ]),
  synth("subpulse", "Sub bass", 36, 0.5, [
    ["cutoff", 90],
    ["pulse_width", 0.5],
    ["sub_amp", 1],
    ["release", 0.12],
  ]),
  synth(
    "chipbass",
    "Chip bass",
    36,
    0.38,
    [
      ["note_resolution", 0],
      ["attack", 0.002],
      ["sustain_level", 0.9],
      ["release", 0.06],
    ],
    { decay: 0.1 },
  ),
];

export const LEADS: readonly Instrument[] = [
  synth("prophet", "Prophet", 60, 0.55, [
    ["cutoff", 100],
    ["res", 0.5],
    ["attack", 0.01],
    ["release", 0.3],
  ]),
  synth(
    "blade",
    "Blade",
    60,
    0.85,
    [
      ["cutoff", 100],
      ["vibrato_rate", 6],
      ["vibrato_depth", 0.15],
      ["release", 0.3],
    ],
    { attack: 0.01, vibrato_delay: 0.2 },
  ),
  synth("fm", "FM", 60, 0.47, [
    ["divisor", 2],
    ["depth", 1],
    ["attack", 0.004],
    ["release", 0.3],
  ]),
  synth(
    "mod_fm",
    "Wobble FM",
    60,
    0.32,
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
    0.6,
    [
      ["cutoff", 100],
      ["attack", 0.005],
      ["sustain_level", 0.8],
      ["release", 0.2],
    ],
    { decay: 0.1 },
  ),
  synth("dsaw", "Twin saw", 60, 0.4, [
    ["cutoff", 100],
    ["detune", 0.1, "Detune", 0, 1],
    ["attack", 0.005],
    ["release", 0.2],
  ]),
  synth(
    "mod_saw",
    "Wobble saw",
    60,
    0.5,
    [
      ["mod_phase", 0.25],
      ["mod_range", 5],
      ["cutoff", 100],
      ["release", 0.2],
    ],
    { attack: 0.005 },
  ),
  synth("supersaw", "Super saw", 60, 0.6, [
    ["cutoff", 120],
    ["res", 0.4],
    ["attack", 0.01],
    ["release", 0.3],
  ]),
  synth("tech_saws", "Tech saws", 60, 0.95, [
    ["cutoff", 120],
    ["res", 0.4],
    ["attack", 0.01],
    ["release", 0.3],
  ]),
  synth(
    "square",
    "Square",
    60,
    0.4,
    [
      ["cutoff", 100],
      ["attack", 0.005],
      ["sustain_level", 0.8],
      ["release", 0.2],
    ],
    { decay: 0.1 },
  ),
  synth("pulse", "Pulse", 60, 0.47, [
    ["cutoff", 100],
    ["pulse_width", 0.3],
    ["attack", 0.005],
    ["release", 0.2],
  ]),
  synth(
    "tri",
    "Triangle",
    60,
    0.4,
    [
      ["cutoff", 110],
      ["attack", 0.005],
      ["sustain_level", 0.8],
      ["release", 0.2],
    ],
    { decay: 0.1 },
  ),
  synth("beep", "Sine", 60, 0.5, [
    ["attack", 0.005],
    ["decay", 0.1, "Decay", 0.01, 2],
    ["sustain_level", 0.7],
    ["release", 0.2],
  ]),
  synth("chiplead", "Chip lead", 60, 0.9, [
    ["width", 0],
    ["note_resolution", 0.1],
    ["attack", 0.002],
    ["release", 0.06],
  ]),
  synth(
    "zawa",
    "Zawa",
    60,
    0.4,
    [
      ["phase", 1],
      ["range", 24],
      ["res", 0.8],
      ["release", 0.2],
    ],
    { attack: 0.005 },
  ),
];

export const KEYS: readonly Instrument[] = [
  synth(
    "rhodey",
    "Electric piano",
    60,
    0.7,
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
    1.2,
    [
      ["bass", 6, "16 foot"],
      ["quint", 4, "5 1/3 foot"],
      ["oct", 4, "4 foot"],
      ["rs_freq", 6.7],
    ],
    { release: 0.03 },
  ),
  synth("pluck", "Pluck", 60, 1.1, [
    ["pluck_decay", 30],
    ["coef", 0.3],
    ["noise_amp", 0.8],
    ["release", 0.6],
  ]),
  synth("kalimba", "Kalimba", 60, 5, [
    ["clickiness", 0.1],
    ["attack", 0.001],
    ["sustain_level", 1],
    ["release", 1.5],
  ]),
  synth("dull_bell", "Dull bell", 60, 0.62, [
    ["attack", 0.002],
    ["decay", 0.3, "Decay", 0.01, 3],
    ["sustain_level", 0.5],
    ["release", 1],
  ]),
  synth("pretty_bell", "Bell", 72, 0.62, [
    ["attack", 0.002],
    ["decay", 0.3, "Decay", 0.01, 3],
    ["sustain_level", 0.5],
    ["release", 1],
  ]),
];

export const PADS: readonly Instrument[] = [
  synth("hollow", "Hollow pad", 60, 0.45, [
    ["cutoff", 90],
    ["res", 0.9],
    ["attack", 0.3],
    ["release", 1.2],
  ]),
  synth("dark_ambience", "Dark pad", 48, 5, [
    ["cutoff", 100],
    ["ring", 0.2],
    ["attack", 0.3],
    ["release", 1.5],
  ]),
  synth("growl", "Growl", 48, 0.22, [
    ["cutoff", 115],
    ["res", 0.6],
    ["attack", 0.1],
    ["release", 0.8],
  ]),
];
