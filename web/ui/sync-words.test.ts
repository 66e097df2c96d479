import { describe, expect, test } from "vitest";
import { syncEntry } from "../state/sync-fixtures.ts";
import {
  boundWords,
  driftWords,
  handWords,
  plainMs,
  plotWords,
  ppm,
  trimText,
  trimWords,
} from "./sync-words.ts";
import { badge, within } from "./sync-badge-words.ts";

describe("the words of Sync", () => {
  test("[UI12] the badge says the state, and how far off at most", () => {
    expect(badge({ state: "locked", errorBound: 0.0008 })).toEqual({
      word: "In sync",
      figure: "± 0.8 ms",
      spoken: "within 0.8 milliseconds",
    });
    expect(badge({ state: "locked", errorBound: 0.001 }).spoken).toBe("within 1.0 millisecond");
    expect(badge({ state: "holdover", errorBound: 0.0141 })).toEqual({
      word: "Held",
      figure: "± 14 ms",
      spoken: "from memory, within 14 milliseconds",
    });
  });

  test("[UI12] before there is a lock it claims none", () => {
    for (const state of ["unlocked", "locking"] as const) {
      const { word, figure, spoken } = badge({ state, errorBound: 0.0001 });
      expect([figure, spoken]).toEqual([null, ""]);
      expect(word).not.toContain("sync");
    }
  });

  test("[UI12] a bound is never said to be nothing", () => {
    expect(within(0)).toBe("± 0.1 ms");
    expect(within(0.00996)).toBe("± 10 ms");
    expect(plainMs(0.0371)).toBe("37 ms");
  });

  test("[UI12] signs are true ones, and nothing has none", () => {
    expect([ppm(12.44), ppm(-0.52), ppm(0.01), ppm(-240)]).toEqual([
      "+12.4 ppm",
      "\u22120.5 ppm",
      "0.0 ppm",
      "\u2212240 ppm",
    ]);
    expect([trimText(0.02), trimText(-0.005), trimText(0)]).toEqual(["+20 ms", "\u22125 ms", "0 ms"]);
    expect(trimWords(0.02)).toBe("sound leaves 20 milliseconds earlier");
    expect(trimWords(-0.02)).toBe("sound leaves 20 milliseconds later");
  });

  test("[UI12] what the bound is made of is said, also where it is more than the network's", () => {
    const words = boundWords({ state: "locked", errorBound: 0.001, rtt: 0.0016 });
    expect(words).toBe("at most: half the round trip that nobody can see");
    expect(boundWords({ state: "locked", errorBound: 0.02, rtt: 0.001 })).toContain("busy machines");
    expect(boundWords({ state: "holdover", errorBound: 0.02, rtt: 0.001 })).toContain("grows");
    expect([driftWords(0.01), driftWords(-3), driftWords(3)]).toEqual([
      "as fast as the room’s",
      "your clock runs fast",
      "your clock runs slow",
    ]);
  });

  test("[UI12] the plot is told in a sentence: how long, how far, held and set right", () => {
    expect(plotWords([])).toBe("Nothing is measured yet.");
    expect(plotWords([syncEntry(0, { state: "locking" })])).toBe("Nothing is measured yet.");
    const minutes = Array.from({ length: 121 }, (_, time) =>
      syncEntry(time, {
        residual: time === 60 ? -0.0031 : 0.0002,
        errorBound: time === 61 ? 0.0052 : 0.001,
        state: time > 100 ? "holdover" : "locked",
        generation: time > 30 ? 2 : 1,
      }),
    );
    expect(plotWords(minutes)).toBe(
      "Over the last 2 minutes you stood at most 3.1 ms off the beat, with a bound of at most 5.2 ms. " +
        "For 20 seconds of them the beat was held without the server. Your clock was set right once.",
    );
  });

  test("[LIV17] it says how long hands wait and what became of their frames", () => {
    const counts = { heard: 0, late: 0, dropped: 0, repeated: 0, refused: 0, missed: 0 };
    expect(handWords(null, counts)).toBe("Nobody else has turned anything yet.");
    expect(handWords(null, { ...counts, heard: 1 })).toBe("1 frame in time, 0 late, 0 dropped, 0 bridged.");
    expect(handWords(0.1124, { heard: 1_204, late: 3, dropped: 1, repeated: 9, refused: 1, missed: 4 })).toBe(
      "Now 112 ms. 1,204 frames in time, 3 late, 2 dropped, 4 bridged.",
    );
  });
});
