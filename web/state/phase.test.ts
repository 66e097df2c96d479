import { expect, test } from "vitest";
import { type PhaseInput, phaseOf } from "./phase.ts";

const starting = { state: "starting", cause: null, progress: 0.5, waitsFor: "instruments" } as const;
const base: PhaseInput = {
  stage: { kind: "here" },
  role: "performer",
  joined: true,
  sound: starting,
  locked: false,
};

test("[PHA1] nobody is asked to join before the score is there, and nobody who made the jam is asked at all", () => {
  const asked = (stage: "connecting" | "here", joined: boolean) =>
    phaseOf({ ...base, stage: { kind: stage }, joined }).kind;
  expect(asked("connecting", false)).toBe("connecting");
  expect(asked("here", false)).toBe("arriving");
  expect(asked("connecting", true)).toBe("tuning");
});

test("[PHA2] tuning says what it waits for, and ends when the room, the sound and the clock are there", () => {
  const running = { ...starting, state: "running" } as const;
  expect(phaseOf(base)).toEqual({ kind: "tuning", progress: 0.4, waitsFor: "instruments" });
  expect(phaseOf({ ...base, stage: { kind: "connecting" } })).toMatchObject({ waitsFor: "room" });
  expect(phaseOf({ ...base, sound: running })).toMatchObject({ waitsFor: "clock" });
  expect(phaseOf({ ...base, sound: running, locked: true })).toEqual({ kind: "jamming" });
});

test("[PHA3] sound that stops or fails keeps everybody in the jam; an end ends it", () => {
  for (const state of ["interrupted", "failed"] as const)
    expect(phaseOf({ ...base, sound: { ...starting, state }, locked: true }).kind).toBe("jamming");
  expect(phaseOf({ ...base, stage: { kind: "ended", code: "ROOM_FULL" } })).toEqual({
    kind: "ended",
    code: "ROOM_FULL",
  });
});
