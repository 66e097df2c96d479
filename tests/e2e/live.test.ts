/** A knob that one person turns, for the other: on the screen, in the counters and in the sound. */
import { expect, test } from "vitest";
import type { JamPage } from "./support/browser.ts";
import { guest } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "1");

const knob = (jam: JamPage, name = "Cutoff") => jam.page.getByRole("slider", { name, exact: true }).first();
const shown = async (jam: JamPage, name?: string) =>
  Number(await knob(jam, name).getAttribute("aria-valuenow"));

/** What hands need is fetched when the sound is on. */
const whenHandsAreHere = (jam: JamPage) =>
  until(
    () =>
      jam.page.evaluate(() =>
        performance.getEntriesByType("resource").some(({ name }) => name.includes("live-hands")),
      ),
    { what: "the code of live hands" },
  );

/** Two people whose hands go over this rung, with the bass open. */
async function pair(rung: "relay" | "mesh" | "sfu"): Promise<[JamPage, JamPage]> {
  const room = await createRoom(house.server.url, rung);
  const [ann, bo] = await Promise.all(["Ann", "Bo"].map((name) => guest(house, room.performer, name)));
  if (!ann || !bo) throw new Error("nobody came");
  for (const jam of [ann, bo]) {
    await jam.press("Join the jam");
    await jam.whenJamming();
    await whenHandsAreHere(jam);
    await jam.page.getByRole("button", { name: "Open Bass", exact: true }).click();
    await knob(jam).waitFor();
  }
  for (const jam of [ann, bo])
    await jam.untilInspect(`the ${rung}`, ({ peers }) => peers.some((peer) => peer.link === rung));
  return [ann, bo];
}

/** Ann turns this knob, and Bo sees it turn. */
async function turn(rung: "relay" | "mesh" | "sfu", name: string): Promise<void> {
  const pages = await pair(rung);
  const [ann, bo] = pages;
  const before = await Promise.all(pages.map((jam) => jam.inspect()));
  const start = await shown(bo, name);
  const seen = new Set<number>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) seen.add(await shown(bo, name));
  })();
  await knob(ann, name).scrollIntoViewIfNeeded();
  const box = (await knob(ann, name).boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await ann.page.mouse.move(x, y);
  await ann.page.mouse.down();
  for (let step = 1; step <= 60; step++) {
    await ann.page.mouse.move(x, y + step * 2);
    await ann.page.waitForTimeout(10);
  }
  const [duringAnn, duringBo] = await Promise.all(pages.map((jam) => jam.inspect()));
  await until(async () => (await shown(bo, name)) === (await shown(ann, name)) || seen.size > 20, {
    what: "it to turn",
  });
  await until(async () => (await knob(bo, name).getAttribute("data-near")) !== null, {
    what: "Ann's grip",
  });
  expect(duringAnn!.counters.sent.edits).toBe(before[0]!.counters.sent.edits);
  expect(duringAnn!.counters.sent.live).toBeGreaterThan(before[0]!.counters.sent.live + 10);
  expect(duringBo!.counters.received.live).toBeGreaterThan(before[1]!.counters.received.live + 10);
  await ann.page.mouse.up();
  const after = await bo.untilInspect(
    "the edit",
    ({ counters }) => counters.received.edits > before[1]!.counters.received.edits,
  );
  over.abort();
  await watching;
  expect(after.counters.received.edits).toBe(before[1]!.counters.received.edits + 1);
  await until(async () => (await shown(bo, name)) === (await shown(ann, name)), { what: "the same value" });
  expect((await bo.inspect()).document.digest).toBe((await ann.inspect()).document.digest);
  expect(await shown(bo, name)).not.toBe(start);
  expect(seen.size).toBeGreaterThan(8);
  for (const { errors } of pages) expect(errors).toEqual([]);
  for (const { context } of pages) await context.close();
}

test.each(["relay", "mesh", "sfu"] as const)(
  "[LIV14] over %s a knob turned on one page turns on the other, by frames and one edit",
  (rung) => turn(rung, "Cutoff"),
  90_000,
);

test(
  "[LIV18] the feedback of the room's echo turned on one page turns on the other, by frames and one edit",
  () => turn("relay", "Echo feedback"),
  90_000,
);

/** A window of the sound this long is one level. Seconds. */
const WINDOW = 0.1;

test("[LIV14] a knob turned on one page is heard turning on the other, without steps", async () => {
  const [ann, bo] = await pair("relay");
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
}, 90_000);
