/** A leader conducts, end to end: what lands on a bar line lands on the same one for everybody. */
import { expect, test } from "vitest";
import { instrumentById } from "#shared/music/instruments.ts";
import { mirror, nearestRoot } from "#shared/music/scales.ts";
import { onsets } from "./onsets.ts";
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

/** The pitch of a sine from an onset on, by its zero crossings: a MIDI note number. */
function pitchAt({ samples, sampleRate }: Recording, seconds: number): number {
  const from = Math.floor((seconds + 0.004) * sampleRate);
  const crossings: number[] = [];
  for (let at = from; at < from + 0.03 * sampleRate; at++) {
    const [before, after] = [samples[at - 1] ?? 0, samples[at] ?? 0];
    if (before < 0 && after >= 0) crossings.push(at - after / (after - before));
  }
  const periods = crossings.length - 1;
  const hz = (periods * sampleRate) / ((crossings.at(-1) ?? 0) - (crossings[0] ?? 0));
  return Math.round(69 + 12 * Math.log2(hz / 440));
}

/** Notes as they were heard: when, in Unix seconds and in room time, and which. */
const heard = (recording: Recording) =>
  onsets(recording.samples, recording.sampleRate)
    .filter((at) => at > 0.02 && at < recording.samples.length / recording.sampleRate - 0.1)
    .map((at) => ({
      host: recording.hostTime + at,
      room: recording.roomTime + at,
      pitch: pitchAt(recording, at),
    }));

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
  console.log(
    JSON.stringify({
      peaks: recordings.map(({ samples }) => [samples.length, Math.max(...samples.subarray(0, 100_000))]),
      onsets: recordings.map((each) => onsets(each.samples, each.sampleRate)),
      state: await a.inspect(),
    }),
  );
  const [one, other] = recordings.map(heard);
  for (const notesHeard of [one, other]) {
    const turned = notesHeard?.findIndex(({ pitch }) => pitch === INVERTED) ?? -1;
    expect(turned, `heard: ${notesHeard?.map(({ pitch }) => pitch).join(" ")}`).toBeGreaterThan(0);
    expect(notesHeard?.slice(0, turned).every(({ pitch }) => pitch === WRITTEN)).toBe(true);
    expect(notesHeard?.slice(turned).every(({ pitch }) => pitch === INVERTED)).toBe(true);
  }
  const first = (list: typeof one) => list?.find(({ pitch }) => pitch === INVERTED);
  expect(Math.abs((first(one)?.host ?? 0) - (first(other)?.host ?? 1))).toBeLessThan(0.01);
  const { originBeat, originTime } = (await a.inspect()).transport;
  const beat = originBeat + (((first(one)?.room ?? 0) - originTime) * TEMPO) / 60;
  expect(Math.abs(beat - Math.round(beat / 4) * 4)).toBeLessThan(0.05);
  await b.page.locator("[data-conducted]", { hasText: "Inverted" }).first().waitFor();
  for (const page of [a, b]) {
    expect((await page.inspect()).engine.late).toBe(0);
    expect(page.errors).toEqual([]);
    await page.context.close();
  }
});
