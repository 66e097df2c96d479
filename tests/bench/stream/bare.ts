/** A bare RTCPeerConnection between two pages, with the browser's default settings. */
import type { Browser, Page } from "playwright-core";
import { type PackedStereo, type Stereo, unpackStereo } from "./recorded.ts";
import type { Pair } from "./pair.ts";

const SETTLING_MS = 3_000;

export async function openBare(url: string, browser: Browser): Promise<Pair> {
  const open = async (): Promise<Page> => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(url);
    await page.waitForFunction(() => window.bareStream !== undefined);
    return page;
  };
  const [here, there] = await Promise.all([open(), open()]);
  const offer = await here.evaluate(() => window.bareStream!.offer());
  const answer = await there.evaluate((sdp) => window.bareStream!.answer(sdp), offer);
  await here.evaluate((sdp) => window.bareStream!.accept(sdp), answer);
  await here.evaluate(() => window.bareStream!.play("clicks"));
  const record = async (page: Page, seconds: number): Promise<Stereo> =>
    unpackStereo(
      await page.evaluate<PackedStereo, number>((length) => window.bareStream!.record(length), seconds),
    );
  return {
    recordBoth: (seconds) => Promise.all([record(here, seconds), record(there, seconds)] as const),
    concealment: () => there.evaluate(() => window.bareStream!.concealment()),
    async probe(seconds) {
      await here.evaluate(() => window.bareStream!.play("probe"));
      await there.waitForTimeout(SETTLING_MS);
      return record(there, seconds);
    },
    close: async () => {
      await Promise.all([here, there].map((page) => page.context().close()));
    },
  };
}
