import fc from "fast-check";
import { expect, test } from "vitest";
import { beatAt } from "#shared/music/timeline.ts";
import { roomTime } from "#shared/time/instants.ts";
import { entrance, reentrance } from "./entrance.ts";
import { jam, playing } from "./fixtures.ts";

const at = (tempo: number) => {
  const stopped = jam([]);
  const base = { ...stopped.timeline.base, tempo };
  return playing({ ...stopped, timeline: { base, next: null } }, 0, 0.2).timeline;
};
const isOnGrid = (beat: number, perBeat: number): boolean =>
  Math.abs(beat * perBeat - Math.round(beat * perBeat)) < 1e-6;

test("[AUD50] who joins comes in on a beat, or on a step where beats are slow, within 1.2 s", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 400 }),
      fc.double({ min: 1, max: 500, noNaN: true }),
      (tempo, now) => {
        const timeline = at(tempo);
        const time = entrance(timeline, roomTime(now), 0.25);
        expect(time - now).toBeGreaterThanOrEqual(0.25 - 1e-6);
        expect(time - now).toBeLessThanOrEqual(1.2);
        expect(isOnGrid(beatAt(timeline, time), tempo >= 110 ? 1 : 4)).toBe(true);
      },
    ),
  );
});

test("[AUD51] who comes back does so on the first step at least the lead away", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 400 }),
      fc.double({ min: 1, max: 500, noNaN: true }),
      (tempo, now) => {
        const timeline = at(tempo);
        const time = reentrance(timeline, roomTime(now), 0.3);
        expect(time - now).toBeGreaterThanOrEqual(0.3 - 1e-6);
        expect(time - now).toBeLessThanOrEqual(0.3 + 15 / tempo + 1e-6);
        expect(isOnGrid(beatAt(timeline, time), 4)).toBe(true);
      },
    ),
  );
});

test("[AUD50] where nothing runs there is nothing to wait for", () => {
  expect(entrance(jam([]).timeline, roomTime(7), 0.25)).toBe(7);
  expect(reentrance(jam([]).timeline, roomTime(7), 0.3)).toBe(7);
});
