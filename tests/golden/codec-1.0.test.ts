/** Bytes of protocol 1.0, as they went over the wire: every later version of this major still reads them. */
import { expect, test } from "vitest";
import { decodeDelta, encodeDelta } from "#shared/document/codec.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { decodeSnapshot, encodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { roomTime } from "#shared/time/instants.ts";

const NOW_MS = 1_234_567;
const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const cell = (step: number, pitch: number) => ({ kind: "note", track: 1, pattern: 0, step, pitch }) as const;

/** Seven commands of actor 7, in order: its own link's form, the form that names everything, and what they say. */
const SAMPLES: readonly {
  readonly short: string;
  readonly full: string;
  /** How 1.1 writes the second form, where it is shorter. */
  readonly shorter?: string;
  readonly writes: readonly Write[];
}[] = [
  {
    short: "180187d60201bc02",
    full: "1b070187d6120000000201bc02",
    writes: [{ key: cell(5, 60), value: { velocity: 100, gate: 1, probability: 1, ratchet: 1 } }],
  },
  {
    short: "1c0287d6010001bc02",
    full: "1f070287d612000000010001bc02",
    writes: [{ key: cell(5, 60), value: null }],
  },
  {
    short: "1c0387d6020601ff1f57143203",
    full: "1f070387d612000000020601ff1f57143203",
    writes: [{ key: cell(63, 127), value: { velocity: 87, gate: 2.5, probability: 0.5, ratchet: 3 } }],
  },
  {
    short: "1c0487d60310ac020211ac020218",
    full: "1f070487d6120000000310ac020211ac020218",
    writes: [
      { key: { kind: "floor", track: 300, pattern: 2 }, value: null },
      { key: { kind: "length", track: 300, pattern: 2 }, value: 24 },
    ],
  },
  {
    short: "1c0587d6041301030000a142",
    full: "1f070587d612000000041301030000a142",
    writes: [{ key: { kind: "param", track: 1, param: 3 }, value: 80.5 }],
  },
  {
    short: "1c0687d6052101074b69636b20c3a92401401f200100",
    full: "1f070687d612000000052101074b69636b20c3a92401401f200100",
    writes: [
      { key: { kind: "track", track: 1, field: "name" }, value: "Kick é" },
      { key: { kind: "track", track: 1, field: "volume" }, value: 0.8 },
      { key: { kind: "track", track: 1, field: "alive" }, value: false },
    ],
  },
  {
    short:
      "1c0787d6064006000000000000000000000000000000000000000000005f409a9999999999244000000000000000000000000000805640",
    full: "1f070787d612000000064006000000000000000000000000000000000000000000005f409a9999999999244000000000000000000000000000805640",
    shorter: "1f070787d61200000006407e70309a999999999924402823",
    writes: [
      {
        key: { kind: "room", field: "transport" },
        value: {
          base: { fromTime: roomTime(0), fromBeat: 0, tempo: 124, running: false },
          next: { fromTime: roomTime(10.3), fromBeat: 0, tempo: 90, running: true },
        },
      },
    ],
  },
];
const SNAPSHOT =
  "400287d6120000000107070087d61200000001070710ac020211ac0202181301030000a142407e70309a99999999992440282320010021" +
  "01074b69636b20c3a92401401f05b0602c78cc075f2964025c9dc8599e1a";
const DIGEST = "dfd10404e36e077e";

const expected = (index: number): Delta => ({
  actor: 7,
  seq: index + 1,
  stamp: { time: NOW_MS, counter: index, actor: 7 },
  writes: SAMPLES[index]?.writes ?? [],
});

test("[COD12] deltas of protocol 1.0 read as they did, and are still written so or shorter", () => {
  const sender = new Replica({ actor: 7, seed: 1 });
  const receiver = new Replica({ actor: 8, seed: 1 });
  for (const [index, { short, full, shorter = full, writes }] of SAMPLES.entries()) {
    for (const [hex, link] of [
      [short, 7],
      [full, null],
      [shorter, null],
    ] as const)
      expect(decodeDelta(bytes(hex), receiver.context(link, NOW_MS))).toEqual({
        ok: true,
        value: expected(index),
      });
    receiver.receive(expected(index));
    const delta = sender.commit(writes, NOW_MS);
    expect(encodeDelta(delta, { explicitActor: true, nowMs: 0 })).toEqual(bytes(shorter));
  }
  expect(receiver.document.digest()).toBe(DIGEST);
});

test("[COD12] a snapshot of protocol 1.1 reads as it did, and is still written so", () => {
  const snapshot = decodeSnapshot(bytes(SNAPSHOT));
  const replica = new Replica({ actor: 9, seed: 1 });
  if (snapshot.ok) replica.load(snapshot.value);
  expect(replica.document.digest()).toBe(DIGEST);
  expect(replica.vector.highest(7)).toBe(7);
  const registers = replica.document.registers();
  expect(encodeSnapshot({ registers, vector: replica.vector, roomMs: NOW_MS })).toEqual(bytes(SNAPSHOT));
});
