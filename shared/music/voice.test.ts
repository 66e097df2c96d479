import * as fc from "fast-check";
import { expect, test } from "vitest";
import { INSTRUMENTS, type Instrument, instrumentById } from "./instruments.ts";
import { defaultParams, knobRange, velocityAmp, voiceArgs } from "./voice.ts";

const get = (id: string): Instrument => instrumentById(id) as Instrument;
const note = { pitch: 45, velocity: 100, duration: 0.5 };

test("[INS5] a gated voice holds until the note's end and then releases", () => {
  const args = voiceArgs(get("beep"), { attack: 0.1, decay: 0.15 }, note);
  expect(args).toMatchObject({ note: 45, attack: 0.1, decay: 0.15 });
  expect(args["sustain"]).toBeCloseTo(0.25, 9);
  expect(voiceArgs(get("beep"), { attack: 3 }, note)["sustain"]).toBe(0);
});

test("[INS5] a drum is told neither pitch nor length: its pitch is its knob's", () => {
  const args = voiceArgs(get("kick"), { note: 30 }, note);
  expect(args["note"]).toBe(30);
  expect(args["sustain"]).toBeUndefined();
  expect(voiceArgs(get("closed-hat"), {}, note)["note"]).toBeUndefined();
});

test("[INS6] whatever the parameters, a voice gets numbers within its knobs' ranges", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...INSTRUMENTS),
      fc.dictionary(fc.string(), fc.double({ noNaN: true })),
      fc.double({ noNaN: true }),
      (instrument, params, wild) => {
        const all = { ...params, ...Object.fromEntries(instrument.knobs.map(({ param }) => [param, wild])) };
        const args = voiceArgs(instrument, all, note);
        for (const { param } of instrument.knobs) {
          const range = knobRange(instrument, param);
          expect(args[param]).toBeGreaterThanOrEqual(range?.min ?? Number.NaN);
          expect(args[param]).toBeLessThanOrEqual(range?.max ?? Number.NaN);
        }
        expect(Object.values(args).every(Number.isFinite)).toBe(true);
      },
    ),
  );
});

test("[INS6] loudness rises with velocity and stays within 0 and 1", () => {
  for (let velocity = 1; velocity <= 127; velocity++)
    expect(velocityAmp(velocity)).toBeGreaterThan(velocityAmp(velocity - 1));
  expect(velocityAmp(127)).toBe(1);
  expect(velocityAmp(500)).toBe(1);
});

test("an instrument as it comes stands at its knobs' defaults, and what is no knob has no range", () => {
  expect(defaultParams(get("tb303"))).toMatchObject({ cutoff: 92 });
  expect(knobRange(get("tb303"), "pan")).toBeNull();
});
