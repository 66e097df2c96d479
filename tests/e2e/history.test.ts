/** The past of a jam on the real page: read, looked at, restored, and one's own last bars taken back. */
import { expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import type { JamPage } from "./support/browser.ts";
import { button, guest, shows } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

async function joined(link: string, name: string, by = "Join the jam"): Promise<JamPage> {
  const jam = await guest(house, link, name);
  await jam.press(by);
  await jam.whenJamming();
  return jam;
}

const pressed = (jam: JamPage, name: string) => button(jam.page, name).first().getAttribute("aria-pressed");
const untilPressed = (jam: JamPage, name: string, state: "true" | "false") =>
  until(async () => (await pressed(jam, name)) === state, { what: `"${name}" to be ${state}` });
const line = (jam: JamPage, text: string) =>
  jam.page.getByRole("dialog", { name: "History" }).getByRole("button", { name: text }).first();

async function trackOf(jam: JamPage, name: string): Promise<number> {
  return (await jam.inspect()).document.tracks.find((track) => track.name === name)?.id ?? 0;
}

test("[HST19] a jam's past is read, looked at and restored, and the restoring is undone", async () => {
  const room = await createRoom(house.server.url, "relay");
  const ann = await joined(room.performer, "Ann");
  const bo = await joined(room.performer, "Bo");
  const kick = await trackOf(ann, "Kick");
  for (const step of [1, 2])
    await ann.dispatch({ type: "NOTE_SET", track: kick, step, pitch: 36, velocity: 100 });
  await untilPressed(bo, "Kick step 3", "true");
  await bo.dispatch({ type: "TRACK_SET", track: await trackOf(bo, "Snare"), muted: true });
  await untilPressed(ann, "Mute Snare", "true");

  await ann.page.keyboard.press("h");
  await line(ann, "Bo muted Snare").waitFor();
  await line(ann, "You set 2 notes in Kick").waitFor();
  expect(await line(ann, "Bo muted Snare").innerText()).toMatch(/\d\d:\d\d$/);
  await ann.page.getByText(/^History reaches back to /).waitFor();
  for (const colorScheme of ["dark", "light"] as const) {
    await ann.page.emulateMedia({ colorScheme });
    expect(await seriousFindings(ann, "dialog")).toEqual([]);
  }
  await ann.page.emulateMedia({ colorScheme: "dark" });
  // What is edited while the panel is open comes to it.
  await bo.dispatch({ type: "SWING_SET", swing: 60 });
  await line(ann, "Bo set the swing to 60 %").waitFor();

  const present = (await ann.inspect()).document.digest;
  await line(ann, "You set 2 notes in Kick").click();
  await ann.page.getByText(/^The jam as it was at \d\d:\d\d\.$/).waitFor();
  await untilPressed(ann, "Mute Snare", "false");
  expect(await pressed(ann, "Kick step 3")).toBe("true");
  expect(await ann.cell("Kick step 3").getAttribute("aria-disabled")).toBe("true");
  expect((await ann.inspect()).document.digest).toBe(present);
  for (const [width, height] of [
    [1024, 768],
    [390, 844],
    [1440, 900],
  ] as const) {
    await ann.page.setViewportSize({ width, height });
    await button(ann.page, "Restore").waitFor();
    expect(await seriousFindings(ann, "section[aria-label='A moment of the past']")).toEqual([]);
  }
  await button(ann.page, "Back").click();
  await untilPressed(ann, "Mute Snare", "true");

  await button(ann.page, "History").click();
  await line(ann, "You set 2 notes in Kick").click();
  await button(ann.page, "Restore").click();
  for (const jam of [ann, bo]) await untilPressed(jam, "Mute Snare", "false");
  await shows(ann.page, "The jam is as it was. Undo takes that back.");
  await ann.page.keyboard.press("Control+z");
  for (const jam of [ann, bo]) await untilPressed(jam, "Mute Snare", "true");
  await bo.untilInspect("one document again", ({ unacknowledged }) => unacknowledged === 0);
  expect((await bo.inspect()).document.digest).toBe((await ann.inspect()).document.digest);
  for (const { context, errors } of [ann, bo]) {
    expect(errors).toEqual([]);
    await context.close();
  }
}, 180_000);

test("[HST20] one's own last bars are taken back, another's stand, and a listener has no history", async () => {
  const room = await createRoom(house.server.url, "relay");
  const ann = await joined(room.performer, "Ann");
  const bo = await joined(room.performer, "Bo");
  const eve = await joined(room.listener, "Eve", "Listen");
  await ann.dispatch({ type: "TEMPO_SET", tempo: 20 });
  const kick = await trackOf(ann, "Kick");
  for (const step of [1, 2])
    await ann.dispatch({ type: "NOTE_SET", track: kick, step, pitch: 36, velocity: 100 });
  await untilPressed(bo, "Kick step 3", "true");
  await bo.dispatch({ type: "NOTE_SET", track: kick, step: 2, pitch: 36, velocity: 40 });
  await until(async () => (await ann.cell("Kick step 3").getAttribute("aria-description"))?.includes("Bo"), {
    what: "Bo's note on Ann's screen",
  });
  await ann.page.keyboard.press("h");
  await button(ann.page, "Restore what I changed in the last 4 bars").click();
  await shows(ann.page, "1 change is taken back. 1 change stands: somebody has changed it since.");
  for (const jam of [ann, bo]) {
    await untilPressed(jam, "Kick step 2", "false");
    await untilPressed(jam, "Kick step 3", "true");
  }
  expect(await button(eve.page, "History").count()).toBe(0);
  await eve.page.keyboard.press("h");
  expect(await eve.page.getByRole("dialog").count()).toBe(0);
  for (const { context } of [ann, bo, eve]) await context.close();
}, 180_000);
