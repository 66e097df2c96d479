/**
 * A note as the arguments of one synth voice: what an instrument's synthdef is told when the note
 * begins. Where the voice sounds (`out_bus`) and when are the engine's to say.
 */
import type { Instrument } from "./instruments.ts";
import { paramByName } from "./params.ts";

/**
 * Linear amplitude of a velocity of 1 to 127, as `(velocity / 127) ^ 1.6`: 100 is 3.3 dB below full,
 * 64 is 9.5 dB below.
 */
export const velocityAmp = (velocity: number): number => (Math.min(127, Math.max(0, velocity)) / 127) ** 1.6;

/** Where an instrument's knob may stand: its own range, else its parameter's. Null if it is no knob of it. */
export function knobRange(instrument: Instrument, name: string): { min: number; max: number } | null {
  const knob = instrument.knobs.find(({ param }) => param === name);
  const param = paramByName(name);
  return knob && param ? { min: knob.min ?? param.min, max: knob.max ?? param.max } : null;
}

/** The value of every knob as the instrument comes, by parameter name. */
export const defaultParams = (instrument: Instrument): Record<string, number> =>
  Object.fromEntries(instrument.knobs.map((knob) => [knob.param, knob.default]));

/**
 * Arguments for `/s_new`, by name. A gated voice holds its level from the end of its attack and decay
 * until `duration` seconds are over, then releases; a oneshot is told nothing of the duration.
 * A drum's pitch is its knob's, not the note's.
 */
export function voiceArgs(
  instrument: Instrument,
  params: Readonly<Record<string, number>>,
  note: { readonly pitch: number; readonly velocity: number; readonly duration: number },
): Record<string, number> {
  const args: Record<string, number> = { ...instrument.fixed, ...defaultParams(instrument) };
  for (const { param } of instrument.knobs) {
    const value = params[param];
    const range = knobRange(instrument, param);
    if (value !== undefined && range) args[param] = Math.min(range.max, Math.max(range.min, value));
  }
  args["amp"] = instrument.gain * velocityAmp(note.velocity);
  if (instrument.kind === "melodic") args["note"] = note.pitch;
  if (instrument.envelope === "gate")
    args["sustain"] = Math.max(0, note.duration - (args["attack"] ?? 0) - (args["decay"] ?? 0));
  return args;
}
