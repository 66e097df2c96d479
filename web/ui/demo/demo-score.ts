/** The jam of the demo page: eight parts, some of them touched by the people of the band. */
import type { Delta, Write } from "#shared/document/delta.ts";
import { INSTRUMENTS } from "#shared/music/instruments.ts";
import { orderBetween } from "#shared/music/order.ts";
import { stoppedTimeline } from "#shared/music/timeline.ts";

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

/** Who wrote what, as deltas of actors: the parts and what has no colour are the room's own. */
export function demoDeltas(actorOf: (color: number) => number): readonly Delta[] {
  const writes = new Map<number, Write[]>([[0, roomWrites()]]);
  let order: string | null = null;
  for (const [index, part] of DEMO_PARTS.entries()) {
    const kind = INSTRUMENTS.filter((instrument) => instrument.kind === part.kind);
    const instrument =
      kind.find((each) => part.like.test(each.label) || part.like.test(each.id)) ?? kind[index % kind.length];
    if (instrument === undefined) throw new Error("no instruments");
    order = orderBetween(order, null);
    const track = index + 1;
    const fields = {
      alive: true,
      name: part.name,
      instrument: instrument.id,
      order,
      volume: 0.8,
      shape: index,
    };
    for (const [field, value] of Object.entries(fields))
      writes.get(0)?.push({ key: { kind: "track", track, field: field as keyof typeof fields }, value });
    for (const [step, pitch, velocity, gate, color] of part.notes) {
      const actor = color === null ? 0 : actorOf(color);
      const key = { kind: "note", track, pattern: 0, step, pitch: pitch || instrument.pitch } as const;
      const value = { velocity, gate, probability: 1, ratchet: 1 };
      writes.set(actor, [...(writes.get(actor) ?? []), { key, value }]);
    }
  }
  return [...writes].map(([actor, each]) => ({
    actor,
    seq: 1,
    stamp: { time: 1, counter: 0, actor },
    writes: each,
  }));
}

const roomWrites = (): Write[] => [
  { key: { kind: "room", field: "name" }, value: "Late Rehearsal" },
  { key: { kind: "room", field: "transport" }, value: stoppedTimeline(124) },
  { key: { kind: "room", field: "swing" }, value: 54 },
];
