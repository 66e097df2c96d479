/** The jam of the demo page: eight parts, some of them touched by the people of the band. */
import { NO_EFFECTS } from "#shared/music/effects.ts";
import { type Note, type Track, OWN_PAD, UNCONDUCTED } from "#shared/music/model.ts";
import { INSTRUMENTS } from "#shared/music/instruments.ts";

interface DemoPart {
  readonly name: string;
  readonly kind: "drum" | "melodic";
  /** Words to find a fitting instrument by. */
  readonly like: RegExp;
  /** [step, pitch, velocity, gate, colour], pitch 0 for the part's own. */
  readonly notes: readonly (readonly [number, number, number, number, number | null])[];
}

const every = (
  steps: readonly number[],
  velocity: number,
  color: number | null,
): (readonly [number, number, number, number, number | null])[] =>
  steps.map((step) => [step, 0, velocity, 1, color] as const);

export const DEMO_PARTS: readonly DemoPart[] = [
  {
    name: "Kick",
    kind: "drum",
    like: /kick|bass.?drum/i,
    notes: [...every([0, 8], 118, null), ...every([4, 12], 104, 0), ...every([10], 76, 0)],
  },
  {
    name: "Snare",
    kind: "drum",
    like: /snare/i,
    notes: [...every([4, 12], 110, null), ...every([15], 50, 3), ...every([7], 36, 3)],
  },
  {
    name: "Closed hat",
    kind: "drum",
    like: /closed/i,
    notes: [...every([0, 4, 8, 12], 60, null), ...every([2, 6, 10, 14], 96, 4), ...every([3, 11], 40, 4)],
  },
  { name: "Open hat", kind: "drum", like: /open/i, notes: [...every([6], 80, null), ...every([14], 98, 0)] },
  {
    name: "Clap",
    kind: "drum",
    like: /clap/i,
    notes: [...every([4], 92, null), ...every([12], 116, 7), ...every([13], 48, 7)],
  },
  {
    name: "Bass",
    kind: "melodic",
    like: /bass|303/i,
    notes: [
      [0, 36, 110, 1.5, null],
      [3, 36, 70, 1, null],
      [4, 48, 96, 0.5, 0],
      [6, 39, 88, 1.5, 0],
      [8, 41, 104, 1, null],
      [10, 43, 92, 2, 4],
      [12, 36, 112, 1, 0],
      [14, 46, 60, 1, 3],
      [15, 43, 80, 0.5, 3],
    ],
  },
  {
    name: "Lead",
    kind: "melodic",
    like: /lead|saw|pluck|blade/i,
    notes: [
      [2, 67, 90, 1, 3],
      [3, 70, 76, 1, 3],
      [5, 72, 100, 2, 3],
      [9, 75, 112, 1, 0],
      [11, 72, 64, 3, 0],
    ],
  },
  {
    name: "Pad",
    kind: "melodic",
    like: /pad|hollow|prophet/i,
    notes: [
      [0, 60, 70, 8, 7],
      [0, 63, 70, 8, 7],
      [0, 67, 70, 8, 7],
      [8, 58, 60, 8, 7],
      [8, 62, 60, 8, 4],
      [8, 65, 60, 8, 4],
    ],
  },
];

export interface DemoNote extends Note {
  readonly color: number | null;
}

/** Tracks of the demo and who wrote which note. */
export function demoTracks(): { track: Track; notes: DemoNote[] }[] {
  return DEMO_PARTS.map((part, index) => {
    const kind = INSTRUMENTS.filter((instrument) => instrument.kind === part.kind);
    const instrument =
      kind.find((each) => part.like.test(each.label) || part.like.test(each.id)) ?? kind[index % kind.length];
    if (instrument === undefined) throw new Error("no instruments");
    const notes = part.notes.map(([step, pitch, velocity, gate, color]) => ({
      step,
      pitch: pitch === 0 ? instrument.pitch : pitch,
      velocity,
      gate,
      probability: 1,
      ratchet: 1,
      color,
    }));
    const params = Object.fromEntries(instrument.knobs.map((knob) => [knob.param, knob.default]));
    const track: Track = {
      id: index + 1,
      name: part.name,
      instrument: instrument.id,
      shape: index,
      volume: 0.8,
      pan: 0,
      muted: false,
      patternIndex: 0,
      filled: [0],
      turns: [],
      effects: NO_EFFECTS,
      ...UNCONDUCTED,
      ...OWN_PAD,
      pattern: { length: 16, notes },
      params,
    };
    return { track, notes };
  });
}
