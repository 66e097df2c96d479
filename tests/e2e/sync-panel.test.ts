/** The Sync panel on the real app: opened, read, checked against what is heard, and exported. */
import { readFileSync } from "node:fs";
import type { BrowserContext } from "playwright-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SyncLogFile } from "../../web/state/sync-log.ts";
import { seriousFindings } from "./support/axe.ts";
import { JamPage } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { onsetTimes, pairOnsets, recordTogether } from "./support/listening.ts";
import { createRoom, type RoomLinks } from "./support/rooms.ts";
import { listening } from "./support/machine.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");
let room: RoomLinks;
beforeAll(async () => {
  room = await createRoom(house.server.url, "relay");
});

/** A page that plays on after its test would take the next one's time. */
const opened: BrowserContext[] = [];
afterEach(async () => {
  for (const context of opened.splice(0)) await context.close();
});

async function join(viewport = { width: 1440, height: 900 }, prepare?: () => void): Promise<JamPage> {
  const context = await house.browser.newContext({ viewport });
  opened.push(context);
  if (prepare) await context.addInitScript(prepare);
  const jam = await JamPage.openIn(context, room.leader.replace("#", "?inspect#"));
  await jam.press("Join the jam");
  await jam.whenJamming();
  return jam;
}

const panelOf = ({ page }: JamPage) => page.getByRole("dialog", { name: "Sync", exact: true });
const badgeOf = ({ page }: JamPage) => page.getByRole("button", { name: /^In sync within/ });

async function openPanel(jam: JamPage): Promise<void> {
  await badgeOf(jam).click();
  await panelOf(jam).waitFor();
}

async function closePanel(jam: JamPage): Promise<void> {
  await jam.page.keyboard.press("Escape");
  await panelOf(jam).waitFor({ state: "detached" });
}

/** What stands beside a figure's name, as a number. */
async function figure(jam: JamPage, name: string): Promise<number> {
  const text = await panelOf(jam).locator(`dl > div:has(> dt:text-is("${name}")) > dd > b`).innerText();
  return Number.parseFloat(text.replace("\u2212", "-").replace(/[±+]/, ""));
}

async function setTrim(jam: JamPage, ms: number): Promise<void> {
  const field = panelOf(jam).getByRole("textbox", { name: "Trim in milliseconds" });
  await field.fill(String(ms));
  await field.press("Enter");
  const slider = panelOf(jam).getByRole("slider", { name: "Trim" });
  await until(async () => (await slider.inputValue()) === String(ms), { what: `a trim of ${ms} ms` });
}

/** One sharp onset a beat, running. */
async function playOnlyKick(jam: JamPage): Promise<void> {
  const { document } = await jam.inspect();
  const [kick, ...others] = document.tracks;
  if (!kick) throw new Error("the first jam has no kick");
  for (const { id } of others) await jam.dispatch({ type: "TRACK_SET", track: id, muted: true });
  const notes = [0, 4, 8, 12].map((step) => ({ step, pitch: kick.notes[0]?.pitch ?? 36, velocity: 110 }));
  await jam.dispatch({ type: "PATTERN_UPDATE", track: kick.id, length: 16, notes });
  await jam.dispatch({ type: "PLAYBACK_START" });
}

async function beatsLater(jam: JamPage, beats: number): Promise<void> {
  const { transport } = await jam.inspect();
  await jam.untilInspect(`${beats} beats`, (state) => state.transport.beat > transport.beat + beats);
}

/** By how many milliseconds the first page sounds after the second. */
async function apartMs(a: JamPage, b: JamPage): Promise<number> {
  const [tapA, tapB] = await recordTogether([a, b], 3);
  const apart = pairOnsets(tapA, tapB).map(([mine, theirs]) => (mine - theirs) * 1_000);
  expect(apart.length, "onsets in both recordings").toBeGreaterThanOrEqual(4);
  return apart.toSorted((x, y) => x - y)[Math.floor(apart.length / 2)] ?? Number.NaN;
}

test("[SYN10] the panel opens by mouse, by one's chip and by key, and its figures are plausible", async () => {
  const jam = await join();
  const panel = panelOf(jam);
  await openPanel(jam);
  await jam.page.getByRole("heading", { name: "Sync", exact: true }).waitFor();
  for (const [name, of] of [
    ["Error bound", "errorBound"],
    ["Round trip", "rtt"],
  ] as const) {
    const isThatOfTheClock = async (): Promise<boolean> => {
      const ms = (await jam.inspect()).clock[of] * 1_000;
      return ms > 0 && Math.abs((await figure(jam, name)) - ms) < 0.2 + ms / 10;
    };
    await until(isThatOfTheClock, { what: `${name} to be that of the clock` });
  }
  expect(await figure(jam, "Error bound")).toBeLessThan(250);
  expect(Math.abs(await figure(jam, "Offset"))).toBeLessThan(250);
  expect(Math.abs(await figure(jam, "Drift"))).toBeLessThan(1_000);
  await until(async () => (await figure(jam, "Output latency")) < 500, { what: "an output latency" });
  expect(await panel.getByRole("list").getByRole("listitem").count()).toBe(1);
  await until(
    async () =>
      /^Over the last \d+ seconds? you/.test((await panel.getByRole("img").getAttribute("aria-label")) ?? ""),
    { what: "the plot in words" },
  );
  await closePanel(jam);

  await jam.page.getByRole("button", { name: /, open Sync$/ }).click();
  await panel.waitFor();
  await closePanel(jam);

  await jam.page.keyboard.press("t");
  await panel.waitFor();
  await jam.page.keyboard.press("t");
  await panel.waitFor({ state: "detached" });
  await badgeOf(jam).focus();
  await jam.page.keyboard.press("Enter");
  await panel.waitFor();
  await closePanel(jam);
  await until(() => badgeOf(jam).evaluate((badge) => badge === document.activeElement), {
    what: "the focus back on the badge",
  });
  expect(jam.errors).toEqual([]);
}, 60_000);

/**
 * A recording across a change of A's trim from 20 to 160 ms: each of B's beats is one of A's, somewhere on
 * its way to 140 ms earlier. Tried again where this machine stalled for longer than notes lie ahead.
 */
async function expectSmoothChange(a: JamPage, b: JamPage): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await setTrim(a, 20);
    await beatsLater(a, 3);
    const { missed } = (await a.inspect()).engine;
    const across = recordTogether([a, b], 5);
    await beatsLater(a, 2);
    await setTrim(a, 160);
    const [tapA, tapB] = await across;
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
    const [a, b] = await Promise.all([join(), join()]);
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
    for (const page of [a, b]) expect(page.errors).toEqual([]);
  },
);

/** Runs in the page: the one output that a headless browser has gets a name, and can be exchanged. */
function namedOutput(): void {
  let group = "speakers";
  const labels: Record<string, string> = { speakers: "Built-in speakers", buds: "Ada's Buds (Bluetooth)" };
  const media = navigator.mediaDevices;
  media.enumerateDevices = () => {
    const device = {
      kind: "audiooutput",
      deviceId: "default",
      groupId: group,
      label: `Default - ${labels[group]}`,
    };
    return Promise.resolve([device as MediaDeviceInfo]);
  };
  window.addEventListener("test:output", (event) => {
    group = (event as CustomEvent<string>).detail;
    media.dispatchEvent(new Event("devicechange"));
  });
}

test("[SYN12] each output has its own trim, and a change of output is said", async () => {
  const jam = await join(undefined, namedOutput);
  await openPanel(jam);
  const panel = panelOf(jam);
  const slider = panel.getByRole("slider", { name: "Trim" });
  const plug = (output: string) =>
    jam.page.evaluate((detail) => dispatchEvent(new CustomEvent("test:output", { detail })), output);
  await panel.getByText("Built-in speakers").waitFor();
  await setTrim(jam, 12);

  await plug("buds");
  await panel.getByText("The output changed.").waitFor();
  await panel.getByText("Ada's Buds (Bluetooth)").waitFor();
  expect(await slider.inputValue()).toBe("0");
  await slider.focus();
  await jam.page.keyboard.press("ArrowRight");
  await until(async () => (await slider.inputValue()) === "1", { what: "a millisecond by key" });
  await panel.getByText("These look like Bluetooth speakers").waitFor();
  await setTrim(jam, 180);

  await plug("speakers");
  await until(async () => (await slider.inputValue()) === "12", { what: "the trim of the speakers" });
  expect(await panel.getByText("These look like Bluetooth speakers").count()).toBe(0);
  await plug("buds");
  await until(async () => (await slider.inputValue()) === "180", { what: "the trim of the buds" });

  await closePanel(jam);
  await plug("speakers");
  const bar = jam.page.getByRole("alert");
  await bar.getByText("Your sound goes to Built-in speakers now.").waitFor();
  await jam.press("Sound on");
  await bar.waitFor({ state: "detached" });
  expect(jam.errors).toEqual([]);
}, 60_000);

test("[SYN13] Export saves the log as JSON with what was measured, and says nobody's name", async () => {
  const jam = await join();
  await until(() => jam.page.evaluate(() => (window.tutti?.syncLog().entries.length ?? 0) >= 3), {
    what: "three entries",
  });
  await openPanel(jam);
  const [download] = await Promise.all([
    jam.page.waitForEvent("download"),
    panelOf(jam).getByRole("button", { name: "Export", exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("tutti-sync-log.json");
  const text = readFileSync(await download.path(), "utf8");
  const file = JSON.parse(text) as SyncLogFile;
  expect(file).toMatchObject({ format: "tutti-sync-log", version: 1 });
  expect(file.entries.length).toBeGreaterThanOrEqual(3);
  const last = file.entries.at(-1);
  expect(last).toMatchObject({ state: "locked", trim: 0 });
  expect(last?.errorBound).toBeGreaterThan(0);
  expect(last?.outputLatency).toBeGreaterThanOrEqual(0);
  const { self, room: id } = await jam.inspect();
  expect(self?.name).toBeTruthy();
  for (const secret of [self?.name, id, new URL(room.leader).hash.slice(1)])
    expect(text).not.toContain(secret);
}, 60_000);

describe.each([
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])("at $width x $height", (size) => {
  test(`[SYN14] the panel has nothing serious for axe, targets a finger hits, and no sideways scroll (${size.width})`, async () => {
    const least = size.width < 720 ? 44 : 24;
    const jam = await join(size);
    for (const theme of ["night", "day"]) {
      await jam.page.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
      await openPanel(jam);
      expect(await seriousFindings(jam)).toEqual([]);
      const panel = panelOf(jam);
      expect(await panel.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
      const sizes = await panel.locator("button, input").evaluateAll((controls) =>
        controls.map((control) => {
          const { width, height } = control.getBoundingClientRect();
          return { what: control.getAttribute("aria-label") ?? control.textContent, width, height };
        }),
      );
      expect(sizes.filter(({ width, height }) => Math.min(width, height) < least)).toEqual([]);
      await closePanel(jam);
    }
  }, 60_000);
});
