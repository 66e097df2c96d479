import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { INSTRUMENTS, instrumentById } from "./instruments.ts";
import { PARAMS, paramById, paramByName } from "./params.ts";

/**
 * The parameters of a compiled synthdef and their defaults. Format: "SCgf", version (1: counts are
 * i16, 2: i32), number of defs i16, name, constants f32, parameter values f32, parameter names with
 * indices. Source: SuperCollider, "Synth Definition File Format".
 */
function synthdefParams(synthdef: string): Map<string, number> {
  const folder = new URL("../../node_modules/supersonic-scsynth-synthdefs/synthdefs/", import.meta.url);
  const bytes = readFileSync(fileURLToPath(new URL(`${synthdef}.scsyndef`, folder)));
  expect(bytes.toString("latin1", 0, 4)).toBe("SCgf");
  const isWide = bytes.readInt32BE(4) === 2;
  let offset = 10;
  const text = (): string => {
    const length = bytes.readUInt8(offset);
    offset += 1 + length;
    return bytes.toString("latin1", offset - length, offset);
  };
  const count = (): number => {
    offset += isWide ? 4 : 2;
    return isWide ? bytes.readInt32BE(offset - 4) : bytes.readInt16BE(offset - 2);
  };
  const floats = (): number[] =>
    Array.from({ length: count() }, () => {
      offset += 4;
      return bytes.readFloatBE(offset - 4);
    });
  expect(text()).toBe(synthdef);
  floats();
  const values = floats();
  return new Map(Array.from({ length: count() }, () => [text(), values[count()] ?? Number.NaN] as const));
}

test("[INS1] every instrument has its synthdef, and that has every parameter the instrument names", () => {
  for (const { id, synthdef, knobs, fixed, kind, envelope } of INSTRUMENTS) {
    const params = synthdefParams(synthdef);
    const sent = [...knobs.map(({ param }) => param), ...Object.keys(fixed), "amp", "out_bus"];
    if (kind === "melodic") sent.push("note");
    if (envelope === "gate") sent.push("sustain", "release");
    for (const name of sent) expect(params.has(name), `${id}: ${name}`).toBe(true);
  }
});

test("[INS2] every knob has a label of its own and stands within its range", () => {
  for (const { id, knobs } of INSTRUMENTS) {
    expect(new Set(knobs.map(({ label }) => label)).size, id).toBe(4);
    expect(new Set(knobs.map(({ param }) => param)).size, id).toBe(4);
    for (const knob of knobs) {
      const param = paramByName(knob.param);
      expect(param, knob.param).toBeDefined();
      const min = knob.min ?? param?.min ?? 0;
      const max = knob.max ?? param?.max ?? 0;
      expect(min, `${id} ${knob.param}`).toBeLessThan(max);
      expect(min).toBeGreaterThanOrEqual(param?.min ?? 0);
      expect(max).toBeLessThanOrEqual(param?.max ?? 0);
      expect(knob.default, `${id} ${knob.param}`).toBeGreaterThanOrEqual(min);
      expect(knob.default, `${id} ${knob.param}`).toBeLessThanOrEqual(max);
    }
  }
});

test("[INS3] ids and labels of instruments are unique, pitches are MIDI's, gains are finite", () => {
  expect(new Set(INSTRUMENTS.map(({ id }) => id)).size).toBe(INSTRUMENTS.length);
  expect(new Set(INSTRUMENTS.map(({ label }) => label)).size).toBe(INSTRUMENTS.length);
  for (const { id, pitch, gain } of INSTRUMENTS) {
    expect(Number.isInteger(pitch) && pitch >= 0 && pitch <= 127, id).toBe(true);
    expect(gain > 0 && gain <= 16, id).toBe(true);
    expect(instrumentById(id)?.id).toBe(id);
  }
  expect(instrumentById("toString")).toBeUndefined();
});

test("[INS4] parameters are a table for ever: ids 1, 2, 3 … in order, names unique, ranges sound", () => {
  expect(PARAMS.map(({ id }) => id)).toEqual(PARAMS.map((_, index) => index + 1));
  expect(new Set(PARAMS.map(({ name }) => name)).size).toBe(PARAMS.length);
  for (const param of PARAMS) {
    expect(param.min).toBeLessThan(param.max);
    expect(param.default >= param.min && param.default <= param.max, param.name).toBe(true);
    if (param.curve === "exponential") expect(param.min).toBeGreaterThan(0);
    expect(paramById(param.id)).toBe(param);
  }
  // Append here; whatever stands here already stays where it is.
  expect(PARAMS.map(({ name }) => name)).toEqual(
    [
      "cutoff res attack decay sustain_level release note click",
      "decay_curve hpf lpf mix rev detune detune1 drive",
      "cutoff_min pulse_width sub_amp divisor depth mod_phase mod_range vibrato_rate",
      "vibrato_depth ring width note_resolution clickiness bass quint oct",
      "rs_freq pluck_decay coef noise_amp lfo_width lfo_rate mod_index phase",
      "range slope_start boost",
    ].flatMap((row) => row.split(" ")),
  );
  expect(PARAMS.at(-1)?.id).toBeLessThan(256);
});

test("[INS4] every parameter is some instrument's knob", () => {
  const used = new Set(INSTRUMENTS.flatMap(({ knobs }) => knobs.map(({ param }) => param)));
  expect(PARAMS.filter(({ name }) => !used.has(name)).map(({ name }) => name)).toEqual([]);
});
