/** The drums: each ends by itself and has one pitch; those that can be tuned are by their Tune knob. */
import { type Instrument, type Knobs, knobs } from "./instrument.ts";

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

/** Pitches follow General MIDI, so that a pad controller fits. */
export const DRUMS: readonly Instrument[] = [
  drum("kick", "Kick", "sc808_bassdrum", 36, 0.8, [
    ["note", 34, "Tune", 22, 52],
    ["decay", 1.2, "Decay", 0.2, 4],
    ["click", 0.35, "Click"],
    ["decay_curve", -7, "Curve", -20, -1],
  ]),
  drum("snare", "Snare", "sc808_snare", 38, 0.32, [
    ["note", 65, "Tune", 50, 80],
    ["decay", 4.2, "Decay", 0.5, 10],
    ["mix", 0.7, "Snap"],
    ["hpf", 93, "Low cut", 40, 115],
  ]),
  drum("closed-hat", "Closed hat", "sc808_closed_hihat", 42, 0.1, [
    ["decay", 0.42, "Decay", 0.05, 1.5],
    ["decay_curve", -30, "Curve", -60, -2],
    ["hpf", 121, "Low cut", 90, 128],
    ["lpf", 121, "High cut", 90, 130],
  ]),
  drum("open-hat", "Open hat", "sc808_open_hihat", 46, 0.65, [
    ["decay", 0.5, "Decay", 0.1, 2],
    ["decay_curve", -3, "Curve", -30, -1],
    ["hpf", 118.5, "Low cut", 90, 128],
    ["lpf", 107, "High cut", 80, 130],
  ]),
  drum("clap", "Clap", "sc808_clap", 39, 2.2, [
    ["rev", 1, "Room"],
    ["click", 0.5, "Snap"],
    ["hpf", 71, "Low cut", 40, 100],
    ["lpf", 84, "High cut", 70, 120],
  ]),
  drum("rimshot", "Rimshot", "sc808_rimshot", 37, 0.3, [
    ["note", 92, "Tune", 70, 110],
    ["decay", 0.07, "Decay", 0.02, 0.5],
    ["click", 1, "Click"],
    ["hpf", 63, "Low cut", 40, 110],
  ]),
  drum("cowbell", "Cowbell", "sc808_cowbell", 56, 0.5, [
    ["note", 79.6, "Tune", 60, 100],
    ["detune", -7.08, "Interval", -14, 0],
    ["decay", 9.5, "Decay", 1, 20],
    ["hpf", 59, "Low cut", 30, 100],
  ]),
  drum("claves", "Claves", "sc808_claves", 75, 0.65, [
    ["note", 99, "Tune", 80, 115],
    ["decay", 0.1, "Decay", 0.03, 0.6],
    ["decay_curve", -20, "Curve", -60, -2],
    ["click", 1, "Click"],
  ]),
  drum("maracas", "Maracas", "sc808_maracas", 70, 0.6, [
    ["decay", 0.07, "Decay", 0.02, 0.5],
    ["decay_curve", -250, "Curve"],
    ["hpf", 113, "Low cut", 80, 125],
    ["click", 0.03, "Attack", 0.002, 0.06],
  ]),
  drum("tom-low", "Low tom", "sc808_tomlo", 45, 0.8, [
    ["note", 40, "Tune", 28, 56],
    ["decay", 20, "Decay", 2, 20],
    ["click", 0.4, "Click"],
    ["detune1", 1.25, "Bend"],
  ]),
  drum("tom-mid", "Mid tom", "sc808_tommid", 47, 0.8, [
    ["note", 44, "Tune", 32, 60],
    ["decay", 16, "Decay", 2, 20],
    ["click", 0.4, "Click"],
    ["detune1", 1.333, "Bend"],
  ]),
  drum("tom-high", "High tom", "sc808_tomhi", 50, 0.8, [
    ["note", 52, "Tune", 40, 68],
    ["decay", 11, "Decay", 2, 20],
    ["click", 0.4, "Click"],
    ["detune1", 1.333, "Bend"],
  ]),
  drum("conga-low", "Low conga", "sc808_congalo", 64, 0.75, [
    ["note", 52, "Tune", 40, 64],
    ["decay", 18, "Decay", 2, 20],
    ["click", 0.15, "Click"],
    ["detune1", 1.333, "Bend"],
  ]),
  drum("conga-mid", "Mid conga", "sc808_congamid", 63, 0.75, [
    ["note", 57, "Tune", 45, 70],
    ["decay", 9, "Decay", 2, 20],
    ["click", 0.15, "Click"],
    ["detune1", 1.333, "Bend"],
  ]),
  drum("conga-high", "High conga", "sc808_congahi", 62, 0.75, [
    ["note", 65, "Tune", 50, 78],
    ["decay", 6, "Decay", 1, 20],
    ["click", 0.15, "Click"],
    ["detune1", 1.23, "Bend"],
  ]),
  drum("gabberkick", "Gabber kick", "gabberkick", 35, 1.3, [
    ["slope_start", 84, "Start pitch"],
    ["boost", 8, "Boost"],
    ["cutoff", 119, "Cutoff", 60, 130],
    ["res", 0.2, "Resonance", 0, 0.9],
  ]),
];
