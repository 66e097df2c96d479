/**
 * The instruments a track can be played with, in one list. Nothing here makes a sound.
 *
 * Left out of the synthdef package, as measured on engine 0.59.0: `sc808_cymbal` sounds on bus 0 whatever
 * its `out_bus`, `hoover` spreads over three stereo pairs, `piano` is silent (its UGen is not in the build).
 */
import { DRUMS } from "./drums.ts";
import type { Instrument } from "./instrument.ts";
import { BASSES, KEYS, LEADS, PADS } from "./synths.ts";

export type { Instrument, Knob } from "./instrument.ts";

/** In the order of the menu. */
export const INSTRUMENTS: readonly Instrument[] = [...DRUMS, ...BASSES, ...LEADS, ...KEYS, ...PADS];

const byId = new Map(INSTRUMENTS.map((instrument) => [instrument.id, instrument]));

export const instrumentById = (id: string): Instrument | undefined => byId.get(id);
