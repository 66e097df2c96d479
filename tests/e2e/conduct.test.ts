/** A leader's sheet and the panel of people, as they are used: who follows, who leads, and what is said of it. */
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import { JamPage, STILL } from "./support/browser.ts";
import { button, guest, join, shows, whenCompany } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");
const following = (page: Page): Locator => page.locator("[data-following]");

/** The part that is open on a page, by its head; a locked one's says so. */
const opened = (page: Page, name: string): Locator =>
  page.locator(`[aria-pressed="true"][aria-label^="Open ${name}"]`);
const pick = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name: `Open ${name}` }).click();

/** Ada leads, Ben performs. */
async function two() {
  const links = await createRoom(house.server.url, "relay");
  const ada = await guest(house, links.leader, "Ada");
  const ben = await guest(house, links.performer, "Ben");
  await join(ada, ben);
  // What comes late moves what lies below it, from under a hand as well.
  await whenCompany(ada, ben);
  return { links, ada, ben };
}

async function show(ada: JamPage): Promise<void> {
  await ada.press("Conduct");
  await ada.page.getByRole("switch", { name: "Bring everybody to where I am" }).click();
  await ada.page.keyboard.press("Escape");
  await ada.page.locator("[data-following=showing]").waitFor();
}

async function goodbye(...pages: readonly JamPage[]): Promise<void> {
  for (const jam of pages) {
    expect(jam.errors).toEqual([]);
    await jam.context.close();
  }
}

test("[LEAD16] everybody sees what a leader sees, also on a phone and who comes late, until they detach", {
  timeout: 90_000,
}, async () => {
  const { links, ada, ben } = await two();
  await show(ada);
  await pick(ada.page, "Lead");
  await opened(ben.page, "Lead").waitFor();
  await shows(ben.page, "Following Ada");
  expect(await seriousFindings(ben)).toEqual([]);

  const context = await house.browser.newContext({ viewport: { width: 390, height: 844 }, ...STILL });
  const cleo = await JamPage.openIn(context, links.listener.replace("#", "?inspect#"));
  await cleo.press("Listen");
  await opened(cleo.page, "Lead").waitFor();
  await ada.page.getByRole("combobox", { name: "Length of Lead in steps" }).selectOption("32");
  await ada.page.getByRole("button", { name: /pages of Lead, show the next/ }).click();
  await cleo.page.getByRole("button", { name: "3: steps 17 to 24 of Lead", pressed: true }).waitFor();
  expect(await seriousFindings(cleo, "[aria-label='Whose view this is']")).toEqual([]);

  await ada.press("Scenes and chain");
  const scenes = ben.page.getByRole("dialog", { name: "Scenes and chain" });
  await scenes.waitFor();
  await ada.page.keyboard.press("Escape");
  await scenes.waitFor({ state: "detached" });

  // Who goes elsewhere by themselves is let go, and comes back with one press.
  await pick(ben.page, "Kick");
  await shows(ben.page, "Ada shows the way");
  await pick(ada.page, "Snare");
  await opened(cleo.page, "Snare").waitFor();
  expect(await opened(ben.page, "Kick").count()).toBe(1);
  await ben.press("Follow");
  await opened(ben.page, "Snare").waitFor();
  await cleo.press("Detach");
  await shows(cleo.page, "Ada shows the way");

  // A new one asks again.
  await ada.press("Let them go");
  await following(cleo.page).waitFor({ state: "detached" });
  await show(ada);
  await shows(cleo.page, "Following Ada");
  // By key too.
  await ben.page.keyboard.press("f");
  await shows(ben.page, "Ada shows the way");
  await ben.page.keyboard.press("f");
  await shows(ben.page, "Following Ada");
  // Who reloads goes on showing, and moves nobody.
  await ada.page.reload();
  await join(ada);
  await ada.page.locator("[data-following=showing]").waitFor();
  await opened(ada.page, "Snare").waitFor();
  await pick(ada.page, "Pad");
  await opened(ben.page, "Pad").waitFor();
  await goodbye(ada, ben, cleo);
});

test("[LEAD18] no view is moved while a hand is on a knob or in a field", { timeout: 60_000 }, async () => {
  const { ada, ben } = await two();
  await show(ada);
  await pick(ada.page, "Bass");
  await opened(ben.page, "Bass").waitFor();
  const knob = ben.page.getByRole("slider", { name: "Cutoff" });
  // The press takes the focus from there.
  await opened(ben.page, "Bass").focus();
  await knob.hover();
  await ben.page.mouse.down();
  await pick(ada.page, "Lead");
  // What comes after the view has come: so has the view.
  const locked = async (name: string) => {
    await ada.press("Conduct");
    await ada.page.getByRole("button", { name: `Lock ${name}` }).click();
    await ada.page.keyboard.press("Escape");
    await ben.page.getByRole("button", { name: `Open ${name}, locked` }).waitFor();
  };
  await until(async () => (await opened(ada.page, "Lead").count()) === 1, { what: "Ada's part" });
  await locked("Kick");
  expect(await opened(ben.page, "Bass").count()).toBe(1);
  const before = await knob.getAttribute("aria-valuenow");
  await ben.page.mouse.move(0, 300, { steps: 3 });
  expect(await knob.getAttribute("aria-valuenow")).not.toBe(before);
  await ben.page.mouse.up();
  await opened(ben.page, "Lead").waitFor();

  const name = ben.page.getByRole("textbox", { name: "Name of Lead" });
  await name.focus();
  await ben.page.keyboard.type("X");
  await pick(ada.page, "Pad");
  await locked("Clap");
  expect(await opened(ben.page, "Lead").count()).toBe(1);
  await name.blur();
  await opened(ben.page, "Pad").waitFor();
  await goodbye(ada, ben);
});

test("[LEAD17] the lead is handed over in the panel of people, by keyboard, and taken back", {
  timeout: 60_000,
}, async () => {
  const { ada, ben } = await two();
  await button(ada.page, "Hand the lead over to Ben").focus();
  await ada.page.keyboard.press("Enter");
  await ada.page.locator(":focus", { hasText: "Hand over" }).waitFor();
  expect(await seriousFindings(ada)).toEqual([]);
  await ada.page.keyboard.press("Enter");
  await shows(ada.page, "Ben leads now: You handed it over.");
  await button(ben.page, "Conduct").waitFor();
  await button(ada.page, "Conduct").waitFor({ state: "detached" });
  expect((await ben.inspect()).self?.role).toBe("leader");
  await ben.press("Conduct");
  await ben.page.getByRole("switch", { name: "Silence all parts" }).click();
  await ada.page.locator("[data-conducted]", { hasText: "Ben: all silent" }).waitFor();
  await ben.page.keyboard.press("Escape");
  await ben.press("History");
  await ben.page.getByText("handed the lead over to you").waitFor();
  await ben.page.getByText("silenced all parts").waitFor();
  await ben.page.keyboard.press("Escape");
  await ada.press("Take the lead");
  await button(ben.page, "Conduct").waitFor({ state: "detached" });
  await button(ada.page, "Conduct").waitFor();
  await goodbye(ada, ben);
});

test("[LEAD19] a room without a leader says so, and opening a leader's link makes one of who is there", {
  timeout: 90_000,
}, async () => {
  const { links, ada, ben } = await two();
  await ada.press("Conduct");
  await ada.page.getByRole("switch", { name: "All editing" }).click();
  await ada.page.keyboard.press("Escape");
  await ben.page.locator("[data-conducted]", { hasText: "Ada: locked" }).waitFor();
  await ben.cell("Kick step 2").click();
  await shows(ben.page, "Kick is locked: Ada can unlock.");
  await goodbye(ada);
  await ben.page.locator("[data-conducted]", { hasText: "No leader is here · Ada: locked" }).waitFor();
  await shows(
    ben.page,
    "No leader is here. What is locked stays so until one is. Whoever opens the leader’s link leads.",
  );
  expect(await seriousFindings(ben)).toEqual([]);
  await ben.cell("Kick step 2").click();
  await shows(ben.page, "Kick is locked, and no leader is here to unlock.");
  const { self } = await ben.inspect();
  await ben.page.evaluate(
    (link) => {
      location.href = link;
    },
    links.leader.replace("#", "?inspect#"),
  );
  await button(ben.page, "Join the jam").waitFor();
  await join(ben);
  expect((await ben.inspect()).self).toMatchObject({ id: self?.id, role: "leader" });
  await ben.page.locator("[data-lead]", { hasText: /^$/ }).waitFor({ state: "attached" });
  await goodbye(ben);
});
