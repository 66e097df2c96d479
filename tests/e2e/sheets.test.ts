/** What lies over the score: by keyboard alone it opens, holds the focus, closes and gives the focus back. */
import type { Locator, Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import { JamPage } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");
let jam: JamPage;
let page: Page;

beforeAll(async () => {
  const room = await createRoom(house.server.url, "relay");
  jam = await JamPage.open(house.browser, room.leader.replace("#", "?inspect#"));
  ({ page } = jam);
  await jam.press("Join the jam");
  await jam.whenJamming();
  await jam.dispatch({ type: "SCENE_STORE", scene: 0, name: "Verse" });
  await jam.dispatch({ type: "CHAIN_SET", entries: [{ scene: 0, bars: 4 }] });
}, 60_000);

const untilFocused = (control: Locator): Promise<true> =>
  until(() => control.evaluate((element) => element === document.activeElement), {
    what: `the focus on ${control.toString()}`,
  }).then(() => true);

/** Nothing serious by night on the whole page, and none by daylight in what was opened. */
async function expectReadable(selector: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme === "dark" ? "night" : "day"}]`).waitFor();
    expect(await seriousFindings(jam, colorScheme === "dark" ? "html" : selector)).toEqual([]);
  }
}

/** Goes once round all there is in `box` and a little further, both ways; what got the focus outside of it. */
async function focusedOutside(box: Locator): Promise<string[]> {
  const strayed = await box.evaluateHandle((element) => {
    const outside: string[] = [];
    document.addEventListener("focusin", ({ target }) => {
      if (target instanceof Element && !element.contains(target)) outside.push(target.outerHTML);
    });
    return outside;
  });
  const stops = await box.locator("button, input, select, a, [tabindex]").count();
  for (const key of ["Tab", "Shift+Tab"]) for (let i = 0; i < stops + 2; i++) await page.keyboard.press(key);
  return strayed.jsonValue();
}

interface Opening {
  readonly sheet: string;
  /** The name of the button that opens it. */
  readonly by: string | RegExp;
}
const EVERYWHERE: readonly Opening[] = [
  { sheet: "Add a part", by: "Add a part" },
  { sheet: "You", by: /you are .*, change name and colour/ },
  { sheet: "Bring someone", by: "Share" },
  { sheet: "Scenes and chain", by: "Scenes and chain" },
  { sheet: "Sync", by: /^In sync within/ },
  { sheet: "History", by: "History" },
  { sheet: "Conduct", by: "Conduct" },
];
const WIDE: readonly Opening[] = [
  ...EVERYWHERE,
  { sheet: "Keys", by: "Help" },
  { sheet: "The room", by: "The room" },
];
const PHONE: readonly Opening[] = [
  ...EVERYWHERE,
  { sheet: "The room", by: "Help and settings" },
  { sheet: "Bass", by: "Knobs and settings of Bass" },
];

describe.each([
  { width: 1440, height: 900, sheets: WIDE },
  { width: 390, height: 844, sheets: PHONE },
])("at $width x $height", ({ width, height, sheets }) => {
  beforeAll(() => page.setViewportSize({ width, height }));

  test.each(sheets)(
    `[SCR13] the sheet "$sheet" opens, holds the focus and closes by keyboard, and is readable (${width})`,
    async ({ sheet, by }) => {
      const button = page.getByRole("button", { name: by, exact: true });
      const box = page.getByRole("dialog", { name: sheet, exact: true });
      await button.focus();
      await page.keyboard.press("Enter");
      await box.waitFor();
      await untilFocused(box.locator(":focus"));
      await expectReadable("dialog");
      expect(await box.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
      expect(await focusedOutside(box)).toEqual([]);
      await page.keyboard.press("Escape");
      await box.waitFor({ state: "detached" });
      await untilFocused(button);
    },
    30_000,
  );
});

test("[SCR13] the key of the keys opens and closes them, from a step and back to it", async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  const step = jam.cell("Kick step 2");
  const keys = page.getByRole("dialog", { name: "Keys" });
  await step.focus();
  await page.keyboard.press("?");
  await keys.waitFor();
  await page.keyboard.press("?");
  await keys.waitFor({ state: "detached" });
  await untilFocused(step);
}, 30_000);

test("[SCR14] the drawer opens, comes next and closes by keyboard, and is readable", async () => {
  await page.setViewportSize({ width: 1024, height: 768 });
  const button = page.getByRole("button", { name: "People and knobs", exact: true });
  const drawer = page.getByRole("complementary", { name: "People and knobs" });
  await button.focus();
  await page.keyboard.press("Enter");
  await drawer.waitFor();
  expect(await button.getAttribute("aria-expanded")).toBe("true");
  await expectReadable("#side");
  // Share and the own chip stand between the button and what it opens.
  for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
  await untilFocused(drawer.locator(":focus"));
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "hidden" });
  expect(await button.getAttribute("aria-expanded")).toBe("false");
  await untilFocused(button);
}, 30_000);
