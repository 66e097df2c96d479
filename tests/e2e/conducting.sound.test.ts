/** A leader conducts, end to end: what lands on a bar line lands on the same one for everybody. */
import { expect, test } from "vitest";
import { instrumentById } from "#shared/music/instruments.ts";
import { mirror, nearestRoot } from "#shared/music/scales.ts";
import { onsets } from "./onsets.ts";
import { JamPage } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { onlyKick } from "./support/kick.ts";
import { areSteady, expectInPhase, recordTogether } from "./support/listening.ts";
import { listening } from "./support/machine.ts";
import type { Recording } from "./support/recording.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

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

test(
  "[LEAD12] a leader's press turns the melody upside down on the same bar line in two browsers",
  listening(60_000),
  async () => {
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
    const turn = a.page.getByRole("switch", { name: "Turn the melodies upside down" });
    // Either way: after a recording that was no good, the melody is turned back.
    const recordings = await recordTogether([a, b], 4, () => turn.click());
    const isInverted = await turn.isChecked();
    const origin = (await a.inspect()).transport;
    const turns = recordings.map((each) => {
      const heard = beatsHeard(each, origin);
      const at = heard.findIndex((beat) => beat.isInverted === isInverted);
      expect(at, "first beat that is turned").toBeGreaterThan(0);
      expect(heard.slice(at).every((beat) => beat.isInverted === isInverted)).toBe(true);
      return heard[at]?.beat ?? 0;
    });
    expect(turns[0]).toBe(turns[1]);
    expect((turns[0] ?? 1) % 4).toBe(0);
    const rail = b.page.locator("[data-conducted]", { hasText: "Inverted" });
    await until(async () => (await rail.count()) > 0 === isInverted, { what: "the other's rail to say so" });
    for (const page of [a, b]) {
      expect((await page.inspect()).engine.late).toBe(0);
      expect(page.errors).toEqual([]);
      await page.context.close();
    }
  },
);

/** The beats at which a page was heard to strike, by its own maps, with their instants by the host's clock. */
function strikes({ samples, sampleRate, roomTime, hostTime }: Recording, origin: { originTime: number }) {
  return onsets(samples, sampleRate).map((seconds) => ({
    beat: ((roomTime + seconds - origin.originTime) * KICK_TEMPO) / 60,
    hostTime: hostTime + seconds,
  }));
}

const KICK_TEMPO = 120;
/** A tenth of a beat is 50 ms: five times what is allowed, and far from any other strike. */
const isOffBeat = ({ beat }: { beat: number }): boolean => Math.abs((((beat % 1) + 1) % 1) - 0.5) < 0.1;

/** Kicks on the beat, and a second scene in which they come twice as often. The kick's track. */
async function twoScenes(leader: JamPage): Promise<number> {
  const track = await onlyKick(leader);
  await leader.dispatch({ type: "TEMPO_SET", tempo: KICK_TEMPO });
  await leader.dispatch({ type: "SCENE_STORE", scene: 0 });
  await leader.dispatch({ type: "PATTERN_SELECT", track, pattern: 1 });
  const pitch = 36;
  const notes = [0, 2, 4, 6, 8, 10, 12, 14].map((step) => ({ step, pitch, velocity: 110, gate: 1 }));
  await leader.dispatch({ type: "PATTERN_UPDATE", track, length: 16, notes });
  await leader.dispatch({ type: "SCENE_STORE", scene: 1 });
  await leader.dispatch({ type: "SCENE_RECALL", scene: 0 });
  return track;
}

test(
  "[LEAD21] a called scene begins within 10 ms in three browsers, and no beat is missed when the leader's page dies",
  listening(90_000),
  async () => {
    const room = await createRoom(house.server.url, "mesh");
    const [a, b, c] = [await enter(room.leader), await enter(room.performer), await enter(room.performer)];
    const kick = await twoScenes(a);
    await a.press("Play");
    for (const page of [a, b, c])
      await page.untilInspect("the jam to play", ({ transport }) => transport.beat > 4);

    const scene = (number: number) => a.page.getByRole("button", { name: `Scene ${number}` });
    const recordCall = async (): Promise<Recording[]> => {
      const recording = Promise.all([a, b, c].map((page) => page.tap(4.5)));
      await scene(2).click();
      return recording;
    };
    let recordings = await recordCall();
    /** Devices kept time, and each recording had begun before the scene did: a busy page may come to it late. */
    const isUsable = async (): Promise<boolean> => {
      const origin = (await a.inspect()).transport;
      return (
        areSteady(recordings) && recordings.every((each) => strikes(each, origin).findIndex(isOffBeat) >= 2)
      );
    };
    for (let attempt = 1; attempt < 4 && !(await isUsable()); attempt++) {
      await scene(1).click();
      await a.untilInspect("the first scene", ({ document }) =>
        document.tracks.every(({ id, pattern }) => id !== kick || pattern === 0),
      );
      recordings = await recordCall();
    }
    expect(await isUsable(), "steady recordings that begin before the scene").toBe(true);
    const { transport } = await a.inspect();
    const first = recordings.map((recording) => strikes(recording, transport).find(isOffBeat));
    const spread = (times: readonly number[]) => (Math.max(...times) - Math.min(...times)) * 1_000;
    for (const each of first) {
      expect(each, "a strike of the called scene").toBeDefined();
      // The first one that only that scene has comes half a beat after its bar line.
      expect(Math.round((each?.beat ?? 0) - 0.5) % 4).toBe(0);
    }
    expect(spread(first.map((each) => Math.round(2 * (each?.beat ?? 0))))).toBe(0);
    // By a clock that none of the pages has a say in: room time is one line over it for all of them.
    expect(spread(first.map((each) => each?.hostTime ?? 0)), "ms apart by the host's clock").toBeLessThan(10);
    const [one, other, third] = recordings as [Recording, Recording, Recording];
    expectInPhase(one, other, 6);
    expectInPhase(other, third, 6);

    const alone = Promise.all([b.tap(4), c.tap(4)]);
    await a.page.close({ runBeforeUnload: false });
    await b.untilInspect(
      "the leader to be gone",
      ({ peers }) => peers.filter(({ state }) => state === "here").length === 1,
    );
    for (const { samples, sampleRate } of await alone) {
      const heard = onsets(samples, sampleRate).filter((at) => at > 0.05);
      expect(heard.length).toBeGreaterThanOrEqual(14);
      for (const [index, at] of heard.slice(1).entries())
        expect(
          Math.abs(at - (heard[index] ?? 0) - 30 / KICK_TEMPO) * 1_000,
          "ms off a half beat",
        ).toBeLessThan(5);
    }
    for (const page of [b, c]) {
      const { engine } = await page.inspect();
      expect([engine.late, engine.missed]).toEqual([0, 0]);
      expect(page.errors).toEqual([]);
    }
    for (const page of [a, b, c]) await page.context.close();
  },
);
