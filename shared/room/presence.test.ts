import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Place } from "../protocol/messages.ts";
import { Paced, PRESENCE_FORGOTTEN, PRESENCE_INTERVAL, PresenceBoard, PresenceReport } from "./presence.ts";

const cell = (step: number): Place => ({ track: 1, step, pitch: 60 });

describe("my own hand", () => {
  test("[PRS1] a place is told once, however long the hand rests there, and leaving it is told", () => {
    const report = new PresenceReport();
    report.move(cell(1), 0);
    expect(report.take(0)).toEqual({ at: cell(1) });
    for (let now = 0.1; now < 4; now += 0.1) {
      report.move({ ...cell(1) }, now);
      expect(report.take(now)).toBeNull();
    }
    expect(report.due).toBeNull();
    report.move(null, 4);
    expect(report.take(4)).toEqual({ at: null });
    report.move(null, 100);
    expect(report.due).toBeNull();
  });

  test("[PRS1] a hand that goes on moving in one place is told before it is forgotten", () => {
    const report = new PresenceReport();
    const told: number[] = [];
    for (let now = 0; now <= 30; now += 0.5) {
      report.move(cell(1), now);
      if (report.take(now)) told.push(now);
    }
    for (const [index, at] of told.entries())
      expect(at - (told[index - 1] ?? 0)).toBeLessThan(PRESENCE_FORGOTTEN);
    expect(told.length).toBeLessThan(10);
  });

  test("[PRS1] a hand that is back before it was told to have gone says nothing", () => {
    const report = new PresenceReport();
    report.move(cell(1), 0);
    report.take(0);
    report.move(cell(2), 0.02);
    report.move(cell(1), 0.04);
    expect(report.due).toBeNull();
    report.forget();
    report.move(cell(1), 1);
    expect(report.take(1)).toEqual({ at: cell(1) });
  });
});

test("[PRS2] at most ten pass in any second, and the last of a rush always does", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 300 }), (gaps) => {
      const paced = new Paced<number>();
      const passed: { at: number; value: number }[] = [];
      const take = (now: number) => {
        const one = paced.take(now);
        if (one) passed.push({ at: now, value: one.value });
      };
      let now = 0;
      for (const [value, gap] of gaps.entries()) {
        now += gap / 1_000;
        if (paced.due !== null && paced.due <= now) take(Math.max(paced.due, 0));
        paced.offer(value);
        take(now);
      }
      take(now + PRESENCE_INTERVAL);
      expect(passed.at(-1)?.value).toBe(gaps.length - 1);
      for (const [index, { at }] of passed.entries()) {
        const before = passed[index - 1];
        if (before) expect(at - before.at).toBeGreaterThan(PRESENCE_INTERVAL - 1e-9);
      }
    }),
  );
});

describe("the others' hands", () => {
  test("[PRS3] a hand goes when it says so, when its owner leaves, and after ten seconds without news", () => {
    const board = new PresenceBoard();
    for (const actor of [1, 2, 3, 4]) board.heard(actor, cell(actor), 0);
    board.heard(1, null, 1);
    board.left(2);
    board.heard(3, cell(5), 6);
    expect(board.hands).toEqual([
      { actor: 4, at: cell(4) },
      { actor: 3, at: cell(5) },
    ]);
    expect(board.due).toBe(PRESENCE_FORGOTTEN);
    board.expire(PRESENCE_FORGOTTEN);
    expect(board.hands).toEqual([{ actor: 3, at: cell(5) }]);
    board.expire(6 + PRESENCE_FORGOTTEN);
    expect(board.hands).toEqual([]);
    expect(board.due).toBeNull();
  });

  test("[PRS7] a hand that holds a knob is there until it lets go or leaves, however still it is", () => {
    const board = new PresenceBoard();
    const held = { track: 1, param: "cutoff", held: true };
    board.heard(1, held, 0);
    board.heard(2, held, 0);
    expect(board.due).toBeNull();
    board.expire(1_000);
    expect(board.hands.map(({ actor }) => actor)).toEqual([1, 2]);
    board.heard(1, { track: 1, param: "cutoff" }, 1_000);
    board.left(2);
    board.expire(1_000 + PRESENCE_FORGOTTEN);
    expect(board.hands).toEqual([]);
  });
});
