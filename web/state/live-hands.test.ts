import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeLive, encodeLive, type LiveFrame } from "#shared/live/movement.ts";
import type { DelayChoice } from "#shared/live/playout-delay.ts";
import { roomTime } from "#shared/time/instants.ts";
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
