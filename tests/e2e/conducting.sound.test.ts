/** A leader conducts, end to end: what lands on a bar line lands on the same one for everybody. */
import { expect, test } from "vitest";
import { instrumentById } from "#shared/music/instruments.ts";
import { mirror, nearestRoot } from "#shared/music/scales.ts";
import { JamPage } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { recordTogether } from "./support/listening.ts";
import type { Recording } from "./support/recording.ts";
import { createRoom } from "./support/rooms.ts";

const house = openHouse("--sfu-workers", "0");
const TEMPO = 240;
const WRITTEN = 76;
const INVERTED = mirror(WRITTEN, "major", nearestRoot(instrumentById("beep")?.pitch ?? 0, 0));

async function enter(link: string): Promise<JamPage> {
  const jam = await JamPage.open(house.browser, link.replace("#", "?inspect#"));
  await jam.press("Join the jam");
  await jam.whenJamming();
  return jam;
}

/** How much of a frequency, a MIDI note number's, there is in a stretch of samples. Source: Goertzel. */
function loudness(samples: Float32Array, sampleRate: number, pitch: number): number {
  const turn = (2 * Math.PI * 440 * 2 ** ((pitch - 69) / 12)) / sampleRate;
  let [last, before] = [0, 0];
  for (const sample of samples) [last, before] = [sample + 2 * Math.cos(turn) * last - before, last];
  return last * last + before * before - 2 * Math.cos(turn) * last * before;
}

/** The beats of a recording, each with whether its note sounds upside down or as written. */
function beatsHeard(recording: Recording, origin: { originBeat: number; originTime: number }) {
  const { samples, sampleRate, roomTime } = recording;
  const beats: { beat: number; isInverted: boolean }[] = [];
  const first = Math.ceil(origin.originBeat + ((roomTime - origin.originTime) * TEMPO) / 60);
  for (let beat = first; ; beat++) {
    const from = (origin.originTime + ((beat - origin.originBeat) * 60) / TEMPO - roomTime) * sampleRate;
    const note = samples.subarray(
      Math.round(from + 0.004 * sampleRate),
      Math.round(from + 0.054 * sampleRate),
    );
    if (from + 0.054 * sampleRate > samples.length) return beats;
    const [written, inverted] = [WRITTEN, INVERTED].map((pitch) => loudness(note, sampleRate, pitch));
    beats.push({ beat, isInverted: (inverted ?? 0) > (written ?? 0) });
  }
}

test("[LEAD12] a leader's press turns the melody upside down on the same bar line in two browsers", {
  timeout: 60_000,
}, async () => {
  const room = await createRoom(house.server.url, "mesh");
  const [a, b] = [await enter(room.leader), await enter(room.performer)];
  expect(INVERTED).not.toBe(WRITTEN);
  for (const { id } of (await a.inspect()).document.tracks)
    await a.dispatch({ type: "TRACK_SET", track: id, muted: true });
  await a.dispatch({ type: "ROOM_SET", scale: "major", root: 0 });
  await a.dispatch({ type: "TEMPO_SET", tempo: TEMPO });
  await a.dispatch({ type: "TRACK_ADD", instrument: "beep", name: "Line" });
  const track = (await a.inspect()).document.tracks.find(({ name }) => name === "Line")?.id ?? 0;
  const notes = [0, 4, 8, 12].map((step) => ({ step, pitch: WRITTEN, velocity: 110, gate: 1 }));
  await a.dispatch({ type: "PATTERN_UPDATE", track, length: 16, notes });
  await a.press("Play");
  for (const page of [a, b])
    await page.untilInspect("the jam to play", ({ transport }) => transport.beat > 4);

  await a.press("Conduct");
  const recording = recordTogether([a, b], 4);
  await a.page.getByRole("switch", { name: "Turn the melodies upside down" }).click();
  const recordings = await recording;
  const origin = (await a.inspect()).transport;
  const turns = recordings.map((each) => {
    const heard = beatsHeard(each, origin);
    const at = heard.findIndex(({ isInverted }) => isInverted);
    expect(at, "first upside down").toBeGreaterThan(0);
    expect(heard.slice(at).every(({ isInverted }) => isInverted)).toBe(true);
    return heard[at]?.beat ?? 0;
  });
  expect(turns[0]).toBe(turns[1]);
  expect((turns[0] ?? 1) % 4).toBe(0);
  await b.page.locator("[data-conducted]", { hasText: "Inverted" }).first().waitFor();
  for (const page of [a, b]) {
    expect((await page.inspect()).engine.late).toBe(0);
    expect(page.errors).toEqual([]);
    await page.context.close();
  }
});
