/** People of a test by name, and how a test looks at what they see. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { JamPage } from "./browser.ts";
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
