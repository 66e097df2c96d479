/** Our own two pages for the onset benchmark: one room, one part of sharp short notes, one page's clock wrong. */
import type { Browser } from "playwright-core";
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

/** In the page: nothing is left but one sine that begins within a millisecond, on every step. */
function playSines(tempo: number): void {
  const { tutti } = window;
  if (!tutti) throw new Error("the page has no inspector");
  for (const { id } of tutti.inspect().document.tracks) tutti.dispatch({ type: "TRACK_REMOVE", track: id });
  tutti.dispatch({ type: "TRACK_ADD", instrument: "beep" });
  const track = tutti.inspect().document.tracks[0]?.id ?? 0;
  for (const [param, value] of [
    ["attack", 0.001],
    ["decay", 0.01],
    ["release", 0.02],
  ] as const)
    tutti.dispatch({ type: "PARAM_SET", track, param, value });
  const notes = Array.from({ length: 16 }, (_, step) => ({ step, pitch: 84, velocity: 127, gate: 0.25 }));
  tutti.dispatch({ type: "PATTERN_UPDATE", track, length: 16, notes });
  tutti.dispatch({ type: "TEMPO_SET", tempo });
  // Away from even steps: swung notes fall anywhere in a block.
  tutti.dispatch({ type: "SWING_SET", swing: 57 });
  tutti.dispatch({ type: "PLAYBACK_START" });
}

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
  await pages[0].page.evaluate(playSines, tempo);
  for (const page of pages) await page.untilInspect("the jam to play", ({ transport }) => transport.beat > 1);
  return pages;
}
