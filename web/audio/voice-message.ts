/** Notes as messages to the engine: which synth, in which group, out of which stereo pair. */
import { type Instrument, instrumentById } from "#shared/music/instruments.ts";
import type { Track } from "#shared/music/model.ts";
import { paramByName } from "#shared/music/params.ts";
import { voiceArgs } from "#shared/music/voice.ts";
import { GROUPS } from "./engine.ts";
import type { OscMessage } from "./release-plan.ts";

interface Struck {
  readonly pitch: number;
  /** 1 to 127. */
  readonly velocity: number;
  /** Seconds. */
  readonly duration: number;
}

const newVoice = (
  instrument: Instrument,
  args: Readonly<Record<string, number | string>>,
  group: number,
  pair: number,
): OscMessage => [
  "/s_new",
  instrument.synthdef,
  -1,
  0,
  group,
  ...Object.entries(args).flat(),
  "out_bus",
  2 * pair,
];

const BUSES_PER_SLOT = 256;

/**
 * The control bus from which every voice of a slot reads a knob, for as long as it sounds: so what a hand
 * moves is heard in held notes and in coming ones alike. Below the engine's 4,096 for 14 slots.
 */
export const knobBus = (slot: number, param: number): number => slot * BUSES_PER_SLOT + param;

/** A note of a track on its own stereo pair, its knobs read from their buses; null if this version does not know the instrument. */
export function trackVoice(track: Track, note: Struck, pair: number): OscMessage | null {
  const instrument = instrumentById(track.instrument);
  if (!instrument) return null;
  const group = instrument.envelope === "gate" ? GROUPS.held : GROUPS.struck;
  const args: Record<string, number | string> = voiceArgs(instrument, track.params, note);
  for (const { param } of instrument.knobs) {
    const known = paramByName(param);
    // "c7" maps an argument to control bus 7.
    if (known) args[param] = `c${knobBus(pair, known.id)}`;
  }
  return newVoice(instrument, args, group, pair);
}

/** A note that I alone hear, as loud as the track stands in the room. */
export function auditionVoice(track: Track, note: Struck, pair: number): OscMessage | null {
  const instrument = instrumentById(track.instrument);
  if (!instrument) return null;
  const args = voiceArgs(instrument, track.params, note);
  return newVoice(instrument, { ...args, amp: (args["amp"] ?? 1) * track.volume }, GROUPS.mine, pair);
}

/** Seconds in which held voices go quiet at a stop. */
export const STOP_FADE = 0.06;

/** Lets every held voice go quiet; what was struck rings out by itself. */
export const releaseHeld: OscMessage = ["/n_set", GROUPS.held, "amp_slide", STOP_FADE, "amp", 0];

/** The synths that a jam's tracks need. */
export const synthsOf = (tracks: readonly Track[]): string[] => [
  ...new Set(tracks.flatMap((track) => instrumentById(track.instrument)?.synthdef ?? [])),
];
