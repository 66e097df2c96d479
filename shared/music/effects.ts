/**
 * Effects: which there are, their ranges and what their values mean in hertz, seconds and words. A part
 * has a filter and two sends; what it sends to, an echo and a reverb, is the room's. How they sound is
 * `web/audio`'s affair.
 */
import { format } from "./figures.ts";
import { STEPS_PER_BEAT } from "./model.ts";

/** Of a track. The order is the wire's: append only. No synth parameter has one of these names. */
export const TRACK_EFFECTS = ["filter", "resonance", "echo", "reverb"] as const;
export type TrackEffect = (typeof TRACK_EFFECTS)[number];

/** Of the room. The order is the wire's: append only. */
export const ROOM_EFFECTS = ["echoSteps", "echoFeedback", "reverbSize"] as const;
export type RoomEffect = (typeof ROOM_EFFECTS)[number];

export type Effect = TrackEffect | RoomEffect;
export type TrackEffects = Readonly<Record<TrackEffect, number>>;
export type RoomEffects = Readonly<Record<RoomEffect, number>>;

export interface EffectRange {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** Of a track: the value that leaves the sound as it is. */
  readonly default: number;
  /** Values are multiples of this many to 1; `max * parts` fits 15 bits. */
  readonly parts: number;
  readonly curve: "linear" | "exponential";
}

const LEVEL = { min: 0, max: 1, default: 0, parts: 10_000, curve: "linear" } as const;

export const EFFECTS: Readonly<Record<Effect, EffectRange>> = {
  /** Left of 0 a low-pass that closes, right of it a high-pass that rises. */
  filter: { ...LEVEL, label: "Filter", min: -1 },
  resonance: { ...LEVEL, label: "Resonance" },
  /** How much of it goes to the echo, after volume and mute: linear gain. */
  echo: { ...LEVEL, label: "Echo" },
  reverb: { ...LEVEL, label: "Reverb" },
  /** From one repeat to the next, in steps: one of `ECHO_STEPS`. */
  echoSteps: { label: "Echo time", min: 1, max: 8, default: 3, parts: 1, curve: "linear" },
  /** Of each repeat, how much comes back: linear gain. */
  echoFeedback: { ...LEVEL, label: "Echo feedback", max: 0.9, default: 0.4 },
  /** Seconds until the reverb has died away by 60 dB. */
  reverbSize: { label: "Reverb decay", min: 0.3, max: 8, default: 1.8, parts: 1_000, curve: "exponential" },
};

/** From one repeat to the next, in sixteenths: what has a name as a note value. */
export const ECHO_STEPS = [1, 2, 3, 4, 6, 8] as const;
const NOTE_VALUES: Readonly<Record<number, string>> = {
  1: "1/16",
  2: "1/8",
  3: "dotted 1/8",
  4: "1/4",
  6: "dotted 1/4",
  8: "1/2",
};

export const NO_EFFECTS: TrackEffects = { filter: 0, resonance: 0, echo: 0, reverb: 0 };
export const DEFAULT_ROOM_EFFECTS: RoomEffects = {
  echoSteps: EFFECTS.echoSteps.default,
  echoFeedback: EFFECTS.echoFeedback.default,
  reverbSize: EFFECTS.reverbSize.default,
};

export const isTrackEffect = (name: string): name is TrackEffect =>
  (TRACK_EFFECTS as readonly string[]).includes(name);
export const isRoomEffect = (name: string): name is RoomEffect =>
  (ROOM_EFFECTS as readonly string[]).includes(name);

/** Whether a track's sound goes through any effect: a resonance without a filter does nothing. */
export const isAffected = ({ filter, echo, reverb }: TrackEffects): boolean =>
  filter !== 0 || echo !== 0 || reverb !== 0;

/** The nearest value that this effect can have. Law: total but for NaN, and idempotent. */
export function nearestValue(effect: Effect, value: number): number {
  const { min, max, parts } = EFFECTS[effect];
  const held = Math.round(Math.min(max, Math.max(min, value)) * parts) / parts + 0;
  if (effect !== "echoSteps") return held;
  return ECHO_STEPS.reduce((best, steps) => (Math.abs(steps - held) < Math.abs(best - held) ? steps : best));
}

/** Where the filter passes everything: what the ear hears at all. Hz */
const LOWEST = 20;
const HIGHEST = 20_000;
/** Where it ends on either side. Hz */
const CLOSED = 80;
const RISEN = 8_000;

/** Corner frequencies in Hz of the low-pass and the high-pass that a filter's value stands for; at 0 both are out of the way. */
export function corners(filter: number): { readonly low: number; readonly high: number } {
  return {
    low: HIGHEST * (CLOSED / HIGHEST) ** Math.max(0, -filter),
    high: LOWEST * (RISEN / LOWEST) ** Math.max(0, filter),
  };
}

/** Seconds from one repeat of the echo to the next. */
export const echoSeconds = (steps: number, tempo: number): number => (steps * 60) / STEPS_PER_BEAT / tempo;

const percent = (value: number): string => `${Math.round(value * 100)} %`;

/** The value as a musician reads it: "low-pass 820 Hz", "35 %", "dotted 1/8", "2.4 s". */
export function effectWords(effect: Effect, value: number): string {
  switch (effect) {
    case "filter": {
      const { low, high } = corners(value);
      if (value === 0) return "off";
      return value < 0 ? `low-pass ${format(low, "Hz")}` : `high-pass ${format(high, "Hz")}`;
    }
    case "echo":
    case "reverb":
      return value === 0 ? "off" : percent(value);
    case "resonance":
    case "echoFeedback":
      return percent(value);
    case "echoSteps":
      return NOTE_VALUES[value] ?? `${value} steps`;
    case "reverbSize":
      return format(value, "s");
  }
}
