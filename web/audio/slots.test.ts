import fc from "fast-check";
import { expect, test } from "vitest";
import { Slots, TRACK_SLOTS } from "./slots.ts";

test("[AUD20] a track keeps its output while it lives, and no two share one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: TRACK_SLOTS })),
      (turns) => {
        const slots = new Slots();
        let before = new Map<number, number | null>();
        for (const tracks of turns) {
          slots.assign(tracks);
          const now = new Map(tracks.map((track) => [track, slots.of(track)]));
          expect(new Set(now.values()).size).toBe(tracks.length);
          for (const [track, slot] of now) {
            expect(slot).not.toBeNull();
            if (before.has(track)) expect(slot).toBe(before.get(track));
          }
          before = now;
        }
      },
    ),
  );
});

test("[AUD20] a track beyond the last output has none", () => {
  const slots = new Slots();
  slots.assign(Array.from({ length: TRACK_SLOTS + 1 }, (_, i) => i));
  expect(slots.of(TRACK_SLOTS)).toBeNull();
});
