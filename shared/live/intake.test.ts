import { expect, test } from "vitest";
import { LIMITS } from "../protocol/limits.ts";
import { Intake } from "./intake.ts";

test("[FAIR7] a receiver looks at no more frames of a peer than a hand can send by two paths, and at all of an honest one's", () => {
  const intake = new Intake();
  const looked = { flooding: 0, honest: 0 };
  for (let ms = 0; ms < 10_000; ms++) {
    const now = ms / 1_000;
    for (let i = 0; i < 10; i++) if (intake.admits(1, now)) looked.flooding++;
    // 60 a second, by two paths, and in heaps.
    if (ms % 250 === 0) for (let i = 0; i < 30; i++) if (intake.admits(2, now)) looked.honest++;
  }
  expect(looked.flooding).toBeLessThanOrEqual(2 * LIMITS.livePerSecond * 11);
  expect(looked.honest).toBe(1_200);
});

test("[FAIR7] who has gone is forgotten, and no more peers are listened to than there can be", () => {
  const intake = new Intake();
  for (let actor = 1; actor <= LIMITS.liveHands; actor++) expect(intake.admits(actor, 0)).toBe(true);
  expect(intake.admits(999, 0)).toBe(false);
  intake.leave(1);
  expect(intake.admits(999, 0)).toBe(true);
});
