import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { INSTRUMENTS, instrumentById } from "./instruments.ts";
import { controlInfo, padChoices, padOf } from "./pad.ts";

const instrument = fc.constantFrom(...INSTRUMENTS);
const anyName = fc.oneof(fc.constantFrom(...INSTRUMENTS.flatMap(padChoices)), fc.string());

describe("the pad of a part", () => {
  test("[XYP1] whatever was chosen, two different controls of the instrument stand on it", () => {
    fc.assert(
      fc.property(instrument, anyName, anyName, (each, padX, padY) => {
        const pad = padOf({ instrument: each.id, padX, padY });
        if (!pad) throw new Error("an instrument without a pad");
        expect(pad.x).not.toBe(pad.y);
        for (const name of [pad.x, pad.y]) expect(padChoices(each)).toContain(name);
      }),
    );
  });

  test("[XYP1] a choice that the instrument has is kept, and of two alike the x axis's", () => {
    fc.assert(
      fc.property(instrument, anyName, anyName, (each, padX, padY) => {
        const pad = padOf({ instrument: each.id, padX, padY });
        if (controlInfo(each, padX)) expect(pad?.x).toBe(padX);
        if (controlInfo(each, padY) && padX !== padY) expect(pad?.y).toBe(padY);
      }),
    );
  });

  test("[XYP1] what nobody chose is cutoff and resonance, or the two knobs that sound most", () => {
    const own = (id: string) => padOf({ instrument: id, padX: "", padY: "" });
    expect(own("tb303")).toEqual({ x: "cutoff", y: "res" });
    expect(own("gabberkick")).toEqual({ x: "cutoff", y: "res" });
    expect(own("kick")).toEqual({ x: "note", y: "decay" });
    expect(own("closed-hat")).toEqual({ x: "decay", y: "hpf" });
    expect(own("fm")).toEqual({ x: "divisor", y: "depth" });
    expect(own("saw")).toEqual({ x: "cutoff", y: "echo" });
    expect(own("beep")).toEqual({ x: "filter", y: "resonance" });
    expect(own("theremin")).toBeNull();
  });

  test("[XYP1] each control that can stand there has a name, a range and words for any value in it", () => {
    for (const each of INSTRUMENTS)
      for (const name of padChoices(each)) {
        const info = controlInfo(each, name);
        if (!info) throw new Error(`${each.id} has no ${name}`);
        expect(info.label).not.toBe("");
        for (const value of [info.range.min, info.rest, info.range.max]) {
          expect(info.words(value)).not.toBe("");
          expect(value >= info.range.min && value <= info.range.max, `${each.id} ${name}`).toBe(true);
        }
      }
    const [saw] = [instrumentById("saw")];
    expect(saw && controlInfo(saw, "toString")).toBeNull();
  });
});
