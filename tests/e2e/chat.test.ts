/** What people say to each other beside what they play: words that are kept, and signs that are not. */
import { expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import type { JamPage } from "./support/browser.ts";
import { button, guest, join, whenCompany } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

const panel = (jam: JamPage) => jam.page.getByRole("region", { name: "Chat", exact: true });
const field = (jam: JamPage) => jam.page.getByRole("textbox", { name: "Say something" });
const opener = (jam: JamPage) => jam.page.getByRole("button", { name: /^Chat/ });
/** What stands in the log, its texts alone. */
const said = (jam: JamPage) => jam.page.locator("[role=log] li > p[dir=auto]").allTextContents();
const untilSaid = (jam: JamPage, texts: readonly string[]) =>
  until(async () => JSON.stringify(await said(jam)) === JSON.stringify(texts), {
    what: `${texts.join(" | ")} to be read`,
    detail: () => jam.errors.join("\n"),
  });

async function write(jam: JamPage, text: string): Promise<void> {
  await field(jam).fill(text);
  await field(jam).press("Enter");
}

async function close(...pages: readonly JamPage[]): Promise<void> {
  for (const { context, errors } of pages) {
    expect(errors).toEqual([]);
    await context.close();
  }
}

test("[CHAT9] two people write by keyboard alone; a reload and who comes late read it; markup is text", async () => {
  const room = await createRoom(house.server.url, "relay");
  const [ann, bo] = await Promise.all(["Ann", "Bo"].map((name) => guest(house, room.performer, name)));
  if (!ann || !bo) throw new Error("no guests");
  await join(ann, bo);
  await whenCompany(ann, bo);
  const step = ann.cell("Kick step 2");
  await step.focus();
  await ann.page.keyboard.press("w");
  await panel(ann).waitFor();
  await ann.page.getByText("Say something to the room: nobody hears it, everybody reads it.").waitFor();
  expect(await field(ann).evaluate((element) => element === document.activeElement)).toBe(true);
  // Keys that are shortcuts elsewhere are text here.
  await ann.page.keyboard.type("hm");
  await ann.page.keyboard.press("Shift+Enter");
  await ann.page.keyboard.type("two lines");
  await ann.page.keyboard.press("Enter");
  const markup = `<img src=x onerror="window.hurt = 1"> https://example.org`;
  await write(ann, markup);
  await untilSaid(ann, ["hm\ntwo lines", markup]);
  expect(await panel(ann).locator("img, a").count()).toBe(0);
  expect(await ann.page.evaluate(() => "hurt" in window)).toBe(false);
  expect(await seriousFindings(ann)).toEqual([]);
  await ann.page.keyboard.press("Escape");
  await panel(ann).waitFor({ state: "detached" });
  expect(await step.evaluate((element) => element === document.activeElement)).toBe(true);

  // Bo has not looked: it is counted and said, and takes no focus.
  await bo.page.getByRole("button", { name: "Chat 2 unread", exact: true }).waitFor();
  await bo.page.locator("[aria-live=polite]").getByText(`Ann: ${markup}`).waitFor({ state: "attached" });
  expect(await bo.page.evaluate(() => document.activeElement?.tagName)).not.toBe("TEXTAREA");
  await opener(bo).click();
  await untilSaid(bo, ["hm\ntwo lines", markup]);
  await write(bo, "yes");
  await untilSaid(bo, ["hm\ntwo lines", markup, "yes"]);
  await field(bo).fill("half a sentence");
  await bo.page.reload();
  await bo.press("Join the jam");
  await bo.whenJamming();
  await opener(bo).click();
  await untilSaid(bo, ["hm\ntwo lines", markup, "yes"]);
  expect(await field(bo).inputValue()).toBe("half a sentence");
  await button(ann.page, "Chat 1 unread").waitFor();

  const late = await guest(house, room.performer, "Cleo");
  await join(late);
  await opener(late).click();
  await untilSaid(late, ["hm\ntwo lines", markup, "yes"]);
  await close(ann, bo, late);
}, 120_000);

test("[CHAT10] without a connection what is written waits in sight, and is said once when it is back", async () => {
  const room = await createRoom(house.server.url, "relay");
  const [ann, bo] = await Promise.all(["Ann", "Bo"].map((name) => guest(house, room.performer, name)));
  if (!ann || !bo) throw new Error("no guests");
  await join(ann, bo);
  for (const jam of [ann, bo]) {
    await opener(jam).click();
    await field(jam).waitFor();
  }
  await house.server.down();
  await ann.page.locator("[data-state=offline]").first().waitFor();
  await write(ann, "are you there?");
  await ann.page.getByText("Waits for the connection.").waitFor();
  await house.server.up();
  for (const jam of [ann, bo]) await untilSaid(jam, ["are you there?"]);
  await until(async () => (await ann.page.getByText("On its way …").count()) === 0, {
    what: "it to be said",
  });
  await Promise.all([ann, bo].map(({ context }) => context.close()));
}, 120_000);

test("[REA2] a listener reads and reacts, and does not write; a reaction is seen by the chip and said", async () => {
  const room = await createRoom(house.server.url, "relay");
  const [ann, eve] = await Promise.all([
    guest(house, room.performer, "Ann"),
    guest(house, room.listener, "Eve"),
  ]);
  await join(ann);
  await eve.press("Listen");
  await eve.whenJamming();
  await whenCompany(ann, eve);
  await opener(ann).click();
  await write(ann, "welcome");
  await opener(eve).click();
  await untilSaid(eve, ["welcome"]);
  expect(await field(eve).count()).toBe(0);
  await button(eve.page, "Bravo").click();
  await ann.page.locator("[data-reaction=bravo]").getByText("Eve").waitFor();
  await ann.page
    .getByRole("status", { name: "Reactions" })
    .getByText("Eve: Bravo")
    .waitFor({ state: "attached" });

  // By keyboard, and by the chip of who has one.
  await ann.page.keyboard.press("Escape");
  await ann.cell("Kick step 2").focus();
  await ann.page.keyboard.press("r");
  const row = ann.page.getByRole("toolbar", { name: "React" });
  await row.waitFor();
  await ann.page.keyboard.press("ArrowRight");
  await ann.page.keyboard.press("ArrowRight");
  await ann.page.keyboard.press("Enter");
  const sign = eve.page.locator("[data-reaction=again]");
  await sign.waitFor();
  const [at, chip] = await Promise.all([
    sign.boundingBox(),
    eve.page.locator("[data-chip] span[data-c]").first().boundingBox(),
  ]);
  const middle = (box: typeof at) => (box?.x ?? 0) + (box?.width ?? 0) / 2;
  expect(Math.abs(middle(at) - middle(chip))).toBeLessThan(30);
  await sign.waitFor({ state: "detached" });
  await ann.page.keyboard.press("Escape");
  await row.waitFor({ state: "detached" });
  expect(await seriousFindings(eve)).toEqual([]);
  await close(ann, eve);
}, 120_000);

test("[CHAT9] on a phone the chat is a sheet, readable by day and by night", async () => {
  const room = await createRoom(house.server.url, "relay");
  const ann = await guest(house, room.leader, "Ann");
  await ann.page.setViewportSize({ width: 390, height: 844 });
  await join(ann);
  await opener(ann).click();
  const sheet = ann.page.getByRole("dialog", { name: "Chat", exact: true });
  await sheet.waitFor();
  await write(ann, "from the train");
  await untilSaid(ann, ["from the train"]);
  for (const colorScheme of ["dark", "light"] as const) {
    await ann.page.emulateMedia({ colorScheme });
    await ann.page.locator(`html[data-theme=${colorScheme === "dark" ? "night" : "day"}]`).waitFor();
    expect(await seriousFindings(ann, colorScheme === "dark" ? "html" : "dialog")).toEqual([]);
  }
  expect(await sheet.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await ann.page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await close(ann);
}, 120_000);
