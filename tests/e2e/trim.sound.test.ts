/** The trim of the output, set in the Sync panel and heard by the millisecond beside another's page. */
import { expect, test } from "vitest";
import type { JamPage } from "./support/browser.ts";
import { players } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { onsetTimes, pairOnsets, recordTogether } from "./support/listening.ts";
import { listening } from "./support/machine.ts";
import { createRoom } from "./support/rooms.ts";
import { openPanel, panelOf, setTrim } from "./support/sync-panel.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

/** One sharp onset a beat, running. */
async function playOnlyKick(jam: JamPage): Promise<void> {
  const { document } = await jam.inspect();
  const [kick, ...others] = document.tracks;
  if (!kick) throw new Error("the first jam has no kick");
  for (const { id } of others) await jam.dispatch({ type: "TRACK_SET", track: id, muted: true });
  const notes = [0, 4, 8, 12].map((step) => ({ step, pitch: kick.notes[0]?.pitch ?? 36, velocity: 110 }));
  await jam.dispatch({ type: "PATTERN_UPDATE", track: kick.id, length: 16, notes });
  // Quick, so that a short recording holds several.
  await jam.dispatch({ type: "TEMPO_SET", tempo: 150 });
  await jam.dispatch({ type: "PLAYBACK_START" });
}

async function beatsLater(jam: JamPage, beats: number): Promise<void> {
  const { transport } = await jam.inspect();
  await jam.untilInspect(`${beats} beats`, (state) => state.transport.beat > transport.beat + beats);
}

/** By how many milliseconds the first page sounds after the second. */
async function apartMs(a: JamPage, b: JamPage): Promise<number> {
  const [tapA, tapB] = await recordTogether([a, b], 2.5);
  const apart = pairOnsets(tapA, tapB).map(([mine, theirs]) => (mine - theirs) * 1_000);
  expect(apart.length, "onsets in both recordings").toBeGreaterThanOrEqual(4);
  return apart.toSorted((x, y) => x - y)[Math.floor(apart.length / 2)] ?? Number.NaN;
}

/**
 * A recording across a change of A's trim from 20 to 160 ms: each of B's beats is one of A's, somewhere on
 * its way to 140 ms earlier. Tried again where this machine stalled for longer than notes lie ahead.
 */
async function expectSmoothChange(a: JamPage, b: JamPage): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await setTrim(a, 20);
    await beatsLater(a, 3);
    const { missed } = (await a.inspect()).engine;
    const [tapA, tapB] = await recordTogether([a, b], 4, async () => {
      await setTrim(a, 20);
      await beatsLater(a, 2);
      await setTrim(a, 160);
    });
    if ((await a.inspect()).engine.missed > missed && attempt < 4) continue;
    const ends = [tapA, tapB].map(
      ({ hostTime, samples, sampleRate }) => hostTime + samples.length / sampleRate,
    );
    const theirs = onsetTimes(tapB).filter(
      (time) => time > tapA.hostTime + 0.3 && time < Math.min(...ends) - 0.1,
    );
    expect(theirs.length).toBeGreaterThan(5);
    const mine = onsetTimes(tapA);
    for (const beat of theirs)
      expect(
        mine.filter((time) => time > beat - 0.2 && time < beat + 0.03),
        `A's for ${beat}`,
      ).toHaveLength(1);
    return;
  }
}

test(
  "[SYN11] a trim moves what I play by just as much, loses and doubles nothing, and outlives a reload",
  listening(120_000),
  async () => {
    const room = await createRoom(house.server.url, "relay");
    const [a, b] = await players(house, room.leader, room.leader);
    await playOnlyKick(a);
    for (const page of [a, b])
      await page.untilInspect("the jam to play", ({ transport }) => transport.beat > 1);
    const before = await apartMs(a, b);

    await openPanel(a);
    await setTrim(a, 20);
    await beatsLater(a, 2);
    const trimmed = await apartMs(a, b);
    expect(trimmed - before, "ms moved by a trim of 20").toBeGreaterThan(-22);
    expect(trimmed - before, "ms moved by a trim of 20").toBeLessThan(-18);

    await expectSmoothChange(a, b);

    await setTrim(a, 20);
    await a.page.reload();
    await a.press("Join the jam");
    await a.whenJamming();
    await a.untilInspect("the jam to play on", ({ transport }) => transport.playing);
    await beatsLater(a, 2);
    const reloaded = await apartMs(a, b);
    expect(Math.abs(reloaded - before + 20), "ms off after the reload").toBeLessThan(3);
    await openPanel(a);
    const slider = panelOf(a).getByRole("slider", { name: "Trim" });
    expect(await slider.inputValue()).toBe("20");
    await panelOf(a).getByRole("button", { name: "Reset the trim" }).click();
    await until(async () => (await slider.inputValue()) === "0", { what: "no trim" });
    for (const page of [a, b]) {
      expect(page.errors).toEqual([]);
      await page.context.close();
    }
  },
);
