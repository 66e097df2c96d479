import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { format, panWord } from "#shared/music/figures.ts";
import { ERRORS } from "#shared/protocol/errors.ts";
import { correction, JUMP, NUDGE, position } from "./baton-motion.ts";
import { columnTemplate, gridColumn, guttersCrossed } from "./columns.ts";
import { DYNAMICS, dynamic, longer, louder } from "./dynamics.ts";
import { travelOf, valueAt } from "#shared/music/travel.ts";
import { nameList } from "./name-list.ts";
import { signedMs } from "./signed-ms.ts";
import { shownPitches } from "./rows.ts";
import { SHAPES, shapeMask } from "./shapes.ts";
import { throttle } from "./throttle.ts";
import { ago, connectionWords, END_CODES, ending, isOnlyHere, keptWords, lastChangeWords } from "./words.ts";

describe("the baton", () => {
  const heard = (beat: number) => ({ beat, tempo: 120, running: true });

  test("[UI6] it is nudged by at most 5 %, and jumps only over 60 ms", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (late) => {
        const to = correction(heard(8), 8_000 - late * 2 * 1_000);
        expect(to.kind).toBe(
          Math.abs(late) > JUMP + 1e-9 ? "jump" : Math.abs(late) < JUMP - 1e-9 ? "rate" : to.kind,
        );
        if (to.kind === "jump") expect(to.time).toBe(8_000);
        else expect(Math.abs(to.rate / 2 - 1)).toBeLessThanOrEqual(NUDGE + 1e-12);
      }),
    );
  });

  test("[UI6] one that is behind runs faster, one that is ahead slower", () => {
    expect(correction(heard(4), 3_960).rate).toBeGreaterThan(2);
    expect(correction(heard(4), 4_040).rate).toBeLessThan(2);
  });

  test("bars, beats and steps are counted from one", () => {
    expect([0, 0.25, 3.75, 4, 9.5].map(position)).toEqual(["1.1.1", "1.1.2", "1.4.4", "2.1.1", "3.2.3"]);
    expect([-4, -3.5, -0.1].map(position)).toEqual(["-4", "-4", "-1"]);
  });
});

describe("dynamics", () => {
  test("[UI7] each of the five stands for itself, and sizes grow with them", () => {
    for (const each of DYNAMICS) expect(dynamic(each.velocity)).toBe(each);
    expect(DYNAMICS.map(({ size }) => size)).toEqual([0.45, 0.6, 0.75, 0.9, 1]);
    for (let velocity = 2; velocity <= 127; velocity++)
      expect(dynamic(velocity).size).toBeGreaterThanOrEqual(dynamic(velocity - 1).size);
  });

  test("louder and softer stay within pp and ff", () => {
    expect(louder(100, 1)).toBe(120);
    expect(louder(127, 1)).toBe(120);
    expect(louder(1, -1)).toBe(30);
  });

  test("a gate keeps to whole eighths and to its bounds", () => {
    for (let gate = 0.125; gate <= 31.875; gate += 0.125)
      for (const by of [1, -1] as const) {
        const next = longer(gate, by);
        expect(next).toBeGreaterThanOrEqual(0.125);
        expect(next).toBeLessThanOrEqual(31.875);
      }
  });
});

describe("knobs", () => {
  test("[UI8] travel and value are inverse on either curve", () => {
    for (const range of [
      { min: 0, max: 1, curve: "linear" },
      { min: -250, max: -1, curve: "linear" },
      { min: 0.001, max: 4, curve: "exponential" },
    ] as const)
      for (const travel of [0, 0.1, 0.5, 0.9, 1])
        expect(travelOf(range, valueAt(range, travel))).toBeCloseTo(travel, 9);
  });

  test("values are read with their units", () => {
    expect(format(0.085, "s")).toBe("85 ms");
    expect(format(1.5, "s")).toBe("1.5 s");
    expect(format(69, "note")).toBe("440 Hz");
    expect(format(5, "semitones")).toBe("+5 st");
    expect(format(0.75, "")).toBe("0.75");
    expect(panWord(-0.5)).toBe("50 left");
    expect(panWord(0)).toBe("centre");
    expect([0.0008, -0.012, 0].map(signedMs)).toEqual(["+0.8 ms", "\u221212 ms", "±0.0 ms"]);
  });
});

describe("rows and columns", () => {
  test("a gutter is a column of its own", () => {
    expect([0, 3, 4, 15].map(gridColumn)).toEqual([1, 4, 6, 19]);
    expect(columnTemplate(6)).toBe("repeat(4, minmax(0, 1fr)) var(--gutter) repeat(2, minmax(0, 1fr))");
    expect([
      guttersCrossed(0, 4),
      guttersCrossed(0, 4.5),
      guttersCrossed(3, 1),
      guttersCrossed(3, 8),
    ]).toEqual([0, 1, 0, 2]);
  });

  test("a pitch grid shows its rows of the scale and every pitch in use, in its own octave no more rows than asked for", () => {
    const shown = (octaves: number, inUse: readonly number[]) =>
      shownPitches({ name: "minor", root: 9 }, 60, octaves, inUse, 12);
    const [top = 0, ...others] = shown(0, []);
    expect(others).toHaveLength(11);
    expect(others.at(-1)).toBe(57);
    expect(shown(0, [55])).toEqual([...others, 55]);
    expect(shown(0, [55, top])).toEqual([top, ...others.slice(1), 55]);
    expect(shown(0, [24, 100])).toEqual([100, ...others.slice(1), 24]);
    expect(shown(1, [24, 100])).toHaveLength(14);
    const many = Array.from({ length: 15 }, (_, pitch) => pitch + 40);
    expect(shown(0, many)).toEqual(many.toReversed());
  });

  test("there are sixteen shapes, each a mask", () => {
    expect(SHAPES).toHaveLength(16);
    expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(16);
    expect(shapeMask(17)).toBe(shapeMask(17));
    expect(shapeMask(-1)).toContain("svg");
  });
});

describe("words", () => {
  test("[UI9] every way to end has a title, a sentence and one button", () => {
    expect(END_CODES).toEqual(
      expect.arrayContaining([...Object.keys(ERRORS), "NO_ROOM_IN_LINK", "SOUND_UNSUPPORTED", "NEEDS_HTTPS"]),
    );
    for (const code of END_CODES) {
      const words = ending(code);
      expect(words.title).not.toBe("");
      expect(words.sentence).toMatch(/\.$/);
      expect(words.button).not.toBe("");
    }
    expect(ending("NEEDS_HTTPS").sentence).toBe("Your browser gives sound only over https.");
  });

  test("edits that wait are counted", () => {
    expect(connectionWords({ state: "offline", waiting: 3 })).toBe(
      "You play on. 3 edits wait for the connection.",
    );
    expect(connectionWords({ state: "offline", waiting: 1 })).toBe(
      "You play on. 1 edit waits for the connection.",
    );
    expect(connectionWords({ state: "full", waiting: 0 })).toBe(
      "The server's disk is full. Edits wait here.",
    );
    expect(connectionWords({ state: "full", waiting: 2 })).toBe(
      "The server's disk is full. 2 edits wait here.",
    );
    expect(nameList(["A", "B", "C", "D"])).toBe("A, B and 2 more");
  });

  test("[HST11] when something was changed is told as people tell it", () => {
    expect([0, 59, 60, 3_599, 3_600, 172_799, 172_800].map(ago)).toEqual([
      "just now",
      "just now",
      "1 min ago",
      "59 min ago",
      "1 h ago",
      "47 h ago",
      "2 days ago",
    ]);
    const change = { by: "Ada", color: 3, deed: "set", ago: 130 } as const;
    expect(lastChangeWords(change)).toBe("by Ada, 2 min ago");
    expect(lastChangeWords({ ...change, by: null, deed: "cleared", ago: null })).toBe("cleared by you");
  });

  test("links to this computer alone are known", () => {
    expect(
      ["http://127.0.0.1:7700/r/a#b", "http://localhost/r/a", "http://[::1]:7700/"].every(isOnlyHere),
    ).toBe(true);
    expect(["https://192.168.1.4:7700/r/a#b", "https://tutti.example/r/a", "nonsense"].some(isOnlyHere)).toBe(
      false,
    );
  });
});

describe("throttle", () => {
  test("the first goes at once, the last of a rush is kept until it is flushed", () => {
    const sent: number[] = [];
    const send = throttle<number>(1_000, (value) => sent.push(value));
    for (const value of [1, 2, 3]) send(value);
    expect(sent).toEqual([1]);
    send.flush();
    expect(sent).toEqual([1, 3]);
    send(4);
    send.cancel();
    send.flush();
    expect(sent).toEqual([1, 3]);
    send.cancel();
  });
});

test("[OFF14] a page that cannot go on says what becomes of the edits that wait", () => {
  expect(keptWords("VERSION", { waiting: 3, kept: true })).toBe(
    "3 edits are kept in this browser and go out after the reload.",
  );
  expect(keptWords("ROOM_FULL", { waiting: 1, kept: true })).toBe(
    "1 edit is kept in this browser and goes out after the reload.",
  );
  expect(keptWords("TOKEN_EXPIRED", { waiting: 2, kept: true })).toBe(
    "2 edits are kept in this browser and go out when you are back in this jam.",
  );
  expect(keptWords("VERSION", { waiting: 2, kept: false })).toBe(
    "2 edits did not reach the server, and this browser cannot keep them.",
  );
  expect(keptWords("VERSION", { waiting: 0, kept: true })).toBeNull();
  expect(keptWords("ROOM_UNKNOWN", { waiting: 2, kept: true })).toBeNull();
});
