import { expect, test } from "vitest";
import { firstWrites } from "./first-jam.ts";
import { instrumentById } from "./instruments.ts";
import { paramById } from "./params.ts";
import { isInScale } from "./scales.ts";
import { knobRange } from "./voice.ts";

const writes = firstWrites();
const field = (track: number, name: string) =>
  writes.find(({ key }) => key.kind === "track" && key.track === track && key.field === name)?.value;
const tracks = [1, 2, 3, 4, 5, 6, 7, 8];

test("[MUS7] a room begins with eight named parts of 16 steps, each with its own shape, in order", () => {
  expect(tracks.map((track) => field(track, "name"))).toEqual([
    "Kick",
    "Snare",
    "Closed hat",
    "Open hat",
    "Clap",
    "Bass",
    "Lead",
    "Pad",
  ]);
  expect(tracks.map((track) => field(track, "shape"))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const orders = tracks.map((track) => field(track, "order") as string);
  expect(orders).toEqual(orders.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(orders).size).toBe(8);
  expect(writes.filter(({ key }) => key.kind === "length").map(({ value }) => value)).toEqual(
    tracks.map(() => 16),
  );
});

test("[MUS7] it is written once each, of known instruments and their own knobs, in the room's scale", () => {
  const keys = writes.map(({ key }) => JSON.stringify(key));
  expect(new Set(keys).size).toBe(keys.length);
  for (const { key, value } of writes) {
    if (!("track" in key) || key.kind === "floor") continue;
    const instrument = instrumentById(field(key.track, "instrument") as string);
    expect(instrument).toBeDefined();
    if (!instrument) continue;
    if (key.kind === "param") {
      const range = knobRange(instrument, paramById(key.param)?.name ?? "");
      expect(Number(value) >= (range?.min ?? 1) && Number(value) <= (range?.max ?? 0)).toBe(true);
    }
    if (key.kind !== "note") continue;
    expect(key.step).toBeLessThan(16);
    if (instrument.kind === "drum") expect(key.pitch).toBe(instrument.pitch);
    else expect(isInScale("minor", 9, key.pitch), `${key.pitch}`).toBe(true);
  }
});
