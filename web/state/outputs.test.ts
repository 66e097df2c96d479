import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asTrim, looksWireless, outputOf, readTrims, TRIM, withTrim } from "./outputs.ts";

const device = (deviceId: string, groupId: string, label: string) => ({ deviceId, groupId, label });
const speakers = device("a1", "g1", "Built-in speakers");
const buds = device("b2", "g2", "Ada's Buds");

describe("which output the sound goes to", () => {
  test("[SYN3] the default is told by what stands behind it, and is another when that changes", () => {
    const first = outputOf([device("default", "g1", "Default - Built-in speakers"), speakers, buds], "");
    const second = outputOf([device("default", "g2", "Default - Ada's Buds"), speakers, buds], "");
    expect(first.label).toBe("Built-in speakers");
    expect(second.label).toBe("Ada's Buds");
    expect(second.key).not.toBe(first.key);
    // Chosen by hand or by the system, it is the same thing.
    expect(outputOf([speakers, buds], "b2").key).toBe(second.key);
  });

  test("[SYN3] where the browser keeps its outputs to itself there is one", () => {
    const unknown = { key: "default", label: null };
    expect(outputOf([], "")).toEqual(unknown);
    expect(outputOf([device("", "", "")], "")).toEqual(unknown);
    expect(outputOf([device("", "", "")], "b2")).toEqual({ key: "b2", label: null });
    expect(outputOf([device("default", "", "")], "")).toEqual(unknown);
  });

  test("[SYN4] a wireless output is known by its name, or by being as slow as none with a wire", () => {
    expect(looksWireless({ key: "x", label: "Ada's Buds" }, 0.02)).toBe(true);
    expect(looksWireless({ key: "x", label: "WH-1000XM4 (Bluetooth)" }, null)).toBe(true);
    expect(looksWireless({ key: "x", label: null }, 0.18)).toBe(true);
    expect(looksWireless({ key: "x", label: "Built-in speakers" }, 0.037)).toBe(false);
    expect(looksWireless({ key: "default", label: null }, null)).toBe(false);
  });
});

describe("the trims that are kept", () => {
  test("[SYN3] each output has its own, and a reset one has none", () => {
    const both = withTrim(withTrim({}, "speakers", 0.02), "buds", 0.18);
    expect(both).toEqual({ speakers: 0.02, buds: 0.18 });
    expect(withTrim(both, "buds", 0)).toEqual({ speakers: 0.02 });
    expect(withTrim(both, "speakers", -0.03)).toEqual({ speakers: -0.03, buds: 0.18 });
  });

  test("[SYN3] the newest outlive the oldest, and there are never too many", () => {
    let trims = {};
    for (let i = 0; i < 100; i++) trims = withTrim(trims, `output ${i}`, 0.1);
    expect(Object.keys(trims)).toContain("output 99");
    expect(Object.keys(trims)).not.toContain("output 0");
    expect(Object.keys(trims).length).toBeLessThan(50);
  });

  test("[SYN3] whatever was stored reads as whole milliseconds within the range", () => {
    fc.assert(
      fc.property(fc.anything(), (stored) => {
        for (const trim of Object.values(readTrims(stored))) {
          expect(trim).toBeGreaterThanOrEqual(TRIM.min);
          expect(trim).toBeLessThanOrEqual(TRIM.max);
          expect(asTrim(trim)).toBe(trim);
        }
      }),
    );
    expect(asTrim("0.1")).toBe(0);
    expect(asTrim(Number.NaN)).toBe(0);
    expect(asTrim(0.0204)).toBe(0.02);
    expect(asTrim(9)).toBe(TRIM.max);
  });
});
