/** Patterns, scenes and the chain, end to end: one makes them, another calls them, and both hear the same. */
import { describe, expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import { JamPage } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { expectInPhase, onsetTimes, recordTogether } from "./support/listening.ts";
import { listening } from "./support/machine.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

async function enter(link: string, viewport?: { width: number; height: number }): Promise<JamPage> {
  const jam = await JamPage.open(house.browser, link.replace("#", "?inspect#"), viewport);
  await jam.press("Join the jam");
  await jam.whenJamming();
  return jam;
}

test(
  "[SCN6] a pattern and a scene that A makes B calls while it plays, and both sound the same from then on",
  listening(180_000),
  async () => {
    const room = await createRoom(house.server.url, "mesh");
    const [a, b] = [await enter(room.leader), await enter(room.performer)];
    const { tracks } = (await a.inspect()).document;
    const kick = tracks.find(({ name }) => name === "Kick");
    if (!kick) throw new Error("the first jam has no kick");
    for (const { id } of tracks)
      if (id !== kick.id) await a.dispatch({ type: "TRACK_SET", track: id, muted: true });
    const pitch = kick.notes[0]?.pitch ?? 36;
    const fill = (steps: readonly number[]) =>
      a.dispatch({
        type: "PATTERN_UPDATE",
        track: kick.id,
        length: 16,
        notes: steps.map((step) => ({ step, pitch, velocity: 110 })),
      });
    await fill([0, 8]);
    await a.press("Store as scene 1");
    await a.press("Open Kick");
    await a.press("Copy the pattern of Kick to the next free one");
    await fill([0, 2, 4, 6, 8, 10, 12, 14]);
    await a.press("Store as scene 2");
    await a.press("Scene 1");
    const selected = (jam: JamPage, pattern: number) =>
      jam.untilInspect(
        `pattern ${pattern}`,
        ({ document }) => document.tracks.find(({ id }) => id === kick.id)?.pattern === pattern,
      );
    await selected(b, 0);

    await a.press("Play");
    for (const page of [a, b])
      await page.untilInspect("the jam to play", ({ transport }) => transport.beat > 0.5);
    const [slowA, slowB] = await recordTogether([a, b], 4);
    expectInPhase(slowA, slowB, 3);

    await b.press("Scene 2");
    await selected(a, 1);
    const { beat } = (await a.inspect()).transport;
    await a.untilInspect("the scene to sound", ({ transport }) => transport.beat > beat + 2);
    const [fastA, fastB] = await recordTogether([a, b], 4);
    expectInPhase(fastA, fastB, 12);
    expect(onsetTimes(fastA).length).toBeGreaterThan(3 * onsetTimes(slowA).length);

    // The chain: a bar of each. Over whole rounds there are ten strikes in two bars.
    const entries = [0, 1].map((scene) => ({ scene, bars: 1 }));
    await b.dispatch({ type: "CHAIN_SET", entries, on: true });
    await a.untilInspect("the chain", ({ document }) => document.chain.on);
    const late = await enter(room.performer);
    const [chainA, chainLate] = await recordTogether([a, late], 5);
    expectInPhase(chainA, chainLate, 8);
    const gaps = onsetTimes(chainA)
      .slice(1)
      .map((time, at) => time - (onsetTimes(chainA)[at] ?? 0));
    const bar = 240 / 124;
    expect(gaps.some((gap) => Math.abs(gap - bar / 2) < 0.02)).toBe(true);
    expect(gaps.some((gap) => Math.abs(gap - bar / 8) < 0.02)).toBe(true);

    await a.press("Stop");
    for (const page of [a, b, late]) {
      expect((await page.inspect()).engine.late).toBe(0);
      expect(page.errors).toEqual([]);
      await page.context.close();
    }
  },
);

describe.each([
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
])("at $width x $height", (size) => {
  test(`[SCN7] patterns, scenes and chain are worked by keyboard, and have nothing serious for axe (${size.width})`, async () => {
    const room = await createRoom(house.server.url, "relay");
    const jam = await enter(room.performer, size);
    const { page } = jam;
    const press = (...keys: string[]) =>
      keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());
    const bass = async () => {
      const { document } = await jam.inspect();
      return document.tracks.find(({ name }) => name === "Bass");
    };
    await page.getByRole("button", { name: "Pattern A of Bass", exact: true }).focus();
    await press("ArrowRight", "ArrowRight", "Enter");
    expect((await bass())?.pattern).toBe(2);
    await press("Shift+P", "Shift+P", "c");
    expect(await bass()).toMatchObject({ pattern: 1, filled: [0, 1] });
    await press("Control+z");
    expect(await bass()).toMatchObject({ pattern: 0, filled: [0] });

    await page.getByRole("button", { name: "Scenes and chain", exact: true }).focus();
    await press("Enter");
    const sheet = page.getByRole("dialog", { name: "Scenes and chain" });
    await sheet.getByRole("button", { name: "Store as scene 1" }).focus();
    await press("Enter");
    await sheet.getByRole("textbox", { name: "Name of scene 1" }).fill("Verse");
    await press("Enter");
    await sheet.getByRole("button", { name: "Add a section" }).focus();
    await press("Enter", "Enter");
    await sheet.getByRole("combobox", { name: "Length of section 2" }).selectOption("8");
    await sheet.getByRole("button", { name: "Move section 2 up" }).focus();
    await press("Enter");
    await sheet.getByRole("switch", { name: "Play the chain" }).focus();
    await press("Enter");
    const entries = [8, 4].map((bars) => ({ scene: 0, bars }));
    expect((await jam.inspect()).document).toMatchObject({
      scenes: [{ index: 0, name: "Verse" }],
      chain: { on: true, entries },
    });
    expect(await seriousFindings(jam)).toEqual([]);
    await press("Escape");
    await sheet.waitFor({ state: "detached" });
    expect(await seriousFindings(jam)).toEqual([]);

    await press("p");
    expect((await bass())?.pattern).toBe(1);
    await press("1");
    expect((await bass())?.pattern).toBe(0);
    expect((await jam.inspect()).document.chain.on).toBe(false);
    await until(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), {
      what: "a page no wider than its window",
    });
    expect(jam.errors).toEqual([]);
    await jam.context.close();
  }, 60_000);
});
