/** What two people see of each other's hands: an edit on its way, and a write that lost. */
import { expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import type { JamPage } from "./support/browser.ts";
import { button, guest, whenCompany } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

async function pair(): Promise<[ann: JamPage, bo: JamPage]> {
  const room = await createRoom(house.server.url, "relay");
  const pages = await Promise.all(["Ann", "Bo"].map((name) => guest(house, room.performer, name)));
  for (const jam of pages) {
    await jam.press("Join the jam");
    await jam.whenJamming();
  }
  await whenCompany(...pages);
  return pages as [JamPage, JamPage];
}

const near = (jam: JamPage, cell: string) => jam.cell(cell).getAttribute("data-near");

test("[PRS6] another's hand is seen on the cell before it acts, and goes with its owner", async () => {
  const [ann, bo] = await pair();
  await ann.cell("Kick step 6").hover();
  const ring = await until(() => near(bo, "Kick step 6"), { what: "Ann's hand on Bo's screen" });
  expect(ring).not.toBeNull();
  await ann.cell("Snare step 3").focus();
  await until(() => near(bo, "Snare step 3"), { what: "Ann's focus on Bo's screen" });
  expect(await near(bo, "Kick step 6")).toBeNull();
  await ann.page.getByRole("slider", { name: "Cutoff" }).hover();
  await until(() => bo.page.locator("[data-param][data-near]").count(), { what: "Ann's hand on a knob" });
  await ann.cell("Kick step 6").hover();
  await until(() => near(bo, "Kick step 6"), { what: "Ann's hand again" });
  expect((await bo.inspect()).document.digest).toBe((await ann.inspect()).document.digest);
  await ann.context.close();
  await until(async () => (await bo.page.locator("[data-near]").count()) === 0, { what: "the hand to go" });
  await bo.context.close();
}, 90_000);

const flag = (jam: JamPage, name: string) =>
  jam.page.locator("span[data-c]").getByText(name, { exact: true });
const where = (jam: JamPage, words: string) =>
  jam.page.getByRole("region", { name: "People" }).getByText(words, { exact: true }).waitFor();

test("[PRS7] who holds a knob or a volume is seen there by name as long as they hold it", async () => {
  const [ann, bo] = await pair();
  for (const [name, words] of [
    ["Cutoff", "holds Cutoff of Bass"],
    ["Volume of Kick", "holds Volume of Kick"],
  ] as const) {
    const box = (await ann.page.getByRole("slider", { name }).first().boundingBox())!;
    await ann.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await ann.page.mouse.down();
    await bo.page.locator("[data-near][data-held]").waitFor();
    await where(bo, words);
    await flag(bo, "Ann").first().waitFor();
    // Longer than a name stands where nothing is held.
    await bo.page.waitForTimeout(1_500);
    expect(await bo.page.locator("[data-near][data-held]").count()).toBe(1);
    expect(await seriousFindings(bo)).toEqual([]);
    await ann.page.mouse.up();
    await until(async () => (await bo.page.locator("[data-held]").count()) === 0, { what: "Ann to let go" });
  }
  await Promise.all([ann, bo].map(({ context }) => context.close()));
}, 90_000);

test("[PRS8] on a step, a part and a panel a hand is told in words, and named for a moment", async () => {
  const [ann, bo] = await pair();
  await ann.cell("Kick step 6").hover();
  await where(bo, "at Kick, step 6");
  await flag(bo, "Ann").first().waitFor();
  await ann.page.getByRole("button", { name: "Open Snare", exact: true }).hover();
  await where(bo, "at Snare");
  await ann.page.getByRole("combobox", { name: "Scale", exact: true }).focus();
  await where(bo, "at Scale");
  await bo.page.locator("section[data-near]").waitFor();
  await button(ann.page, "History").click();
  await where(bo, "at History");
  await Promise.all([ann, bo].map(({ context }) => context.close()));
}, 90_000);

test("[HST11] who last changed a step or a knob, and when, is told on hover and on focus", async () => {
  const [ann, bo] = await pair();
  const sign = bo.page.locator("#last-change");
  await ann.cell("Kick step 2").click();
  await bo.cell("Kick step 2").focus();
  await bo.page.keyboard.press("ArrowRight");
  await bo.page.keyboard.press("ArrowLeft");
  await until(
    async () => (await sign.count()) > 0 && (await sign.textContent()) === "forte, by Ann, just now",
    {
      what: "who set the step",
    },
  );
  expect(await bo.cell("Kick step 2").getAttribute("aria-describedby")).toBe("last-change");
  await bo.page.keyboard.press("Escape");
  expect(await sign.count()).toBe(0);
  await ann.cell("Kick step 2").click();
  await until(async () => (await bo.cell("Kick step 2").getAttribute("aria-pressed")) === "false", {
    what: "the step to be cleared",
  });
  await bo.cell("Kick step 2").hover();
  await until(
    async () => (await sign.count()) > 0 && (await sign.textContent()) === "cleared by Ann, just now",
    {
      what: "who cleared the step",
    },
  );
  const bass = (await ann.inspect()).document.tracks.find(({ name }) => name === "Bass")?.id ?? 0;
  await ann.dispatch({ type: "TRACK_SET", track: bass, volume: 0.5 });
  await bo.page.getByRole("slider", { name: "Volume of Bass" }).first().hover();
  await until(async () => (await sign.count()) > 0 && (await sign.textContent()) === "by Ann, just now", {
    what: "who set the volume",
  });
  for (const { context } of [ann, bo]) await context.close();
}, 90_000);

test("[EFX20] effects are turned by key, said in words, and stand at the others' too", async () => {
  const [ann, bo] = await pair();
  const knob = (jam: JamPage, name: string) =>
    jam.page.getByRole("group", { name: "Effects" }).getByRole("slider", { name, exact: true });
  const says = (jam: JamPage, name: string, words: string) =>
    until(async () => (await knob(jam, name).getAttribute("aria-valuetext")) === words, {
      what: `${name} ${words}`,
    });
  await knob(ann, "Filter").focus();
  for (let i = 0; i < 3; i++) await ann.page.keyboard.press("PageDown");
  for (const jam of [ann, bo]) await says(jam, "Filter", "low-pass 728 Hz");
  await ann.page.keyboard.press("Delete");
  await says(bo, "Filter", "off");
  await ann.page.getByRole("combobox", { name: "Echo time" }).selectOption("1/4");
  await until(async () => (await bo.inspect()).document.effects.echoSteps === 4, { what: "the echo's time" });
  await button(ann.page, "Undo").click();
  await button(ann.page, "Undo").click();
  await says(bo, "Filter", "low-pass 728 Hz");
  expect((await bo.inspect()).document.effects.echoSteps).toBe(3);
  expect(await seriousFindings(ann)).toEqual([]);
  await Promise.all([ann, bo].map(({ context }) => context.close()));
}, 90_000);

test("[CNF6] whose write lost sees it where it happened, and one press takes it back", async () => {
  const [ann, bo] = await pair();
  const { document } = await ann.inspect();
  const kick = document.tracks.find(({ name }) => name === "Kick");
  const place = { track: kick?.id ?? 0, step: 1, pitch: 36 };
  const loudness = async (jam: JamPage) =>
    (await jam.inspect()).document.tracks
      .find(({ id }) => id === place.track)
      ?.notes.find(({ step }) => step === 1)?.velocity;
  const both = (velocity: number | undefined) =>
    until(async () => (await loudness(ann)) === velocity && (await loudness(bo)) === velocity, {
      what: `both to have ${velocity}`,
    });
  await Promise.all([
    ann.dispatch({ type: "NOTE_SET", ...place, velocity: 40 }),
    bo.dispatch({ type: "NOTE_SET", ...place, velocity: 90 }),
  ]);
  const card = (jam: JamPage) => jam.page.getByRole("region", { name: "Overwritten" });
  const loser = await until(
    async () => ((await card(ann).count()) > 0 ? ann : (await card(bo).count()) > 0 ? bo : null),
    { what: "one of them to see that theirs lost" },
  );
  // Under the pointer it stays.
  await card(loser).hover();
  const [mine, theirs, name] = loser === ann ? [40, 90, "Bo"] : [90, 40, "Ann"];
  await both(theirs);
  expect(await card(loser === ann ? bo : ann).count()).toBe(0);
  expect(await card(loser).innerText()).toContain(`${name} set step 2 in Kick, velocity ${theirs}.`);
  const box = await card(loser).boundingBox();
  const cell = await loser.cell("Kick step 2").boundingBox();
  expect(Math.abs((box?.y ?? 0) - ((cell?.y ?? 0) + (cell?.height ?? 0)))).toBeLessThan(20);
  const said = loser.page.getByRole("status").filter({ hasText: "B takes it back" });
  await said.waitFor();
  expect(await seriousFindings(loser)).toEqual([]);

  await button(loser.page, "Take mine back").click();
  await both(mine);
  await until(async () => (await card(loser).count()) === 0, { what: "the card to go" });
  await loser.page.keyboard.press("Control+z");
  await both(theirs);

  // Again, and this time by the key.
  await Promise.all([
    ann.dispatch({ type: "NOTE_SET", ...place, velocity: 41 }),
    bo.dispatch({ type: "NOTE_SET", ...place, velocity: 91 }),
  ]);
  const second = await until(
    async () => ((await card(ann).count()) > 0 ? ann : (await card(bo).count()) > 0 ? bo : null),
    { what: "one of them to see that theirs lost again" },
  );
  await second.page.keyboard.press("b");
  await both(second === ann ? 41 : 91);
  for (const { context, errors } of [ann, bo]) {
    expect(errors).toEqual([]);
    await context.close();
  }
}, 90_000);
