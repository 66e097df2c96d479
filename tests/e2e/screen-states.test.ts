/** The states of the screen in their words, each brought about on the real page, and the way out of it. */
import type { BrowserContext, Locator, Page, Route } from "playwright-core";
import { describe, expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import { JamPage, launch } from "./support/browser.ts";
import { button, guest, inspected, shows, whenCompany } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { soundingShare } from "./support/listening.ts";
import { createRoom, type RoomLinks } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

const newRoom = (): Promise<RoomLinks> => createRoom(house.server.url, "relay");

async function joined(url: string, name: string): Promise<JamPage> {
  const jam = await guest(house, url, name);
  await jam.press("Join the jam");
  await jam.whenJamming();
  return jam;
}

/** Requests for `glob` wait until the returned end of it is called. */
async function holdBack(context: BrowserContext, glob: string): Promise<() => void> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await context.route(glob, (route: Route) => released.then(() => route.continue()));
  return release;
}

test("[SCR5] landing says what this is, and arriving who plays", async () => {
  const landing = await JamPage.open(house.browser, house.server.url);
  await landing.page.getByRole("heading", { name: "Play together, in time.", exact: true }).waitFor();
  await shows(landing.page, "No account. Everyone’s browser makes the sound.");
  await button(landing.page, "Create a jam").waitFor();
  await landing.context.close();

  const room = await newRoom();
  const ann = await guest(house, room.leader, "Ann");
  await button(ann.page, "Join the jam").waitFor();
  await ann.dispatch({ type: "ROOM_SET", name: "Blue Hour" });
  const bo = await guest(house, room.performer, "Bo");
  await shows(bo.page, "Blue Hour is open.");
  await shows(bo.page, "Ann is here.");
  await ann.dispatch({ type: "PLAYBACK_START" });

  const cleo = await guest(house, room.performer, "Cleo");
  await shows(cleo.page, "Blue Hour is playing.");
  await shows(cleo.page, "Ann and Bo are here.");
  await button(cleo.page, "Join the jam").waitFor();
  expect(await seriousFindings(cleo)).toEqual([]);
  // The score behind the veil is a picture: no key leads into it.
  const reached = await cleo.page.evaluateHandle(() => {
    const names = new Set<string>();
    addEventListener("focusin", ({ target }) => {
      if (target instanceof HTMLElement) names.add(target.ariaLabel || target.id || target.innerText);
    });
    return names;
  });
  for (let i = 0; i < 6; i++) await cleo.page.keyboard.press("Tab");
  const names = await reached.evaluate((all) => [...all]);
  expect(names).toEqual(["Join the jam", "my-name", expect.any(String)]);
  await cleo.page.getByLabel("Your name").fill("Dee");
  await cleo.page.getByLabel("Your name").press("Enter");
  await cleo.page.getByRole("radio", { name: "Rose" }).click();
  await shows(ann.page, "Dee");
  await until(
    async () =>
      (await cleo.page.getByRole("radio", { name: "Rose" }).getAttribute("aria-checked")) === "true",
    { what: "the colour to be taken" },
  );

  for (const page of [ann, bo, cleo]) await page.context.close();
}, 60_000);

test("[SCR6] while a link opens, the page says so", async () => {
  const room = await newRoom();
  let open = (): void => {};
  const ann = await guest(house, room.performer, "Ann", async (context) => {
    open = await holdBack(context, "**/socket-worker-*.js");
  });
  await shows(ann.page, "Opening the score");
  expect(await seriousFindings(ann)).toEqual([]);
  open();
  await button(ann.page, "Join the jam").waitFor();
  await ann.context.close();
}, 60_000);

test("[SCR7] getting sound ready says after five seconds what it waits for", async () => {
  const room = await newRoom();
  const waits = [
    { glob: "**/*.wasm", words: "Waiting for the sound engine." },
    { glob: "**/*.scsyndef", words: "Waiting for the instruments." },
  ];
  await Promise.all(
    waits.map(async ({ glob, words }) => {
      let release = (): void => {};
      const jam = await guest(house, room.performer, "Ann", async (context) => {
        release = await holdBack(context, glob);
      });
      await jam.press("Join the jam");
      await jam.page.getByRole("progressbar", { name: "Tuning" }).waitFor();
      const pressed = performance.now();
      await jam.page.getByText(words, { exact: true }).waitFor({ timeout: 20_000 });
      expect(performance.now() - pressed).toBeGreaterThan(4_500);
      expect(await seriousFindings(jam)).toEqual([]);
      release();
      await jam.whenJamming();
      await button(jam.page, "Share").waitFor();
      await jam.context.close();
    }),
  );
}, 60_000);

test("[SCR8] who is alone is offered the link, and a part without notes says that nobody plays it", async () => {
  const room = await newRoom();
  const ann = await joined(room.performer, "Ann");
  await button(ann.page, "Bring someone: copy the link.").click();
  const sheet = ann.page.getByRole("dialog", { name: "Bring someone" });
  await sheet.waitFor();
  await ann.page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });

  await button(ann.page, "Add a part").click();
  await ann.page.getByRole("dialog", { name: "Add a part" }).getByRole("button").last().click();
  await shows(ann.page, "Nobody plays here yet.");
  for (const { id } of (await ann.inspect()).document.tracks)
    await ann.dispatch({ type: "TRACK_REMOVE", track: id });
  await shows(ann.page, "Nobody plays here yet.");
  expect(await seriousFindings(ann)).toEqual([]);
  await ann.page.setViewportSize({ width: 390, height: 844 });
  await shows(ann.page, "Nobody plays here yet.");
  await button(ann.page, "Copy the link").waitFor();
  await ann.context.close();
}, 60_000);

/** Nothing serious for axe, on a wide screen and on a phone. */
async function expectReadable(jam: JamPage): Promise<void> {
  for (const size of [
    { width: 390, height: 844 },
    { width: 1440, height: 900 },
  ]) {
    await jam.page.setViewportSize(size);
    await button(jam.page, size.width < 720 ? "Help and settings" : "Help").waitFor();
    expect(await seriousFindings(jam)).toEqual([]);
  }
}

/** The line under the chips: whole while the server is there, dashed while it is away. */
const railLine = (page: Page): Promise<string> =>
  page.getByRole("list", { name: "On the tuning rail" }).evaluate((chips) => {
    const { borderBottomStyle } = getComputedStyle(chips.parentElement as HTMLElement, "::after");
    return borderBottomStyle;
  });

/** Who stands on the rail, as their chip says, and whether their chip is an outline. */
const onTheRail = (page: Page): Promise<{ who: string; outlined: boolean }[]> =>
  page.getByRole("list", { name: "On the tuning rail" }).evaluate((chips) =>
    Array.from(chips.querySelectorAll("li"), (li) => ({
      who: li.querySelector<HTMLElement>("[title]")?.title.split(",")[0] ?? "",
      outlined: Array.from(li.querySelectorAll("[data-c]")).some(
        (chip) => getComputedStyle(chip).borderStyle === "dashed",
      ),
    })),
  );

test("[SCR9] without the server one plays on, and the screen says what waits", async () => {
  const room = await newRoom();
  const ann = await joined(room.performer, "Ann");
  const bo = await guest(house, room.performer, "Bo");
  await until(async () => (await onTheRail(ann.page)).length === 2, { what: "Bo on the rail" });
  await shows(ann.page, "Saved");
  expect(await railLine(ann.page)).toBe("solid");
  // By then the phone's screen is here, too.
  await whenCompany(ann);
  await house.server.down();
  try {
    await shows(ann.page, "You play on without the server.");
    for (const step of [2, 4, 7]) await ann.cell(`Kick step ${step}`).click();
    await shows(ann.page, "You play on. 3 edits wait for the connection.");
    expect(await railLine(ann.page)).toBe("dashed");
    expect(await onTheRail(ann.page)).toEqual([
      { who: "Ann", outlined: false },
      { who: "Bo", outlined: false },
    ]);
    expect(await ann.page.getByRole("main").evaluate((main) => getComputedStyle(main).opacity)).toBe("1");
    await expectReadable(ann);
  } finally {
    await house.server.up();
  }
  await shows(ann.page, "Saved");
  expect(await railLine(ann.page)).toBe("solid");
  for (const page of [ann, bo]) await page.context.close();
}, 60_000);

test("[SCR10] who leaves is outlined for five seconds and then gone, and their notes keep their colour", async () => {
  const room = await newRoom();
  const ann = await joined(room.performer, "Ann");
  const bo = await guest(house, room.performer, "Bo");
  const kick = (await bo.untilInspect("the score", ({ document }) => document.tracks.length > 0)).document
    .tracks[0];
  await bo.dispatch({ type: "NOTE_TOGGLE", track: kick?.id ?? 0, step: 1, pitch: 36 });
  const note = ann.cell("Kick step 2");
  await until(async () => (await note.getAttribute("aria-description"))?.endsWith("by Bo"), {
    what: "Bo's note on Ann's screen",
  });
  const ink = await note.getAttribute("data-c");
  expect(ink).not.toBeNull();

  await bo.context.close();
  await until(async () => (await onTheRail(ann.page)).find(({ who }) => who === "Bo")?.outlined, {
    what: "Bo's chip to be an outline",
  });
  const left = performance.now();
  await until(async () => (await onTheRail(ann.page)).length === 1, { what: "Bo's chip to go" });
  expect(performance.now() - left).toBeGreaterThan(4_000);
  expect(await note.getAttribute("data-c")).toBe(ink);
  await button(ann.page, "Bring someone: copy the link.").waitFor();
  await ann.context.close();
}, 60_000);

describe("[SCR11] sound that is held up says why, and one press brings it back", () => {
  const bar = (jam: JamPage): Locator => jam.page.getByRole("alert");

  test("[SCR11] interrupted by the device", async () => {
    const room = await newRoom();
    const ann = await guest(house, room.leader, "Ann", (context) =>
      context.addInitScript(() => {
        // As on a phone that rings: the sound stops, and only a press brings it back.
        const Native = window.AudioContext;
        window.AudioContext = class extends Native {
          constructor(options?: AudioContextOptions) {
            super(options);
            window.addEventListener("phone-rings", () => {
              this.resume = () =>
                window.event?.type === "click"
                  ? super.resume()
                  : Promise.reject(new DOMException("the device is away", "InvalidStateError"));
              void this.suspend();
            });
          }
        };
      }),
    );
    await ann.press("Join the jam");
    await ann.whenJamming();
    await ann.press("Play");
    await ann.page.evaluate(() => window.dispatchEvent(new Event("phone-rings")));
    await bar(ann).getByText("The browser stopped the sound.").waitFor();
    await expectReadable(ann);
    await ann.press("Sound on");
    await bar(ann).waitFor({ state: "detached" });
    await ann.untilInspect("the sound to run", ({ engine }) => engine.state === "running");
    // It comes back 0.3 s from the press at the earliest.
    expect(soundingShare(await ann.tap(1.5))).toBeGreaterThan(0.5);
    await ann.context.close();
  }, 60_000);

  test("[SCR11] an engine that did not come", async () => {
    const room = await newRoom();
    let away = true;
    const ann = await guest(house, room.performer, "Ann", (context) =>
      context.route("**/*.wasm", (route) => (away ? route.abort() : route.continue())),
    );
    await ann.press("Join the jam");
    await bar(ann).waitFor();
    await bar(ann).getByText("The sound engine failed: Failed to fetch.").waitFor();
    away = false;
    await ann.press("Sound on");
    await ann.whenJamming();
    await bar(ann).waitFor({ state: "detached" });
    await ann.context.close();
  }, 60_000);

  test("[SCR11] blocked by the browser", async () => {
    const room = await newRoom();
    const strict = await launch("--autoplay-policy=document-user-activation-required");
    try {
      const context = await strict.newContext({ viewport: { width: 1440, height: 900 } });
      // A press that is no gesture, as assistive software makes it. Playwright's own calls count as one.
      await context.addInitScript(() => {
        new MutationObserver((_, observer) => {
          const door = [...document.querySelectorAll("button")].find(
            ({ innerText }) => innerText === "Join the jam",
          );
          if (door === undefined) return;
          observer.disconnect();
          door.click();
          console.log("pressed");
        }).observe(document, { childList: true, subtree: true });
      });
      const pressed = context.waitForEvent("console", (message) => message.text() === "pressed");
      const ann = await JamPage.openIn(context, inspected(room.performer));
      await pressed;
      await shows(ann.page, "Your browser waits for a press before it makes sound.");
      await ann.press("Sound on");
      await ann.whenJamming();
      await button(ann.page, "Share").waitFor();
    } finally {
      await strict.close();
    }
  }, 60_000);
});
