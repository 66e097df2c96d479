import { describe, expect, test } from "vitest";
import { NO_EFFECTS } from "#shared/music/effects.ts";
import { type Track, OWN_PAD, UNCONDUCTED } from "#shared/music/model.ts";
import { isInScale, SCALES } from "#shared/music/scales.ts";
import { fromBelow, keyRows, midiPad, padColumns, padLine, ROW, touchVelocity } from "./play-keys.ts";

const part = (id: number, instrument: string): Track => ({
  id,
  name: `Part ${id}`,
  instrument,
  shape: id,
  volume: 1,
  pan: 0,
  muted: false,
  patternIndex: 0,
  pattern: { length: 16, notes: [] },
  filled: [],
  turns: [],
  params: {},
  effects: NO_EFFECTS,
  ...OWN_PAD,
  ...UNCONDUCTED,
});
const lead = part(1, "saw");
const [kick, snare] = [part(2, "kick"), part(3, "snare")];
const tracks = [lead, kick, snare];

describe("the keys for playing live", () => {
  test.each(Object.keys(SCALES))(
    "[PLY10] of %s both rows are in the scale and rise, from a root on",
    (name) => {
      for (let root = 0; root < 12; root++)
        for (const octave of [-1, 0, 2]) {
          const { lower, upper } = keyRows(lead, tracks, { name, root }, octave);
          expect(lower).toHaveLength(ROW);
          expect(lower[0]?.pitch).toBe(48 + ((root + 12) % 12 === 0 ? 12 : root) + octave * 12);
          for (const row of [lower, upper])
            for (const [i, { pitch, track }] of row.entries()) {
              expect(isInScale(name, root, pitch)).toBe(true);
              expect(pitch).toBeGreaterThan(row[i - 1]?.pitch ?? -1);
              expect(track).toBe(lead.id);
            }
          if (name === "chromatic") expect(upper[0]?.pitch).toBe((lower[0]?.pitch ?? 0) + ROW);
          else expect(upper[0]?.pitch).toBe((lower[0]?.pitch ?? 0) + 12);
        }
    },
  );

  test("[PLY10] of the drums each part has one key, and a MIDI note finds the drum of its pitch", () => {
    const { lower, upper } = keyRows(kick, tracks, { name: "minor", root: 0 }, 0);
    expect(lower.map(({ track, pitch }) => [track, pitch])).toEqual([
      [2, 36],
      [3, 38],
    ]);
    expect(upper).toEqual([]);
    expect(midiPad(kick, tracks, 38)?.track).toBe(3);
    expect(midiPad(kick, tracks, 39)).toBeNull();
    expect(midiPad(lead, tracks, 39)).toMatchObject({ track: 1, pitch: 39 });
  });

  test("[PLY10] pads for fingers rise from the lower left, none twice", () => {
    const line = padLine(lead, tracks, { name: "minor", root: 9 }, 0, 20);
    expect(new Set(line.map(({ pitch }) => pitch)).size).toBe(20);
    expect(padColumns(20)).toBe(5);
    const read = fromBelow(line, 5);
    expect(read.at(15)).toBe(line[0]);
    expect(read[4]).toBe(line[19]);
    expect(fromBelow([1, 2, 3, 4, 5], 3)).toEqual([4, 5, null, 1, 2, 3]);
  });

  test("[PLY10] the lower a pad is touched the louder it sounds", () => {
    expect(touchVelocity(-1)).toBeGreaterThan(0);
    expect(touchVelocity(0.8)).toBeGreaterThan(touchVelocity(0.2));
    expect(touchVelocity(2)).toBeLessThanOrEqual(127);
  });
});
