/** A knob that one person turns, in the other's sound. */
import { expect, test } from "vitest";
import { openHouse } from "./support/house.ts";
import { listening } from "./support/machine.ts";
import { knob, pair } from "./support/turning.ts";

const house = openHouse("--sfu-workers", "0");

/** A window of the sound this long is one level. Seconds. */
const WINDOW = 0.1;

test(
  "[LIV14] a knob turned on one page is heard turning on the other, without steps",
  listening(90_000),
  async () => {
    const [ann, bo] = await pair(house, "relay");
    const { tracks } = (await ann.inspect()).document;
    const bass = tracks.find(({ name }) => name === "Bass")?.id ?? 0;
    for (const { id } of tracks)
      if (id !== bass) await ann.dispatch({ type: "TRACK_SET", track: id, muted: true });
    await ann.dispatch({ type: "TRACK_SET", track: bass, instrument: "saw" });
    // One note of six seconds, every bar.
    const note = { step: 0, pitch: 36, velocity: 120, gate: 15.875, probability: 1, ratchet: 1 };
    await ann.dispatch({ type: "PATTERN_UPDATE", track: bass, length: 16, notes: [note] });
    await ann.dispatch({ type: "TEMPO_SET", tempo: 40 });
    if (!(await ann.inspect()).transport.playing) await ann.dispatch({ type: "PLAYBACK_START" });
    const bar = (beat: number) => ((beat % 4) + 4) % 4;
    await bo.untilInspect("the note's bar", ({ transport }) => {
      const phase = bar(transport.beat);
      return transport.playing && transport.beat > 4 && phase > 0.3 && phase < 0.6;
    });
    const recording = bo.tap(4);
    const box = (await knob(ann).boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await ann.page.mouse.move(x, y);
    await ann.page.mouse.down();
    const from = (await ann.inspect()).clock.roomTime ?? Number.NaN;
    for (let step = 1; step <= 60; step++) {
      await ann.page.mouse.move(x, y + step * 2);
      await ann.page.waitForTimeout(10);
    }
    const to = (await ann.inspect()).clock.roomTime ?? Number.NaN;
    await ann.page.mouse.up();
    const { samples, sampleRate, roomTime } = await recording;
    // What is left between neighbouring samples is the treble, which closes with the cutoff.
    const treble = samples.map((sample, i) => sample - (samples[i - 1] ?? 0));
    const size = Math.round(WINDOW * sampleRate);
    const levels: number[] = [];
    for (let time = from + 0.1; time < Math.min(to + 0.3, roomTime + 3.8); time += WINDOW) {
      const first = Math.round((time - roomTime) * sampleRate);
      const window = treble.subarray(first, first + size);
      levels.push(Math.log10(window.reduce((sum, sample) => sum + sample * sample, 0)));
    }
    const total = (levels[0] ?? 0) - (levels.at(-1) ?? 0);
    expect(total, levels.join(" ")).toBeGreaterThan(0.7);
    for (const [i, level] of levels.entries())
      if (i > 0) expect(Math.abs(level - (levels[i - 1] ?? 0)), levels.join(" ")).toBeLessThan(0.3 * total);
    for (const { context } of [ann, bo]) await context.close();
  },
);
