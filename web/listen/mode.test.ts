import fc from "fast-check";
import { expect, test } from "vitest";
import { modeOf, MODES, usualMode } from "./mode.ts";
import { company, sentence, title } from "./words.ts";

const possible = fc.record({
  wish: fc.constantFrom(...MODES),
  canRender: fc.boolean(),
  hasProgramme: fc.boolean(),
  isOverdue: fc.boolean(),
  isCut: fc.boolean(),
});

test("[LST4] what is chosen is what is heard, where that can be; else what can be", () => {
  fc.assert(
    fc.property(possible, (given) => {
      const mode = modeOf(given);
      if (!given.canRender) expect(mode).toBe("stream");
      else if (given.wish === "render") expect(mode).toBe("render");
      else if (given.hasProgramme) expect(mode).toBe(given.isCut ? "render" : "stream");
      else expect(mode).toBe(given.isOverdue ? "render" : "stream");
    }),
  );
  expect(usualMode({ isSmall: true })).toBe("stream");
  expect(usualMode({ isSmall: false })).toBe("render");
});

const hearing = {
  pressed: true,
  mode: "stream",
  wish: "stream",
  isOnline: true,
  isHeard: true,
  isInterrupted: false,
  hasProgramme: true,
  isPlaying: true,
  isCut: false,
  cause: null,
} as const;

test("[LST5] the page says that nobody plays, what it waits for, and what to press", () => {
  const shown = { room: "Night", isPlaying: false, performers: ["Ann", "Bo"], listeners: 1 };
  expect(title(shown)).toBe("Nobody is playing in Night now.");
  expect(company(shown)).toBe("Ann and Bo are here. 1 person listens.");
  expect(company({ ...shown, performers: [], listeners: 12 })).toBe("No musician is here. 12 people listen.");
  expect(sentence({ ...hearing, pressed: false })).toBe("");
  expect(sentence({ ...hearing, isInterrupted: true })).toContain("Press Sound on");
  expect(sentence({ ...hearing, isHeard: false, hasProgramme: false })).toContain("Waiting for");
  expect(sentence({ ...hearing, isPlaying: false })).toContain("as soon as somebody plays");
  expect(sentence({ ...hearing, mode: "render" })).toContain("Nobody sends a stream");
  expect(sentence({ ...hearing, mode: "render", isCut: true })).toContain("does not come through");
  expect(sentence({ ...hearing, isOnline: false, isHeard: false })).toContain("comes back by itself");
});
