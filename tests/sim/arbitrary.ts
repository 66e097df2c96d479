/** Arbitrary keys, values, deltas and sets of deltas of several actors, as fast-check draws them. */
import * as fc from "fast-check";
import {
  CONTROLS,
  DEEDS,
  type Delta,
  type RegisterKey,
  ROOM_FIELDS,
  SETTINGS,
  type Stamp,
  TRACK_FIELDS,
} from "#shared/document/delta.ts";
import { ROOM_EFFECTS, TRACK_EFFECTS } from "#shared/music/effects.ts";
import { normaliseWrites } from "#shared/document/values.ts";
import { VersionVector } from "#shared/document/version-vector.ts";

const track = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const pattern = fc.integer({ min: 0, max: 15 });

export const anyKey: fc.Arbitrary<RegisterKey> = fc.oneof(
  fc.record({
    kind: fc.constant("note" as const),
    track,
    pattern,
    step: fc.integer({ min: 0, max: 63 }),
    pitch: fc.integer({ min: 0, max: 127 }),
  }),
  fc.record({ kind: fc.constant("floor" as const), track, pattern }),
  fc.record({ kind: fc.constant("length" as const), track, pattern }),
  fc.record({ kind: fc.constant("track" as const), track, field: fc.constantFrom(...TRACK_FIELDS) }),
  fc.record({ kind: fc.constant("param" as const), track, param: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant("effect" as const), track, effect: fc.constantFrom(...TRACK_EFFECTS) }),
  fc.record({ kind: fc.constant("roomEffect" as const), effect: fc.constantFrom(...ROOM_EFFECTS) }),
  fc.record({ kind: fc.constant("room" as const), field: fc.constantFrom(...ROOM_FIELDS) }),
  fc.record({
    kind: fc.constant("scene" as const),
    scene: fc.integer({ min: 0, max: 15 }),
    field: fc.constantFrom("patterns" as const, "name" as const),
  }),
  fc.constant({ kind: "chain" as const }),
  fc.record({ kind: fc.constant("setting" as const), setting: fc.constantFrom(...SETTINGS) }),
  fc.record({ kind: fc.constant("control" as const), control: fc.constantFrom(...CONTROLS) }),
  fc.record({ kind: fc.constant("trackLock" as const), track }),
  fc.record({ kind: fc.constant("conducted" as const), deed: fc.constantFrom(...DEEDS) }),
);

const closeTrack = fc.integer({ min: 1, max: 2 });
const closePattern = fc.integer({ min: 0, max: 1 });

/** Of every kind, and few enough that writes meet: two tracks of two patterns of two cells, two scenes. */
const closeKey: fc.Arbitrary<RegisterKey> = fc.oneof(
  fc.record({
    kind: fc.constant("note" as const),
    track: closeTrack,
    pattern: closePattern,
    step: fc.integer({ min: 0, max: 1 }),
    pitch: fc.constant(60),
  }),
  fc.record({
    kind: fc.constantFrom("floor" as const, "length" as const),
    track: closeTrack,
    pattern: closePattern,
  }),
  fc.record({
    kind: fc.constant("track" as const),
    track: closeTrack,
    field: fc.constantFrom("alive" as const, "volume" as const, "pattern" as const),
  }),
  fc.record({ kind: fc.constant("param" as const), track: closeTrack, param: fc.constant(1) }),
  fc.record({
    kind: fc.constant("effect" as const),
    track: closeTrack,
    effect: fc.constantFrom("filter" as const, "echo" as const),
  }),
  fc.constant({ kind: "roomEffect" as const, effect: "echoSteps" as const }),
  fc.record({
    kind: fc.constant("room" as const),
    field: fc.constantFrom("transport" as const, "name" as const),
  }),
  fc.record({
    kind: fc.constant("scene" as const),
    scene: fc.integer({ min: 0, max: 1 }),
    field: fc.constantFrom("patterns" as const, "name" as const),
  }),
  fc.constant({ kind: "chain" as const }),
  fc.constant({ kind: "setting" as const, setting: "lock" as const }),
  fc.record({ kind: fc.constant("control" as const), control: fc.constantFrom(...CONTROLS) }),
  fc.record({ kind: fc.constant("trackLock" as const), track: closeTrack }),
  fc.constant({ kind: "conducted" as const, deed: "follow" as const }),
);

/** Any UTF-16 units: astral characters, lone surrogates and controls among them. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })), {
    maxLength: 60,
  })
  .map((units) => String.fromCharCode(...units));

const ramp = fc.record({ to: fc.double({ min: 0, max: 500 }), beats: fc.integer({ min: -1, max: 300 }) });
const segment = fc.record(
  { fromTime: fc.double(), fromBeat: fc.double(), tempo: fc.double(), running: fc.boolean(), ramp },
  { requiredKeys: ["fromTime", "fromBeat", "tempo", "running"] },
);
const staged = fc.record({
  now: fc.integer({ min: -1, max: 18 }),
  next: fc.option(
    fc.record({ value: fc.integer({ min: -1, max: 18 }), fromBeat: fc.integer({ min: -1, max: 1e6 }) }),
  ),
});

const note = fc.record({
  velocity: fc.integer({ min: -1, max: 200 }),
  gate: fc.double({ min: 0, max: 40 }),
  probability: fc.double({ min: -1, max: 2 }),
  ratchet: fc.integer({ min: 0, max: 9 }),
});
const timeline = fc.record({ base: segment, next: fc.option(segment) });
const scenePatterns = fc.array(fc.tuple(fc.integer({ min: -1, max: 4 }), fc.integer({ min: -1, max: 16 })), {
  maxLength: 20,
});
const chain = fc.record({
  on: fc.boolean(),
  entries: fc.array(
    fc.record({ scene: fc.integer({ min: -1, max: 16 }), bars: fc.integer({ min: 0, max: 70 }) }),
    { maxLength: 40 },
  ),
});

/** What fits some key, what fits none, and rubbish. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.integer({ min: -5, max: 300 }),
  fc.double({ min: -2, max: 2 }),
  fc.string({ maxLength: 60 }),
  anyText,
  note,
  timeline,
  scenePatterns,
  chain,
  staged,
  fc.anything(),
);

/** What fits this key, if not always within its range. */
function fitting(key: RegisterKey): fc.Arbitrary<unknown> {
  switch (key.kind) {
    case "note":
      return note;
    case "floor":
      return fc.constant(null);
    case "length":
    case "param":
      return fc.integer({ min: 0, max: 70 });
    case "effect":
    case "roomEffect":
      return fc.double({ min: -2, max: 9 });
    case "track":
      return fc.oneof(fc.boolean(), fc.integer({ min: -1, max: 16 }));
    case "room":
      return key.field === "transport" ? timeline : anyText;
    case "scene":
      return key.field === "patterns" ? scenePatterns : anyText;
    case "chain":
      return chain;
    case "setting":
    case "trackLock":
      return fc.boolean();
    case "control":
      return staged;
    case "conducted":
      return fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 9 });
  }
}

const anyStamp = (actor: number, closely: boolean): fc.Arbitrary<Stamp> =>
  fc.record({
    time: fc.integer({ min: closely ? 1 : 0, max: closely ? 3 : 2 ** 48 - 1 }),
    counter: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: closely ? 2 : 0xffff_ffff })),
    actor: fc.constant(actor),
  });

const writes = (key: fc.Arbitrary<RegisterKey>) =>
  fc
    .array(
      key.chain((each) => fc.record({ key: fc.constant(each), value: fc.oneof(fitting(each), anyValue) })),
      { maxLength: 8 },
    )
    .map((list) => normaliseWrites(list as Parameters<typeof normaliseWrites>[0]));

export const anyDelta: fc.Arbitrary<Delta> = fc.integer({ min: 0, max: 0xff_ffff }).chain((actor) =>
  fc.record({
    actor: fc.constant(actor),
    seq: fc.integer({ min: 1, max: 0xffff_ffff }),
    stamp: anyStamp(actor, false),
    writes: writes(anyKey),
  }),
);

/** Deltas of the server and of three actors that meet in the same registers; no two have the same stamp. */
export const meetingDeltas: fc.Arbitrary<Delta[]> = fc.uniqueArray(
  fc.integer({ min: 0, max: 3 }).chain((actor) =>
    fc.record({
      actor: fc.constant(actor),
      seq: fc.constant(1),
      stamp: anyStamp(actor, true),
      writes: writes(closeKey),
    }),
  ),
  {
    maxLength: 12,
    selector: ({ stamp }) => `${stamp.time}.${stamp.counter}@${stamp.actor}`,
  },
);

export const anyVector: fc.Arbitrary<VersionVector> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 0xff_ffff }), fc.integer({ min: 1, max: 64 })))
  .map((pairs) => {
    const vector = new VersionVector();
    for (const [actor, seq] of pairs) vector.add(actor, seq);
    return vector;
  });
