/** A band, some of it heard, and its audience: people without pages, each the app's own connection, in one room. */
import { beforeAll, expect, test } from "vitest";
import { type CrowdFigures, measureCrowd } from "../bench/crowd/crowd.ts";

const PERFORMERS = 4;
const VOICES = 2;
const LISTENERS = 40;

let figures: CrowdFigures;
beforeAll(async () => {
  figures = await measureCrowd({
    performers: PERFORMERS,
    voices: VOICES,
    listeners: LISTENERS,
    seconds: 5,
    editsASecond: 2,
    say: () => undefined,
  });
}, 180_000);

test(`[CRW6] ${PERFORMERS + VOICES} performers and ${LISTENERS} listeners end in one document, and no edit is lost`, () => {
  const { documents, lost, ended, replaced } = figures;
  expect({ documents, lost, ended, replaced }).toEqual({ documents: 1, lost: 0, ended: 0, replaced: 0 });
});

test("[CRW7] when the SFU's worker is killed, everybody comes back to the SFU by themselves, and so does sound", () => {
  expect(figures.performersBack).toHaveLength(PERFORMERS + VOICES);
  expect(figures.listenersBack).toHaveLength(LISTENERS);
  expect([...figures.performersBack, ...figures.listenersBack]).not.toContain(null);
  // Each voice hears every other.
  expect(figures.bitrates).toHaveLength(VOICES * (VOICES - 1));
  expect(Math.min(...figures.bitrates)).toBeGreaterThan(0);
});
