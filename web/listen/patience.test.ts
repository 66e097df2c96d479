import { expect, test } from "vitest";
import { CUT_MS, PATIENCE_MS, Patience, PRESS_MS, type Seen } from "./patience.ts";

const seen = (now: number, more: Partial<Seen> = {}): Seen => ({
  now,
  isHere: true,
  hasProgramme: true,
  isAwaited: true,
  isFlowing: true,
  isHeld: false,
  ...more,
});

test("[LST11] a programme is waited for a little, and no longer; before the room is known nothing is overdue", () => {
  const patience = new Patience(0);
  const none = { hasProgramme: false, isFlowing: false };
  expect(patience.turn(seen(PATIENCE_MS, none)).isOverdue).toBe(false);
  expect(patience.turn(seen(PATIENCE_MS + 1, { ...none, isHere: false })).isOverdue).toBe(false);
  expect(patience.turn(seen(PATIENCE_MS + 1, none)).isOverdue).toBe(true);
  expect(patience.turn(seen(PATIENCE_MS + 2)).isOverdue).toBe(false);
  expect(patience.turn(seen(2 * PATIENCE_MS + 2, none)).isOverdue).toBe(false);
});

test("[LST11] a stream that does not come through is given up, until something changes that may help", () => {
  const patience = new Patience(0);
  const cut = { isFlowing: false };
  expect(patience.turn(seen(1, cut)).isCut).toBe(false);
  expect(patience.turn(seen(CUT_MS, cut)).isCut).toBe(false);
  expect(patience.turn(seen(CUT_MS + 2, cut)).isCut).toBe(true);
  // It is not asked for any more, and so cannot come.
  expect(patience.turn(seen(CUT_MS + 3, { ...cut, isAwaited: false })).isCut).toBe(true);
  patience.forgive(CUT_MS + 4);
  expect(patience.turn(seen(CUT_MS + 5, cut)).isCut).toBe(false);
});

test("[LST5] a press is asked for where the browser keeps the sound back, and not at once", () => {
  const patience = new Patience(0);
  expect(patience.turn(seen(1, { isHeld: true })).needsPress).toBe(false);
  expect(patience.turn(seen(PRESS_MS + 2, { isHeld: true })).needsPress).toBe(true);
  expect(patience.turn(seen(PRESS_MS + 3)).needsPress).toBe(false);
});
