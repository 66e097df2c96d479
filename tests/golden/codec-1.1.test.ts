/** Bytes of the kinds that protocol 1.1 added: every later version of this major still reads them. */
import { expect, test } from "vitest";
import { decodeDelta, encodeDelta } from "#shared/document/codec.ts";
import type { Control, Delta, RegisterKey, Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import type { Staged } from "#shared/music/staged.ts";
import { roomTime } from "#shared/time/instants.ts";

const NOW_MS = 1_234_567;
const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const scene = (index: number, field: "patterns" | "name"): RegisterKey => ({
  kind: "scene",
  scene: index,
  field,
});

const control = (of: Control, value: Staged | null): Write => ({
  key: { kind: "control", control: of },
  value,
});

/** Commands of actor 7, in order: its own link's form, the form that names everything, and what they say. */
const SAMPLES: readonly {
  readonly short: string;
  readonly full: string;
  readonly writes: readonly Write[];
}[] = [
  {
    short: "180187d6800902030100080f810a03",
    full: "1b070187d612000000800902030100080f810a03",
    writes: [
      {
        key: scene(2, "patterns"),
        value: [
          [1, 0],
          [8, 15],
          [1281, 3],
        ],
      },
    ],
  },
  {
    short: "1c0287d60181090f074272c3bc636b65",
    full: "1f070287d6120000000181090f074272c3bc636b65",
    writes: [{ key: scene(15, "name"), value: "Brücke" }],
  },
  {
    short: "1c0387d602800102810102",
    full: "1f070387d61200000002800102810102",
    writes: [
      { key: scene(2, "patterns"), value: null },
      { key: scene(2, "name"), value: null },
    ],
  },
  {
    short: "1c0487d6038206010200040f40",
    full: "1f070487d612000000038206010200040f40",
    writes: [
      {
        key: { kind: "chain" },
        value: {
          on: true,
          entries: [
            { scene: 0, bars: 4 },
            { scene: 15, bars: 64 },
          ],
        },
      },
    ],
  },
  {
    short: "1c0587d6048200",
    full: "1f070587d612000000048200",
    writes: [{ key: { kind: "chain" }, value: null }],
  },
  {
    short: "1c0687d60583020001",
    full: "1f070687d6120000000583020001",
    writes: [{ key: { kind: "setting", setting: "lock" }, value: true }],
  },
  {
    short: "1c0787d6068405810a0058e984020203",
    full: "1f070787d612000000068405810a0058e984020203",
    writes: [
      { key: { kind: "effect", track: 1281, effect: "filter" }, value: -0.58 },
      { key: { kind: "effect", track: 2, effect: "reverb" }, value: null },
    ],
  },
  {
    short: "1c0887d60785030006008503026009",
    full: "1f070887d6120000000785030006008503026009",
    writes: [
      { key: { kind: "roomEffect", effect: "echoSteps" }, value: 6 },
      { key: { kind: "roomEffect", effect: "reverbSize" }, value: 2.4 },
    ],
  },
  {
    short: "1c0987d608860b000001000000000000504086020101860b0200100000000000001040860102",
    full: "1f070987d61200000008860b000001000000000000504086020101860b0200100000000000001040860102",
    writes: [
      control("polarity", { now: 0, next: { value: 1, fromBeat: 64 } }),
      control("silence", { now: 1, next: null }),
      control("launch", { now: 0, next: { value: 16, fromBeat: 4 } }),
      control("launch", null),
    ],
  },
  {
    short: "1c0a87d6098703810a0187020200870102",
    full: "1f070a87d612000000098703810a0187020200870102",
    writes: [
      { key: { kind: "trackLock", track: 1281 }, value: true },
      { key: { kind: "trackLock", track: 2 }, value: false },
      { key: { kind: "trackLock", track: 2 }, value: null },
    ],
  },
  {
    short: "1c0b87d60a882202200032324f00000000000029400000000000000840e02e0000000000003440e02e",
    full: "1f070b87d6120000000a882202200032324f00000000000029400000000000000840e02e0000000000003440e02e",
    writes: [
      {
        key: { kind: "room", field: "transport" },
        value: {
          base: { fromTime: roomTime(12.5), fromBeat: 3, tempo: 120, running: true },
          next: {
            fromTime: roomTime(20),
            fromBeat: 18,
            tempo: 120,
            running: true,
            ramp: { to: 128.5, beats: 32 },
          },
        },
      },
    ],
  },
  {
    short: "1c0c87d60b89050307b2640889070507090301810a890106",
    full: "1f070c87d6120000000b89050307b2640889070507090301810a890106",
    writes: [
      { key: { kind: "conducted", deed: "tempo" }, value: [7, 12_850, 8] },
      { key: { kind: "conducted", deed: "follow" }, value: [7, 9, 3, 1, 1281] },
      { key: { kind: "conducted", deed: "lead" }, value: null },
    ],
  },
];

test("[XYP2] what stands on a pad of protocol 1.1 reads as it did, and is still written so", () => {
  const receiver = new Replica({ actor: 8, seed: 1 });
  const delta: Delta = {
    actor: 7,
    seq: 1,
    stamp: { time: NOW_MS, counter: 0, actor: 7 },
    writes: [
      { key: { kind: "track", track: 1281, field: "padX" }, value: "cutoff" },
      { key: { kind: "track", track: 2, field: "padY" }, value: "" },
      { key: { kind: "track", track: 2, field: "padX" }, value: null },
    ],
  };
  const short = bytes("180187d68c0a810a09066375746f66668c03020a008c020209");
  expect(decodeDelta(short, receiver.context(7, NOW_MS))).toEqual({ ok: true, value: delta });
  expect(encodeDelta(delta, { explicitActor: true, nowMs: 0 })).toEqual(
    bytes("1b070187d6120000008c0a810a09066375746f66668c03020a008c020209"),
  );
  // A field of a later minor version is passed over, whatever it holds; one in the form of 1.0 is no write.
  const later = bytes("180187d68c0402ff00ff8c03020a00");
  expect(decodeDelta(later, receiver.context(7, NOW_MS))).toMatchObject({
    ok: true,
    value: { writes: [{ key: { field: "padY" }, value: "" }] },
  });
  expect(decodeDelta(bytes("180187d6290200"), receiver.context(7, NOW_MS)).ok).toBe(false);
});

test("[COD12] the kinds of writes that protocol 1.1 added read as they did, and are still written so", () => {
  const receiver = new Replica({ actor: 8, seed: 1 });
  for (const [index, { short, full, writes }] of SAMPLES.entries()) {
    const delta: Delta = {
      actor: 7,
      seq: index + 1,
      stamp: { time: NOW_MS, counter: index, actor: 7 },
      writes,
    };
    for (const [hex, link] of [
      [short, 7],
      [full, null],
    ] as const)
      expect(decodeDelta(bytes(hex), receiver.context(link, NOW_MS))).toEqual({ ok: true, value: delta });
    receiver.receive(delta);
    expect(encodeDelta(delta, { explicitActor: true, nowMs: 0 })).toEqual(bytes(full));
  }
});
