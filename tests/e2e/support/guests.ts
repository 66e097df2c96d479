/** People of a test by name, and how a test looks at what they see. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { JamPage, STILL } from "./browser.ts";
import type { House } from "./house.ts";

export const inspected = (link: string): string => link.replace("#", "?inspect#");

/** Somebody of that name, by night, in a browser that `prepare` may have changed before the page loads. */
export async function guest(
  house: House,
  link: string,
  name: string,
  prepare?: (context: BrowserContext) => Promise<unknown>,
): Promise<JamPage> {
  const context = await house.browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
    ...STILL,
  });
  await context.addInitScript((mine) => {
    if (localStorage.getItem("tutti.name") === null) localStorage.setItem("tutti.name", mine);
  }, JSON.stringify(name));
  await prepare?.(context);
  return JamPage.openIn(context, inspected(link));
}

/** Waits for a text that stands alone. */
export const shows = (page: Page, text: string): Promise<void> =>
  page.getByText(text, { exact: true }).waitFor({ timeout: 20_000 });

export const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });

/** All of them come in at once, and sound. */
export async function join(...pages: readonly JamPage[]): Promise<void> {
  await Promise.all(
    pages.map(async (jam) => {
      await jam.press("Join the jam");
      await jam.whenJamming();
    }),
  );
}

/** What the others are seen and read by is fetched after the sound. */
export async function whenCompany(...pages: readonly JamPage[]): Promise<void> {
  for (const { page } of pages)
    await page.locator("[role=status][aria-label=Reactions]").waitFor({ state: "attached" });
}

/** A person for each link, in browsers of their own, who have come in. */
export async function players<const Links extends readonly string[]>(
  house: House,
  ...links: Links
): Promise<{ [K in keyof Links]: JamPage }> {
  const pages = await Promise.all(links.map((link) => JamPage.open(house.browser, inspected(link))));
  await join(...pages);
  return pages as { [K in keyof Links]: JamPage };
}
