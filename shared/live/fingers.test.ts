import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../protocol/limits.ts";
import { roomTime } from "../time/instants.ts";
import { Fingers } from "./fingers.ts";
import type { NotesFrame } from "./played-notes.ts";

const C = { track: 1, pitch: 60 };
const E = { track: 1, pitch: 64 };

type Sent = NotesFrame & { readonly at: number };

/** What goes out until `to`, asked every ms, while `act` plays. */
function frames(fingers: Fingers, from: number, to: number, act: (ms: number) => void = () => {}): Sent[] {
  const sent: Sent[] = [];
  for (let ms = Math.round(from * 1_000); ms <= Math.round(to * 1_000); ms++) {
    act(ms);
    const frame = fingers.take(roomTime(ms / 1_000));
    if (frame) sent.push({ ...frame, at: ms / 1_000 });
  }
  return sent;
}

describe("my fingers", () => {
  test("[PLY3] a press goes out at once, again within 0.1 s, and ten times a second while it is held", () => {
    const fingers = new Fingers();
    fingers.press(C, 100, roomTime(10));
    const sent = frames(fingers, 10, 11);
    expect(sent.slice(0, 4).map(({ at }) => at)).toEqual(
      [10, 10.028, 10.076, 10.174].map((at) => expect.closeTo(at, 2)),
    );
    expect(sent.length).toBeGreaterThanOrEqual(12);
    expect(sent.length).toBeLessThanOrEqual(14);
    for (const { notes } of sent)
      expect(notes).toEqual([{ ...C, velocity: 100, onMs: 10_000, lengthMs: null }]);
  });

  test("[PLY3] an end is told three times, and then nothing is sent", () => {
    const fingers = new Fingers();
    fingers.press(C, 100, roomTime(10));
    frames(fingers, 10, 10.5);
    fingers.release(C, roomTime(10.5));
    const sent = frames(fingers, 10.5, 60);
    expect(sent).toHaveLength(3);
    for (const { notes } of sent) expect(notes[0]?.lengthMs).toBe(500);
    expect(fingers.due).toBeNull();
  });

  test("[PLY3] a frame names all that is held, and at most sixty go out a second", () => {
    const fingers = new Fingers();
    const sent = frames(fingers, 10, 11, (ms) => {
      const key = ms % 2 === 0 ? C : E;
      fingers.press(key, 100, roomTime(ms / 1_000));
    });
    expect(sent.length).toBeLessThanOrEqual(LIMITS.livePerSecond + 9);
    for (const { notes } of sent.slice(1))
      for (const { pitch } of [C, E])
        expect(notes.some((note) => note.pitch === pitch && note.lengthMs === null)).toBe(true);
  });

  test("[PLY3] notes that are held are bounded, and one is let go after half a minute", () => {
    const fingers = new Fingers();
    for (let pitch = 0; pitch < LIMITS.liveNotes; pitch++)
      expect(fingers.press({ track: 1, pitch }, 100, roomTime(1))).toBe(true);
    expect(fingers.press({ track: 1, pitch: 99 }, 100, roomTime(1))).toBe(false);
    expect(fingers.overlong(roomTime(30))).toEqual([]);
    expect(fingers.overlong(roomTime(31.1))).toHaveLength(LIMITS.liveNotes);
  });

  test("[PLY3] whatever is played, each frame is within its limits and two notes of a key are two", () => {
    const deed = fc.record({
      pitch: fc.integer({ min: 60, max: 80 }),
      isOn: fc.boolean(),
      after: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 200 }), (deeds) => {
        const fingers = new Fingers();
        let ms = 1_000;
        const names = new Set<string>();
        let presses = 0;
        for (const { pitch, isOn, after } of deeds) {
          ms += after;
          if (isOn && fingers.press({ track: 1, pitch }, 100, roomTime(ms / 1_000))) presses++;
          else if (!isOn) fingers.release({ track: 1, pitch }, roomTime(ms / 1_000));
          for (const note of fingers.held) names.add(`${note.pitch}:${note.onMs}`);
          const frame = fingers.take(roomTime(ms / 1_000));
          if (!frame) continue;
          expect(frame.notes.length).toBeLessThanOrEqual(LIMITS.liveNotes);
          for (const { onMs, lengthMs } of frame.notes)
            expect(onMs + (lengthMs ?? 0)).toBeLessThanOrEqual(frame.stampMs);
        }
        expect(names.size).toBe(presses);
        for (const { pitch } of fingers.held) fingers.release({ track: 1, pitch }, roomTime(ms / 1_000));
        frames(fingers, ms / 1_000, ms / 1_000 + 3);
        expect(fingers.due).toBeNull();
      }),
    );
  });
});
