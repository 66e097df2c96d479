/** Patterns, scenes and the chain on the screen, by keyboard alone. */
import { describe, expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import { JamPage } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

async function enter(link: string, viewport?: { width: number; height: number }): Promise<JamPage> {
  const jam = await JamPage.open(house.browser, link.replace("#", "?inspect#"), viewport);
  await jam.press("Join the jam");
  await jam.whenJamming();
  return jam;
}

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
    await press("Shift+P", "c");
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

test("[SCN7] two presses within one frame are two, each on what the one before has changed", async () => {
  const room = await createRoom(house.server.url, "relay");
  const jam = await enter(room.performer);
  await jam.press("Scenes and chain");
  const sheet = jam.page.getByRole("dialog", { name: "Scenes and chain" });
  await sheet.getByRole("button", { name: "Store as scene 1" }).click();
  await sheet.getByRole("button", { name: "Add a section" }).evaluate((add: HTMLElement) => {
    add.click();
    add.click();
  });
  expect((await jam.inspect()).document.chain.entries).toHaveLength(2);
  await jam.context.close();
}, 60_000);
