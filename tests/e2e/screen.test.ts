/** The screen at three sizes: everything named, reachable by keyboard, and nothing serious for axe. */
import type { Locator } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import { JamPage, launch } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { createRoom, type RoomLinks } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");
let room: RoomLinks;
beforeAll(async () => {
  room = await createRoom(house.server.url, "relay");
});

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;

describe.each(SIZES)("at $width x $height", (size) => {
  test(`[SCR1] landing, arriving and the jam have nothing serious for axe (${size.width})`, async () => {
    const landing = await JamPage.open(house.browser, house.server.url, size);
    await landing.page.getByRole("button", { name: "Create a jam", exact: true }).waitFor();
    expect(await seriousFindings(landing)).toEqual([]);
    await landing.context.close();

    // With all that moves on it.
    const context = await house.browser.newContext({ viewport: size });
    const jam = await JamPage.openIn(context, room.performer.replace("#", "?inspect#"));
    await jam.page.getByRole("button", { name: "Join the jam", exact: true }).waitFor();
    expect(await seriousFindings(jam)).toEqual([]);
    await jam.press("Join the jam");
    await jam.whenJamming();
    await jam.page.getByRole("button", { name: "Share", exact: true }).waitFor();
    expect(await seriousFindings(jam)).toEqual([]);
    expect(await jam.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      size.width,
    );
    expect(jam.errors).toEqual([]);
    await jam.context.close();
  }, 60_000);
});

/** What of a part's leaf reaches over the edge of the lower stand, or the stand over that of the window. */
const cutOff = (leaf: Locator): Promise<string[]> =>
  leaf.evaluate((element) => {
    const stand = (element.parentElement as HTMLElement).getBoundingClientRect();
    const bottom = Math.min(stand.bottom, innerHeight) + 0.5;
    const right = Math.min(stand.right, innerWidth) + 0.5;
    return [...element.querySelectorAll<HTMLElement>("button, input, select, [role=slider], span")]
      .map((each) => ({ each, box: each.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height > 0)
      .filter(({ box }) => box.top < stand.top - 0.5 || box.bottom > bottom || box.right > right)
      .map(({ each }) => each.ariaLabel ?? each.innerText);
  });

describe.each(SIZES.slice(0, 2))("at $width x $height", (size) => {
  test(`[FIT1] with eight parts all of them are in view, and all of the open one (${size.width})`, async () => {
    const fresh = await createRoom(house.server.url, "relay");
    const jam = await JamPage.open(house.browser, fresh.performer.replace("#", "?inspect#"), size);
    await jam.press("Join the jam");
    await jam.whenJamming();
    const { tracks } = (await jam.inspect()).document;
    expect(tracks).toHaveLength(8);
    const parts = jam.page.getByRole("list", { name: "Parts" });
    expect(await parts.evaluate((list) => list.scrollHeight - list.clientHeight)).toBe(0);
    for (const { name } of tracks) {
      await jam.press(`Open ${name}`);
      const leaf = jam.page.getByRole("region", { name: `Part ${name}`, exact: true });
      await leaf.waitFor();
      // What is scrolled there arrives.
      let over: string[] = [];
      await until(async () => (over = await cutOff(leaf)).length === 0, {
        what: `all of ${name} in view`,
        timeoutMs: 5_000,
        detail: () => over.join(", "),
      });
      expect(await leaf.getByRole("button").count()).toBeGreaterThan(1);
    }
    await jam.context.close();
  }, 60_000);
});

test("[SCR2] the grid is played with the keyboard alone, and undo takes back only one's own", async () => {
  const [a, b] = await Promise.all(
    [room.performer, room.performer].map((link) =>
      JamPage.open(house.browser, link.replace("#", "?inspect#")),
    ),
  );
  if (!a || !b) throw new Error("no pages");
  for (const page of [a, b]) {
    await page.press("Join the jam");
    await page.whenJamming();
  }
  const pressed = (page: JamPage, name: string) => page.cell(name).getAttribute("aria-pressed");
  await a.cell("Kick step 1").focus();
  await a.page.keyboard.press("ArrowRight");
  await a.page.keyboard.press("Enter");
  await until(async () => (await pressed(b, "Kick step 2")) === "true", { what: "A's key on B's screen" });
  await b.cell("Kick step 3").click();
  await until(async () => (await pressed(a, "Kick step 3")) === "true", { what: "B's click on A's screen" });

  await a.page.keyboard.press("Control+z");
  await until(async () => (await pressed(b, "Kick step 2")) === "false", { what: "A's undo on B's screen" });
  expect(await pressed(a, "Kick step 3")).toBe("true");
  await a.page.keyboard.press("Control+Shift+z");
  await until(async () => (await pressed(b, "Kick step 2")) === "true", { what: "A's redo on B's screen" });

  await a.page.keyboard.press("Space");
  await b.untilInspect("the jam to play", (state) => state.transport.playing);
  await a.page.keyboard.press("Space");
  await b.untilInspect("the jam to stop", (state) => !state.transport.playing);
  await a.context.close();
  await b.context.close();
}, 60_000);

test("[SCN9] what is shaped by key, in the lane or by slider keeps the note's other qualities", async () => {
  const jam = await JamPage.open(house.browser, room.performer.replace("#", "?inspect#"));
  await jam.press("Join the jam");
  await jam.whenJamming();
  await jam.press("Open Kick");
  const kick = (await jam.inspect()).document.tracks.find(({ name }) => name === "Kick");
  const { step = 0, pitch = 36 } = kick?.notes[0] ?? {};
  const note = { track: kick?.id ?? 0, step, pitch };
  await jam.dispatch({ type: "NOTE_SET", ...note, velocity: 80, gate: 2, probability: 0.5, ratchet: 3 });
  const cell = jam.cell(`Kick step ${step + 1}`);
  const says = (words: string) =>
    until(async () => ((await cell.getAttribute("aria-description")) ?? "").startsWith(words), {
      what: `the note to be ${words}`,
    });
  await says("mezzo forte, 2 steps long, 50 % of the time, 3 strikes");
  await cell.focus();
  await jam.page.keyboard.press("Shift+ArrowUp");
  await says("forte, 2 steps long, 50 % of the time, 3 strikes");
  await jam.page.getByRole("slider", { name: `Loudness of Kick, ${step + 1}`, exact: true }).focus();
  await jam.page.keyboard.press("ArrowUp");
  await says("fortissimo, 2 steps long, 50 % of the time, 3 strikes");
  const length = jam.page.getByRole("slider", { name: "Length of the note" });
  await length.focus();
  await jam.page.keyboard.press("ArrowRight");
  await says("fortissimo, 2.13 steps long, 50 % of the time, 3 strikes");
  await jam.context.close();
}, 60_000);

test("[SCR3] at phone size a step of the open part is set with a tap", async () => {
  const phone = await JamPage.open(house.browser, room.performer.replace("#", "?inspect#"), {
    width: 390,
    height: 844,
  });
  await phone.press("Join the jam");
  await phone.whenJamming();
  await phone.press("Open Kick");
  const cell = phone.cell("Kick step 6");
  const before = await cell.getAttribute("aria-pressed");
  await cell.click();
  await until(async () => (await cell.getAttribute("aria-pressed")) !== before, {
    what: "the step to change",
  });
  await phone.context.close();
}, 60_000);

test("[SCR4] on plain http from another machine the page says that sound needs https", async () => {
  // A name that is not loopback's: no secure context, as for a phone on the network.
  const remote = await launch("--host-resolver-rules=MAP jam.example 127.0.0.1");
  try {
    const address = house.server.url.replace("127.0.0.1", "jam.example");
    const guest = await JamPage.open(remote, address);
    await guest.page.getByText("Your browser gives sound only over https.").waitFor();
    const link = guest.page.getByRole("link", { name: "Open over https" });
    expect(await link.getAttribute("href")).toBe(`${address.replace("http:", "https:")}/`);
    expect(guest.errors.filter((error) => error.startsWith("uncaught"))).toEqual([]);
  } finally {
    await remote.close();
  }
}, 60_000);
