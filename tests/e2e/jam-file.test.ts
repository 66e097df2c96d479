/** A jam leaves a room as a file, takes the place of another one's, is taken back, and begins a room of its own. */
import { readFileSync } from "node:fs";
import type { FileChooser, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { JamFile } from "#shared/document/jam-file.ts";
import { seriousFindings } from "./support/axe.ts";
import { type Inspection, JamPage } from "./support/browser.ts";
import { button, guest, inspected, shows } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { soundingShare } from "./support/listening.ts";
import { listening } from "./support/machine.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

const jamOf = (jam: JamPage): Promise<JamFile | undefined> =>
  jam.page.evaluate(() => window.tutti?.jamFile());

async function joined(link: string, name: string): Promise<JamPage> {
  const jam = await guest(house, link, name);
  await jam.press("Join the jam");
  await jam.whenJamming();
  return jam;
}

/** Everybody has everything, and the jam is this one. */
async function untilAlike(people: readonly JamPage[], wanted: unknown): Promise<void> {
  let seen: unknown;
  await until(
    async () => {
      const states = await Promise.all(people.map((each) => each.inspect()));
      const jams = await Promise.all(people.map(jamOf));
      seen = jams;
      const delivered = states.every(({ unacknowledged }) => unacknowledged === 0);
      const one = new Set(states.map(({ document }) => document.digest)).size === 1;
      return delivered && one && jams.every((jam) => JSON.stringify(jam) === JSON.stringify(wanted));
    },
    { what: "the same jam for everybody", detail: () => JSON.stringify(seen) },
  );
}

function asFile(name: string, text: string) {
  return { name, mimeType: "application/json", buffer: Buffer.from(text) };
}

async function save(jam: JamPage): Promise<{ name: string; text: string }> {
  await jam.press("The room");
  const [download] = await Promise.all([
    jam.page.waitForEvent("download"),
    button(jam.page, "Save as a file").click(),
  ]);
  await shows(jam.page, `Saved as “${download.suggestedFilename()}”.`);
  await jam.page.keyboard.press("Escape");
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test(
  "[JAM15] a jam that is saved in one room and opened in another is the same there, and can be undone",
  listening(90_000),
  async () => {
    const first = await createRoom(house.server.url, "relay");
    const ann = await joined(first.leader, "Ann");
    await ann.dispatch({ type: "ROOM_SET", name: "Late Rehearsal", scale: "dorian", root: 2 });
    await ann.dispatch({ type: "TEMPO_SET", tempo: 97 });
    await ann.dispatch({ type: "LENGTH_SET", track: 6, length: 32 });
    await ann.dispatch({ type: "NOTE_SET", track: 6, step: 30, pitch: 41, velocity: 77, ratchet: 3 });
    await ann.dispatch({ type: "TRACK_ADD", instrument: "cowbell" });
    await ann.dispatch({ type: "TRACK_REMOVE", track: 3 });
    const { name, text } = await save(ann);
    expect(name).toMatch(/^Late Rehearsal \d{4}-\d\d-\d\d\.json$/);
    const saved: unknown = JSON.parse(text);
    expect(saved).toEqual(await jamOf(ann));
    await ann.context.close();

    const second = await createRoom(house.server.url, "relay");
    const [bo, cleo] = [await joined(second.leader, "Bo"), await joined(second.performer, "Cleo")];
    await bo.press("Play");
    await cleo.untilInspect("the jam to play", ({ transport }) => transport.beat > 0.5);
    const before = await jamOf(bo);
    await bo.press("The room");
    await bo.page.locator("input[type=file]").setInputFiles(asFile(name, text));
    await untilAlike([bo, cleo], saved);
    await shows(cleo.page, "Bo put other parts in place of these.");
    expect(await bo.page.getByRole("dialog").count()).toBe(0);
    const playing: Inspection = await cleo.inspect();
    expect([playing.transport.playing, playing.transport.tempo]).toEqual([true, 97]);
    expect(soundingShare(await cleo.tap(1.5))).toBeGreaterThan(0.9);

    // What the others do meanwhile is not what is taken back.
    const added = playing.document.tracks[0]?.id ?? 0;
    await cleo.dispatch({ type: "NOTE_SET", track: added, step: 1, pitch: 36, velocity: 60 });
    await shows(bo.page, `“${name}” is open: 8 parts.`);
    await bo.page.getByRole("status").getByRole("button", { name: "Undo", exact: true }).click();
    await untilAlike([bo, cleo], before);
    expect([...bo.errors, ...cleo.errors]).toEqual([]);
    await Promise.all([bo.context.close(), cleo.context.close()]);
  },
);

test("[JAM15] a remix is a room of one's own that begins with the jam, and leaves the old one as it is", async () => {
  const room = await createRoom(house.server.url, "relay");
  const ann = await joined(room.leader, "Ann");
  await ann.dispatch({ type: "TEMPO_SET", tempo: 97 });
  await ann.dispatch({ type: "NOTE_SET", track: 6, step: 5, pitch: 41, velocity: 77, ratchet: 3 });
  await ann.dispatch({ type: "PLAYBACK_START" });
  const before = await ann.untilInspect("what is saved", ({ unacknowledged }) => unacknowledged === 0);
  const jam = await jamOf(ann);
  await ann.press("The room");
  await ann.press("Remix in a new room");
  await ann.page.waitForURL((url) => url.pathname.startsWith("/r/") && !url.pathname.includes(room.room));
  const remix = await ann.untilInspect("the remix", (state) => state?.document.tracks.length > 0);
  expect(await jamOf(ann)).toEqual(jam);
  expect(remix.self?.role).toBe("leader");
  expect([remix.transport.playing, remix.transport.beat]).toEqual([false, 0]);
  expect(ann.errors).toEqual([]);
  await ann.context.close();

  const bo = await JamPage.open(house.browser, inspected(room.performer));
  const old = await bo.untilInspect("the old room", (state) => state?.document.tracks.length > 0);
  expect(old.document.digest).toBe(before.document.digest);
  expect(old.transport.playing).toBe(true);
  await bo.context.close();
}, 60_000);

const WRONG = asFile("mine.json", '{"format": "tutti-jam", "version": 1, "tracks": [{}]}');
const RIGHT = '{"format": "tutti-jam", "version": 1, "name": "Small", "tracks": [{"instrument": "kick"}]}';

/** To be called some steps before: it takes the browser a moment to hand its choosers over. */
const nextChooser = (page: Page): (() => Promise<FileChooser>) => {
  let chooser: FileChooser | null = null;
  page.once("filechooser", (opened) => {
    chooser = opened;
  });
  return async () => {
    await until(async () => chooser !== null, { what: "the chooser of files" });
    return chooser as unknown as FileChooser;
  };
};

/** A file let go over the page, as a browser tells of it. */
const drop = (page: Page, text: string): Promise<void> =>
  page.evaluate((content) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], "small.json"));
    for (const type of ["dragover", "drop"])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }, text);

describe.each([
  { width: 1440, height: 900, by: "The room" },
  { width: 1024, height: 768, by: "The room" },
  { width: 390, height: 844, by: "Help and settings" },
])("at $width x $height", ({ width, height, by }) => {
  test(`[JAM16] a file is chosen by keyboard and dropped by hand; what is wrong is said, what was opened undone (${width})`, async () => {
    const room = await createRoom(house.server.url, "relay");
    const jam = await joined(room.leader, "Ann");
    const { page } = jam;
    const chooser = nextChooser(page);
    await page.setViewportSize({ width, height });
    await button(page, by).focus();
    await page.keyboard.press("Enter");
    const box = page.getByRole("dialog", { name: "The room", exact: true });
    await box.locator(":focus").waitFor();
    await button(page, "Open a file…").focus();
    await page.keyboard.press("Enter");
    await (await chooser()).setFiles(WRONG);
    await shows(page, "“mine.json” was not opened. It has a mistake: tracks[0].instrument: is missing.");
    await shows(page, "Mend that place of the file, and open it again.");
    expect(await seriousFindings(jam)).toEqual([]);
    expect(await box.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);

    await drop(page, RIGHT);
    await box.waitFor({ state: "detached" });
    await shows(page, "“small.json” is open: 1 part.");
    expect((await jamOf(jam))?.tracks.map(({ name }) => name)).toEqual(["Kick"]);
    expect(await seriousFindings(jam)).toEqual([]);
    await page.getByRole("status").getByRole("button", { name: "Undo", exact: true }).click();
    await jam.untilInspect("the parts from before", ({ document }) => document.tracks.length === 8);
    expect(await page.getByText("is open: 1 part.").count()).toBe(0);
    await jam.context.close();
  }, 60_000);
});

test("[JAM16] a listener saves, and opens nothing", async () => {
  const room = await createRoom(house.server.url, "relay");
  const jam = await JamPage.open(house.browser, inspected(room.listener));
  await jam.press("Listen");
  await jam.whenJamming();
  const before = await jamOf(jam);
  const { text } = await save(jam);
  expect(JSON.parse(text)).toEqual(before);
  await jam.press("The room");
  expect(await button(jam.page, "Open a file…").isDisabled()).toBe(true);
  await drop(jam.page, RIGHT);
  await jam.page.getByText("Listeners hear the jam and change nothing of it.").waitFor();
  expect(await jamOf(jam)).toEqual(before);
  await jam.context.close();
}, 60_000);
