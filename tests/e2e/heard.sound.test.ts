/** What is heard of somebody's mix: how late it is beside what the page says, and which parts of it. */
import { expect, onTestFinished, test } from "vitest";
import { onsets } from "./onsets.ts";
import type { JamPage } from "./support/browser.ts";
import { guest, join as come } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { listening } from "./support/machine.ts";
import { createRoom } from "./support/rooms.ts";
import { watchConnections } from "./support/streams.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "1");

type Rung = "mesh" | "sfu";

/** Two people in a jam of two parts, each one sharp note a second: "Left" on the left, and half a second later "Right". */
async function two(rung: Rung): Promise<[JamPage, JamPage]> {
  const room = await createRoom(house.server.url, rung);
  const pages = (await Promise.all(
    ["Ann", "Bo"].map((name) => guest(house, room.performer, name, watchConnections)),
  )) as [JamPage, JamPage];
  for (const { context } of pages) onTestFinished(() => context.close());
  await come(...pages);
  for (const jam of pages) {
    await jam.untilInspect(`the ${rung}`, ({ peers }) => peers.some(({ link }) => link === rung), 30_000);
    await jam.page.getByRole("button", { name: "Send my mix", exact: true }).waitFor();
  }
  const [ann, bo] = pages;
  await ann.page.evaluate(() => {
    const tutti = window.tutti!;
    const trackIds = () => tutti.inspect().document.tracks.map(({ id }) => id);
    for (const track of trackIds()) tutti.dispatch({ type: "TRACK_REMOVE", track });
    for (const [name, pan, step] of [
      ["Left", -1, 0],
      ["Right", 1, 4],
    ] as const) {
      const before = trackIds();
      tutti.dispatch({ type: "TRACK_ADD", instrument: "beep" });
      const track = trackIds().find((id) => !before.includes(id)) ?? 0;
      tutti.dispatch({ type: "TRACK_SET", track, name, pan });
      for (const [param, value] of [
        ["attack", 0.001],
        ["decay", 0.01],
        ["release", 0.02],
      ] as const)
        tutti.dispatch({ type: "PARAM_SET", track, param, value });
      const notes = [step, step + 8].map((at) => ({ step: at, pitch: 84, velocity: 127, gate: 0.25 }));
      tutti.dispatch({ type: "PATTERN_UPDATE", track, length: 16, notes });
    }
    tutti.dispatch({ type: "TEMPO_SET", tempo: 120 });
    tutti.dispatch({ type: "PLAYBACK_START" });
  });
  await bo.untilInspect("the jam to play", ({ transport }) => transport.playing && transport.beat > 1);
  return [ann, bo];
}

const status = (jam: JamPage, name: string) =>
  jam.page.getByRole("region", { name, exact: true }).getByRole("status");

const untilSays = (jam: JamPage, region: string, words: string): Promise<unknown> =>
  until(async () => (await status(jam, region).textContent()) === words, { what: words });

interface Heard {
  /** Unix seconds of the onsets of each side. */
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** The next seconds of what this page has in both mixes, as it comes to its speakers. */
async function listen(jam: JamPage, seconds: number): Promise<{ mine: Heard; room: Heard }> {
  const taps = await jam.page.evaluate(async (length) => {
    const all = await Promise.all([window.tutti!.tap(length, "myMix"), window.tutti!.tap(length, "roomMix")]);
    return all.map(({ channels, sampleRate, hostTime }) => ({
      channels: channels.map((samples) => [...samples]),
      sampleRate,
      hostTime,
    }));
  }, seconds);
  const [mine, room] = taps.map(({ channels, sampleRate, hostTime }) => {
    const [left = [], right = []] = channels.map((samples) =>
      onsets(Float32Array.from(samples), sampleRate)
        // What rings when a recording begins rises out of nothing.
        .filter((at) => at > 0.01)
        .map((at) => at + hostTime),
    );
    return { left, right };
  });
  if (!mine || !room) throw new Error("nothing was recorded");
  return { mine, room };
}

const SAME = 0.01;
/** How many of these are also among those, to 10 ms. */
const together = (some: readonly number[], others: readonly number[]): number =>
  some.filter((at) => others.some((other) => Math.abs(other - at) < SAME)).length;

test.each(["mesh", "sfu"] as const)(
  "[HRD6] over the %s what is heard is as late as the page says, within 50 ms",
  listening(90_000),
  async (rung) => {
    const [ann, bo] = await two(rung);
    await ann.press("Send my mix");
    await bo.press("Hear what Ann hears");
    await untilSays(bo, "Whose mix you hear", "Ann's ears");
    const figures = bo.page.locator("[data-stream=mix] [data-arrival]");
    const said = async (): Promise<number> => {
      const words = /(\d+) ms behind you/.exec((await figures.textContent()) ?? "")?.[1];
      return words === undefined ? Number.NaN : Number(words) / 1_000;
    };
    await until(async () => (await said()) > 0, { what: "how late it is" });
    await until(async () => (await figures.getAttribute("title")) === "As its packets are stamped", {
      what: "stamps",
    });
    // A jitter buffer is at its longest when a stream begins, and an onset in what it squeezes is none to go by.
    await until(
      async () => {
        const before = await said();
        const { mine, room } = await listen(bo, 3);
        const after = await said();
        const lates = mine.left.flatMap((at) => {
          const rendered = room.left.findLast((each) => each < at);
          return rendered === undefined ? [] : [at - rendered];
        });
        const late = lates.toSorted((a, b) => a - b)[Math.floor(lates.length / 2)] ?? Number.NaN;
        const [least, most] = [Math.min(before, after), Math.max(before, after)];
        return lates.length > 0 && late > least - 0.05 && late < most + 0.05;
      },
      { what: "what is said to be what is heard", timeoutMs: 30_000 },
    );
    expect(bo.errors).toEqual([]);
  },
);

test.each(["mesh", "sfu"] as const)(
  "[ROUTE13] over the %s my parts alone are heard from me, and the others' own go on beside them",
  listening(120_000),
  async (rung) => {
    const [ann, bo] = await two(rung);
    await ann.press("Send my mix");
    await ann.page.getByLabel("What your mix carries").selectOption("My parts");
    // She wrote both.
    await ann.page.getByRole("group", { name: "My parts" }).getByLabel("Left").uncheck();
    await untilSays(ann, "On air", "On air: your parts");
    await bo.page.getByRole("button", { name: "Hear only Ann's parts", exact: true }).click();
    await untilSays(bo, "Whose mix you hear", "Ann's parts, in place of yours");
    // My own left, in time; the right from her, later, and never mine beside it.
    await until(
      async () => {
        const { mine, room } = await listen(bo, 4);
        return (
          room.right.length >= 3 &&
          together(room.left, mine.left) >= room.left.length - 1 &&
          mine.right.length >= 3 &&
          together(room.right, mine.right) === 0 &&
          mine.left.length <= room.left.length + 1
        );
      },
      { what: "her right beside my left", timeoutMs: 30_000 },
    );
    await ann.page.getByRole("group", { name: "My parts" }).getByLabel("Left").check();
    await until(
      async () => {
        const { mine, room } = await listen(bo, 4);
        return mine.left.length >= 3 && together(room.left, mine.left) === 0;
      },
      { what: "her left too", timeoutMs: 30_000 },
    );
    await bo.page.keyboard.press("Escape");
    await until(
      async () => {
        const { mine, room } = await listen(bo, 3);
        const all = room.left.length + room.right.length;
        return all >= 4 && together(room.left, mine.left) + together(room.right, mine.right) >= all - 1;
      },
      { what: "my own of both", timeoutMs: 20_000 },
    );
    for (const jam of [ann, bo]) expect(jam.errors).toEqual([]);
  },
);
