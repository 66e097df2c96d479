import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { encodeNotes } from "#shared/live/played-notes.ts";
import { decodeLive, encodeLive, type LiveFrame } from "#shared/live/movement.ts";
import type { DelayChoice } from "#shared/live/playout-delay.ts";
import { DEFAULT_ROOM_EFFECTS } from "#shared/music/effects.ts";
import { roomTime } from "#shared/time/instants.ts";
import { ROOM_TRACK } from "#shared/live/target.ts";
import { LiveHands } from "./live-hands.ts";

/** Nobody waits for a timer here: each movement takes its own turn. */
beforeEach(
  () =>
    void vi.stubGlobal(
      "Worker",
      class {
        postMessage(): void {}
      },
    ),
);

afterEach(() => void vi.unstubAllGlobals());

const BASS = 6;

function hands() {
  const sent: LiveFrame[] = [];
  const shown = new Map<string, number | null>();
  let now = 100;
  const live = new LiveHands({
    player: { reach: null, moveAt: () => {}, moveNow: () => {}, release: () => {} },
    send: (bytes) => {
      const frame = decodeLive(bytes, now * 1_000);
      if (frame) sent.push(frame);
    },
    me: () => ({ actor: 1, now: roomTime(now) }),
    roomNow: () => roomTime(now),
    generation: () => 0,
    track: () => undefined,
    roomEffects: () => DEFAULT_ROOM_EFFECTS,
    choice: signal<DelayChoice>({ kind: "automatic" }),
    show: (_, control, value) => shown.set(control, value),
  });
  const pass = (seconds: number): void => void (now += seconds);
  return { live, sent, shown, pass };
}

describe("my hand", () => {
  test("[XYP7] what one call moves or lets go of is in one frame", () => {
    const { live, sent, pass } = hands();
    for (let i = 0; i < 10; i++) {
      expect(live.move(BASS, { cutoff: 60 + i, echo: i / 10 })).toBe(true);
      pass(1 / 60);
    }
    live.letGo(BASS, ["cutoff", "echo"]);
    expect(sent).toHaveLength(11);
    for (const [i, { movements, end }] of sent.entries()) {
      expect(movements).toHaveLength(2);
      expect(end).toBe(i === 10);
      // Both as of the same call: a hundredth of cutoff's range a call, from 0.3 on, and a tenth of the echo's.
      const [cutoff, echo] = movements.map(({ travel }) => travel);
      expect((cutoff ?? 0) * 100 - 30).toBeCloseTo((echo ?? 0) * 10, 1);
    }
  });

  test("[XYP7] of what cannot be told, nothing is said to be told", () => {
    const { live } = hands();
    expect(live.move(BASS, { cutoff: 60, warp: 1 })).toBe(false);
  });
});

test("[LIV18] a hand on the room's effects is one frame of theirs, and another's is shown", () => {
  const { live, sent, shown, pass } = hands();
  expect(live.move(ROOM_TRACK, { echoFeedback: 0.45, reverbSize: 0.3 })).toBe(true);
  expect(sent.at(-1)?.movements).toEqual([
    { target: { track: ROOM_TRACK, kind: "room", index: 1 }, travel: expect.closeTo(0.5, 4) },
    { target: { track: ROOM_TRACK, kind: "room", index: 2 }, travel: 0 },
  ]);
  // Chosen, not turned; and no part has it.
  expect(live.move(ROOM_TRACK, { echoSteps: 4 })).toBe(false);
  expect(live.move(BASS, { echoFeedback: 0.1 })).toBe(false);
  live.letGo(ROOM_TRACK, ["echoFeedback", "reverbSize"]);
  const movements = [{ target: { track: ROOM_TRACK, kind: "room", index: 1 }, travel: 1 }] as const;
  const frame = { actor: null, begunMs: 100_000, end: false, movements } as const;
  for (let seq = 0; seq < 60; seq++) {
    pass(1 / 60);
    live.heard(2, encodeLive({ ...frame, sinceMs: Math.round((seq * 1_000) / 60), seq }));
  }
  expect(shown.get("echoFeedback")).toBeCloseTo(0.9, 4);
});

test("[FAIR7] notes that somebody plays take nothing of what is looked at of their hand", () => {
  const { live, shown, pass } = hands();
  const note = { track: BASS, pitch: 60, velocity: 100, onMs: 0, lengthMs: null };
  for (let i = 0; i < 1_000; i++)
    live.heard(2, encodeNotes({ actor: null, stampMs: 100_000, notes: [note] }));
  const movements = [{ target: { track: ROOM_TRACK, kind: "room", index: 1 }, travel: 1 }] as const;
  for (let seq = 0; seq < 30; seq++) {
    pass(1 / 60);
    const sinceMs = Math.round((seq * 1_000) / 60);
    live.heard(2, encodeLive({ actor: null, begunMs: 100_000, end: false, movements, sinceMs, seq }));
  }
  expect(live.counts.heard).toBe(30);
  expect(shown.get("echoFeedback")).toBeCloseTo(0.9, 4);
});

test("[LIV16] a choice is in force for hands that are heard from then on, and is regular", () => {
  const { live, pass } = hands();
  const frame = { begunMs: 100_000, seq: 0, end: false } as const;
  const movements = [{ target: { track: BASS, kind: "param", index: 1 }, travel: 0.5 }] as const;
  live.choose({ kind: "fixed", seconds: 9 });
  expect(live.choice.value).toEqual({ kind: "fixed", seconds: live.fixed.max });
  pass(0.01);
  live.heard(2, encodeLive({ ...frame, actor: null, sinceMs: 0, movements }));
  expect(live.delay).toBe(live.fixed.max);
  expect(live.counts.heard).toBe(1);
});
