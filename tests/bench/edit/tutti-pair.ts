/** Our own two pages: joined, their sound on, and edits going over the rung that is measured. */
import type { Browser } from "playwright-core";
import type { Topology } from "#shared/protocol/messages.ts";
import { JamPage } from "../../e2e/support/browser.ts";
import { createRoom } from "../../e2e/support/rooms.ts";
import { type Pair, recordFrames } from "./agent.ts";

async function openPage(browser: Browser, link: string): Promise<JamPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(recordFrames);
  const page = await JamPage.openIn(context, link.replace("#", "?inspect#"));
  await page.press("Join the jam");
  await page.whenJamming();
  return page;
}

/** In the page: toggles the steps of a track, row by row, and notes what others' hands did. */
function installAgent(cell: { readonly track: number; readonly pitch: number }): void {
  const { tutti } = window;
  if (!tutti) throw new Error("the page has no inspector");
  const self = tutti.inspect().self?.actor;
  let own = 0;
  const agent = {
    applied: [] as [number, number][],
    edit(index: number): number {
      tutti.dispatch({ type: "NOTE_TOGGLE", track: cell.track, step: index % 16, pitch: cell.pitch });
      return own;
    },
  };
  tutti.onApplied(({ actor, seq }) => {
    if (actor === self) own = seq;
    else agent.applied.push([seq, performance.now()]);
  });
  window.editAgent = agent;
}

export interface TuttiPair extends Pair {
  /** Starts the music, and waits until both play. */
  play(): Promise<void>;
}

export async function openTuttiPair(
  browser: Browser,
  url: string,
  topology: Exclude<Topology, "auto">,
): Promise<TuttiPair> {
  const room = await createRoom(url, topology);
  const editor = await openPage(browser, room.leader);
  const other = await openPage(browser, room.performer);
  for (const page of [editor, other])
    await page.untilInspect(
      `the ${topology} to carry edits`,
      (state) => state.peers[0]?.link === topology,
      30_000,
    );
  const track = (await editor.inspect()).document.tracks[0];
  const cell = { track: track?.id ?? 0, pitch: track?.notes[0]?.pitch ?? 36 };
  for (const { page } of [editor, other]) await page.evaluate(installAgent, cell);
  return {
    editor: editor.page,
    other: other.page,
    play: async () => {
      await editor.press("Play");
      for (const page of [editor, other])
        await page.untilInspect("the jam to play", (state) => state.transport.beat > 0.5);
    },
    close: async () => {
      await Promise.all([editor.context.close(), other.context.close()]);
    },
  };
}
