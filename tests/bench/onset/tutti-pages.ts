/** Our own two pages for the onset benchmark: one room, one part of sharp short notes, one page's clock wrong. */
import type { Browser } from "playwright-core";
import { playBeeps } from "../../e2e/support/beeps.ts";
import { JamPage } from "../../e2e/support/browser.ts";
import { createRoom } from "../../e2e/support/rooms.ts";

/** Seconds and ppm that the second page's local clock is wrong by. */
export const WRONG_CLOCK = { seconds: 7.3, ppm: 200 };

async function open(browser: Browser, link: string, query: string): Promise<JamPage> {
  const page = await JamPage.open(browser, link.replace("#", `?${query}#`));
  await page.press("Join the jam");
  await page.whenJamming();
  return page;
}

/** On every step, and those away from even ones: swung notes fall anywhere in a block. */
const BEEPS = { steps: Array.from({ length: 16 }, (_, step) => step), swing: 57 };

export async function openTuttiPages(
  browsers: readonly [Browser, Browser],
  url: string,
  tempo: number,
): Promise<readonly [JamPage, JamPage]> {
  const room = await createRoom(url, "auto");
  const { seconds, ppm } = WRONG_CLOCK;
  const pages = [
    await open(browsers[0], room.leader, "inspect"),
    await open(browsers[1], room.performer, `inspect&local-clock=${seconds},${ppm}`),
  ] as const;
  await pages[0].page.evaluate(playBeeps, { ...BEEPS, tempo });
  for (const page of pages) await page.untilInspect("the jam to play", ({ transport }) => transport.beat > 1);
  return pages;
}
