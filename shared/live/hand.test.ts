import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../protocol/limits.ts";
import { roomTime } from "../time/instants.ts";
import { Hand } from "./hand.ts";
import type { LiveFrame } from "./movement.ts";
import type { Target } from "./target.ts";

const cutoff: Target = { track: 1, kind: "param", index: 1 };
const volume: Target = { track: 1, kind: "level", index: 0 };

/** What the hand sends until `to`, asked every ms, while `act` moves it. */
function frames(
  hand: Hand,
  from: number,
  to: number,
  act: (now: number) => void,
): (LiveFrame & { at: number })[] {
  const sent: (LiveFrame & { at: number })[] = [];
  for (let ms = Math.round(from * 1_000); ms <= Math.round(to * 1_000); ms++) {
    act(ms / 1_000);
    for (let each = hand.take(roomTime(ms / 1_000)); each; each = hand.take(roomTime(ms / 1_000)))
      sent.push({ ...each, at: ms / 1_000 });
  }
  return sent;
}

describe("my hand", () => {
  test("[LIV4] a moving hand sends at most sixty frames a second, the newest place each", () => {
    const hand = new Hand();
    const sent = frames(hand, 10, 11, (now) => hand.move(cutoff, now - 10, roomTime(now)));
    expect(sent.length).toBeGreaterThan(55);
    expect(sent.length).toBeLessThanOrEqual(LIMITS.livePerSecond + 2);
    for (const { at, movements } of sent) expect(movements[0]?.travel).toBeCloseTo(at - 10, 9);
    expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, i) => i & 0xff));
    expect(new Set(sent.map(({ begunMs }) => begunMs))).toEqual(new Set([10_000]));
  });

  test("[LIV4] a hand that rests says so twice more, and then nothing", () => {
    const hand = new Hand();
    hand.move(cutoff, 0.5, roomTime(10));
    const sent = frames(hand, 10, 70, () => hand.move(cutoff, 0.5, roomTime(10)));
    expect(sent.map(({ at }) => at - 10)).toEqual([0, 0.049, 0.148].map((each) => expect.closeTo(each, 2)));
    expect(hand.due).toBeNull();
  });

  test("[LIV4] letting go ends the gesture at once, and a new one has another name", () => {
    const hand = new Hand();
    hand.move(cutoff, 0.5, roomTime(10));
    expect(hand.take(roomTime(10))?.end).toBe(false);
    hand.letGo(cutoff, roomTime(10.001));
    expect(hand.begunMs).toBeNull();
    expect(hand.take(roomTime(10.001))).toMatchObject({
      end: true,
      sinceMs: 1,
      movements: [{ travel: 0.5 }],
    });
    hand.move(volume, 0.2, roomTime(10.002));
    const next = hand.take(roomTime(10.05));
    expect(next).toMatchObject({ begunMs: 10_002, seq: 0, end: false, movements: [{ target: volume }] });
    expect(next?.movements).toHaveLength(1);
  });

  test("[LIV4] controls of one gesture share its frames, and one that is let go is not named any more", () => {
    const hand = new Hand();
    hand.move(cutoff, 0.5, roomTime(10));
    hand.move(volume, 0.6, roomTime(10));
    expect(hand.take(roomTime(10))?.movements).toHaveLength(2);
    hand.letGo(cutoff, roomTime(10.1));
    expect(hand.take(roomTime(10.1))).toMatchObject({ end: false, movements: [{}, {}] });
    hand.move(volume, 0.7, roomTime(10.2));
    expect(hand.take(roomTime(10.2))?.movements).toEqual([{ target: volume, travel: 0.7 }]);
    for (let index = 0; index < LIMITS.liveParameters + 3; index++)
      hand.move({ ...cutoff, index }, 0.1, roomTime(10.3));
    expect(hand.take(roomTime(10.3))?.movements).toHaveLength(LIMITS.liveParameters);
  });

  test("[LIV4] a gesture that lasts goes on as another before its age fits no frame", () => {
    const hand = new Hand();
    const begun = new Set<number>();
    for (let now = 10; now < 120; now += 0.25) {
      hand.move(cutoff, (now / 7) % 1, roomTime(now));
      const frame = hand.take(roomTime(now));
      expect(frame?.sinceMs).toBeLessThanOrEqual(LIMITS.gestureSeconds * 1_000);
      begun.add(frame?.begunMs ?? 0);
    }
    expect(begun.size).toBe(4);
  });

  test("[LIV4] stamps of one hand rise, whatever it does", () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 200 }),
      what: fc.constantFrom("move", "letGo", "nothing"),
      which: fc.constantFrom(cutoff, volume),
      travel: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const hand = new Hand();
        let now = 10;
        let last = -1;
        for (const { wait, what, which, travel } of steps) {
          now += wait / 1_000;
          if (what === "move") hand.move(which, travel, roomTime(now));
          if (what === "letGo") hand.letGo(which, roomTime(now));
          const frame = hand.take(roomTime(now));
          if (!frame) continue;
          expect(frame.begunMs + frame.sinceMs).toBeGreaterThanOrEqual(last);
          last = frame.begunMs + frame.sinceMs;
        }
      }),
    );
  });
});
