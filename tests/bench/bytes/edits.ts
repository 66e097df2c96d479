/**
 * Random edits of four people in one jam: steps toggled, their velocities, knobs and the tempo, a quarter
 * of a second apart. The same seed gives the same edits to everybody who is measured.
 */
import { firstWrites } from "#shared/music/first-jam.ts";
import { instrumentById } from "#shared/music/instruments.ts";
import { knobRange } from "#shared/music/voice.ts";
import { type Random, seededRandom } from "#shared/lib/random.ts";
import type { Command } from "#shared/protocol/commands.ts";

export const KINDS = ["toggle", "velocity", "parameter", "tempo"] as const;
export type Kind = (typeof KINDS)[number];

export interface Edit {
  readonly kind: Kind;
  /** Who makes it, 0 to 3. */
  readonly author: number;
  /** Room time. */
  readonly atMs: number;
  /** What is written: a short name of the place, and the value that stands there afterwards; null empties. */
  readonly place: string;
  readonly value: number | null;
  readonly command: Command;
}

export const AUTHORS = 4;
/** Between two edits on average: each person makes one a second. */
const SPACING_MS = 250;
const BEGIN_MS = 60_000;

/** Parts of ten. In a jam most is steps; a tempo is seldom touched and dragged when it is. */
const SHARES: Readonly<Record<Kind, number>> = { toggle: 5, velocity: 2, parameter: 2, tempo: 1 };
const DEALT = KINDS.flatMap((kind) => Array.from({ length: SHARES[kind] }, () => kind));

const STEPS = 16;
/** Six degrees of the first jam's scale, A minor: 768 cells on its eight tracks. */
const PITCHES = [57, 59, 60, 62, 64, 65];

interface KnobPlace {
  readonly track: number;
  readonly param: string;
  readonly min: number;
  readonly max: number;
}

/** The tracks of the first jam, and every knob of their instruments. */
const INSTRUMENTS = firstWrites().flatMap(({ key, value }) =>
  key.kind === "track" && key.field === "instrument" ? [{ track: key.track, id: value as string }] : [],
);
const KNOBS: readonly KnobPlace[] = INSTRUMENTS.flatMap(({ track, id }) => {
  const instrument = instrumentById(id);
  return (instrument?.knobs ?? []).flatMap(({ param }) => {
    const range = instrument && knobRange(instrument, param);
    return range ? [{ track, param, ...range }] : [];
  });
});

export const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

/** A number as a hand sets it on a knob: six digits. */
const onKnob = (random: Random, { min, max }: KnobPlace): number =>
  Number((min + random() * (max - min)).toPrecision(6));

/** The next edits, for ever; each changes something. */
export function* edits(seed: number): Generator<Edit, never> {
  const random = seededRandom(seed);
  const stands = new Map<string, number | null>();
  let atMs = BEGIN_MS;
  for (;;) {
    atMs += Math.ceil(-Math.log(1 - random()) * SPACING_MS);
    const base = { kind: pick(random, DEALT), author: Math.floor(random() * AUTHORS), atMs };
    const { place, value, command } = drawn(base.kind, random, stands);
    if (stands.get(place) === value) continue;
    stands.set(place, value);
    yield { ...base, place, value, command };
  }
}

function drawn(
  kind: Kind,
  random: Random,
  stands: ReadonlyMap<string, number | null>,
): Pick<Edit, "place" | "value" | "command"> {
  if (kind === "tempo") {
    const tempo = 80 + Math.floor(random() * 80);
    return { place: "tempo", value: tempo, command: { type: "TEMPO_SET", tempo } };
  }
  if (kind === "parameter") {
    const knob = pick(random, KNOBS);
    const value = onKnob(random, knob);
    const { track, param } = knob;
    return { place: `${track}.${param}`, value, command: { type: "PARAM_SET", track, param, value } };
  }
  const { track } = pick(random, INSTRUMENTS);
  const step = Math.floor(random() * STEPS);
  const pitch = pick(random, PITCHES);
  const place = `${track}.0.${step}.${pitch}`;
  if (kind === "toggle") {
    const value = (stands.get(place) ?? null) === null ? 100 : null;
    return { place, value, command: { type: "NOTE_TOGGLE", track, step, pitch, velocity: 100 } };
  }
  const velocity = 1 + Math.floor(random() * 127);
  const rest = { gate: 1, probability: 1, ratchet: 1 };
  return { place, value: velocity, command: { type: "NOTE_SET", track, step, pitch, velocity, ...rest } };
}
