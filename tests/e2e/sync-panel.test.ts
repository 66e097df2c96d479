/** The Sync panel on the real app: opened, read and exported; what a trim does is heard in `trim.sound.test.ts`. */
import { readFileSync } from "node:fs";
import type { BrowserContext } from "playwright-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SyncLogFile } from "../../web/state/sync-log.ts";
import { seriousFindings } from "./support/axe.ts";
import { JamPage, STILL } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { createRoom, type RoomLinks } from "./support/rooms.ts";
import { badgeOf, closePanel, openPanel, panelOf, setTrim } from "./support/sync-panel.ts";
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
  const context = await house.browser.newContext({ viewport, ...STILL });
  opened.push(context);
  if (prepare) await context.addInitScript(prepare);
  const jam = await JamPage.openIn(context, room.leader.replace("#", "?inspect#"));
  await jam.press("Join the jam");
  await jam.whenJamming();
  return jam;
}

/** What stands beside a figure's name, as a number. */
async function figure(jam: JamPage, name: string): Promise<number> {
  const text = await panelOf(jam).locator(`dl > div:has(> dt:text-is("${name}")) > dd > b`).innerText();
  return Number.parseFloat(text.replace("\u2212", "-").replace(/[±+]/, ""));
}

test("[LIV17] how long others' hands wait is chosen on the panel, held in its bounds, and outlives a reload", async () => {
  const jam = await join();
  await openPanel(jam);
  const hands = panelOf(jam).getByRole("region", { name: "Others’ hands" });
  await hands.getByRole("radio", { name: "Automatic" }).waitFor();
  expect(await hands.getByRole("radio", { name: "Automatic" }).isChecked()).toBe(true);
  await hands.getByText("Nobody else has turned anything yet.").waitFor();
  await hands.getByRole("radio", { name: "Fixed" }).check();
  const field = hands.getByLabel("Fixed delay in milliseconds");
  await field.fill("9000");
  await field.press("Enter");
  await until(async () => (await field.inputValue()) === "400", { what: "the nearest delay in its bounds" });
  await field.fill("80");
  await field.press("Enter");
  await jam.page.reload();
  await jam.press("Join the jam");
  await jam.whenJamming();
  await openPanel(jam);
  await field.waitFor();
  expect(await field.inputValue()).toBe("80");
}, 60_000);

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
