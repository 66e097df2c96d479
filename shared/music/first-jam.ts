/**
 * What a room holds before anybody has touched it: one bar of four-to-the-floor in A minor that is
 * worth joining. The server writes it once, as actor 0; from then on it is edited like everything else.
 */
import type { NoteValue, RegisterValue, TrackField, Write } from "../document/delta.ts";
import { instrumentById } from "./instruments.ts";
import { STEPS_PER_BAR } from "./model.ts";
import { orderBetween } from "./order.ts";
import { paramByName } from "./params.ts";
import { stoppedTimeline } from "./timeline.ts";

/** `[step, pitch, velocity, gate, and what else differs]`; a drum's pitch is its instrument's. */
type NoteRow = readonly [
  step: number,
  pitch: number,
  velocity: number,
  gate: number,
  extra?: Partial<NoteValue>,
];

interface Part {
  readonly name: string;
  readonly instrument: string;
  readonly volume: number;
  readonly pan: number;
  /** Knobs that do not stand at the instrument's own default. */
  readonly params?: Readonly<Record<string, number>>;
  readonly notes: readonly NoteRow[];
}

/** Strikes of a drum, as `[step, velocity]`. */
const hits = (
  instrument: string,
  ...rows: readonly (readonly [number, number, Partial<NoteValue>?])[]
): NoteRow[] =>
  rows.map(([step, velocity, extra]) => [
    step,
    instrumentById(instrument)?.pitch ?? 60,
    velocity,
    1,
    extra ?? {},
  ]);

/** The same velocity and length for several pitches. */
const chord = (step: number, velocity: number, gate: number, ...pitches: readonly number[]): NoteRow[] =>
  pitches.map((pitch) => [step, pitch, velocity, gate]);

/** Balanced on the engine: the mix peaks at 0.8 and so never reaches the limiter; the kick leads by 6 dB. */
const PARTS: readonly Part[] = [
  {
    name: "Kick",
    instrument: "kick",
    volume: 0.8,
    pan: 0,
    params: { note: 33, decay: 0.5 },
    notes: hits("kick", [0, 118], [4, 110], [8, 116], [12, 110]),
  },
  {
    name: "Snare",
    instrument: "snare",
    volume: 0.9,
    pan: 0.08,
    notes: hits("snare", [7, 46], [9, 34], [15, 58, { probability: 0.6, ratchet: 2 }]),
  },
  {
    name: "Closed hat",
    instrument: "closed-hat",
    volume: 0.9,
    pan: -0.18,
    notes: hits(
      "closed-hat",
      ...([
        [0, 74],
        [1, 44],
        [3, 60],
        [4, 74],
        [5, 48],
        [7, 64],
        [8, 74],
        [9, 44],
        [11, 60],
        [12, 74],
      ] as const),
      ...([
        [13, 50],
        [15, 68],
      ] as const),
    ),
  },
  {
    name: "Open hat",
    instrument: "open-hat",
    volume: 0.7,
    pan: 0.18,
    params: { decay: 0.22 },
    notes: hits("open-hat", [2, 84], [6, 80], [10, 84], [14, 88]),
  },
  {
    name: "Clap",
    instrument: "clap",
    volume: 0.75,
    pan: -0.05,
    notes: hits("clap", [4, 104], [12, 108]),
  },
  {
    name: "Bass",
    instrument: "tb303",
    volume: 1,
    pan: 0,
    params: { cutoff: 88, res: 0.7, cutoff_min: 44 },
    notes: [
      [0, 33, 108, 0.75],
      [2, 33, 70, 0.5],
      [3, 45, 98, 0.5],
      [6, 33, 88, 0.75],
      [7, 36, 84, 0.5],
      [10, 31, 104, 0.75],
      [11, 43, 92, 0.5],
      [13, 40, 88, 0.75],
      [14, 35, 76, 1],
    ],
  },
  {
    name: "Lead",
    instrument: "prophet",
    volume: 0.55,
    pan: 0.22,
    params: { cutoff: 94 },
    notes: [
      [2, 76, 84, 1],
      [5, 72, 68, 1],
      [7, 74, 78, 2],
      [11, 71, 76, 2],
      [14, 67, 60, 1, { probability: 0.5 }],
    ],
  },
  {
    name: "Pad",
    instrument: "hollow",
    volume: 0.5,
    pan: -0.1,
    params: { attack: 0.12, release: 0.6 },
    notes: [...chord(0, 74, 9.5, 57, 60, 64, 67), ...chord(10, 68, 5.5, 55, 59, 62, 67)],
  },
];

function partWrites(part: Part, track: number, order: string): Write[] {
  const field = (name: TrackField, value: RegisterValue): Write => ({
    key: { kind: "track", track, field: name },
    value,
  });
  const params = Object.entries(part.params ?? {}).flatMap(([name, value]): Write[] => {
    const param = paramByName(name);
    return param ? [{ key: { kind: "param", track, param: param.id }, value }] : [];
  });
  const notes = part.notes.map(
    ([step, pitch, velocity, gate, extra]): Write => ({
      key: { kind: "note", track, pattern: 0, step, pitch },
      value: { velocity, gate, probability: 1, ratchet: 1, ...extra },
    }),
  );
  return [
    field("alive", true),
    field("name", part.name),
    field("instrument", part.instrument),
    field("order", order),
    field("volume", part.volume),
    field("pan", part.pan),
    field("muted", false),
    field("pattern", 0),
    field("shape", track - 1),
    { key: { kind: "length", track, pattern: 0 }, value: STEPS_PER_BAR },
    ...params,
    ...notes,
  ];
}

/** The registers of a new room: tracks 1 to 8, shapes 0 to 7, 16 steps each, stopped at 124 beats a minute. */
export function firstWrites(): Write[] {
  const writes: Write[] = [
    { key: { kind: "room", field: "transport" }, value: stoppedTimeline(124) },
    { key: { kind: "room", field: "swing" }, value: 54 },
    { key: { kind: "room", field: "scale" }, value: "minor" },
    { key: { kind: "room", field: "root" }, value: 9 },
    { key: { kind: "room", field: "name" }, value: "Jam" },
  ];
  let order: string | null = null;
  for (const [index, part] of PARTS.entries()) {
    order = orderBetween(order, null);
    writes.push(...partWrites(part, index + 1, order));
  }
  return writes;
}
