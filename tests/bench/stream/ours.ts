/** Our own two pages: one sends its mix (for the onsets) or an input (for the probe), the other hears it. */
import type { Browser, BrowserContext } from "playwright-core";
import { playBeeps } from "../../e2e/support/beeps.ts";
import { JamPage } from "../../e2e/support/browser.ts";
import { guest, join as come } from "../../e2e/support/guests.ts";
import { createRoom } from "../../e2e/support/rooms.ts";
import type { TestServer } from "../../e2e/support/server.ts";
import { watchConnections } from "../../e2e/support/streams.ts";
import { until } from "../../e2e/support/until.ts";
import { concealmentOf, packStereo, type PackedStereo, type Stereo, unpackStereo } from "./recorded.ts";
import { CLICKS, probe, PROBE_RATE } from "./sounds.ts";
import type { Pair } from "./pair.ts";

export type Rung = "mesh" | "sfu";

/** In the page, before it loads: its input is the probe over and over. */
function playProbe({ left, right, rate }: { left: string; right: string; rate: number }): void {
  const samples = (text: string): Float32Array<ArrayBuffer> =>
    new Float32Array(Uint8Array.from(atob(text), (each) => each.charCodeAt(0)).buffer);
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext({ sampleRate: rate });
    const [a, b] = [samples(left), samples(right)];
    const buffer = new AudioBuffer({ length: a.length, numberOfChannels: 2, sampleRate: rate });
    buffer.copyToChannel(a, 0);
    buffer.copyToChannel(b, 1);
    const source = new AudioBufferSourceNode(context, { buffer, loop: true });
    const sink = new MediaStreamAudioDestinationNode(context);
    source.connect(sink);
    source.start();
    return sink.stream;
  };
}

const base64 = (samples: Float32Array): string =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString("base64");

const record = async (jam: JamPage, seconds: number, mix: "roomMix" | "myMix"): Promise<Stereo> =>
  unpackStereo(
    await jam.page.evaluate<PackedStereo>(
      `window.tutti.tap(${seconds}, "${mix}").then(${packStereo.toString()})`,
    ),
  );

export async function openOurs(
  server: TestServer | { url: string },
  browser: Browser,
  rung: Rung,
): Promise<Pair> {
  const room = await createRoom(server.url, rung);
  const [left, right] = probe();
  const prepare = async (context: BrowserContext): Promise<void> => {
    await watchConnections(context);
    await context.addInitScript(playProbe, { left: base64(left), right: base64(right), rate: PROBE_RATE });
  };
  const house = { server, browser } as Parameters<typeof guest>[0];
  const [ann, bo] = await Promise.all([
    guest(house, room.performer, "Ann", prepare),
    guest(house, room.performer, "Bo", prepare),
  ]);
  await come(ann, bo);
  for (const jam of [ann, bo]) {
    await jam.untilInspect(`the ${rung}`, ({ peers }) => peers.some(({ link }) => link === rung), 30_000);
    await jam.page.getByRole("button", { name: "Send my mix", exact: true }).waitFor();
  }
  await ann.page.evaluate(playBeeps, CLICKS);
  await ann.press("Send my mix");
  await bo.press("Hear what Ann hears");
  const ears = bo.page.getByRole("region", { name: "Whose mix you hear", exact: true }).getByRole("status");
  await until(async () => (await ears.textContent()) === "Ann's ears", { what: "Ann's ears" });
  return {
    recordBoth: (seconds) =>
      Promise.all([record(ann, seconds, "roomMix"), record(bo, seconds, "myMix")] as const),
    concealment: () => bo.page.evaluate(`(${concealmentOf.toString()})(window.connections)`),
    async probe(seconds) {
      await bo.page.keyboard.press("Escape");
      await ann.press("Stop your mix");
      await ann.dispatch({ type: "PLAYBACK_STOP" });
      await ann.press("Go live with an input");
      const dialog = ann.page.getByRole("dialog");
      await dialog.getByRole("radio", { name: "Headphones" }).check();
      await dialog.getByRole("button", { name: "Go live", exact: true }).click();
      await bo.page.locator("[data-stream=input] [data-arrival]").filter({ hasText: "kb/s" }).waitFor();
      // The jitter buffer has come to its length, and does not stretch what it holds any more.
      await bo.page.waitForTimeout(SETTLING_MS);
      return record(bo, seconds, "myMix");
    },
    close: async () => {
      await Promise.all([ann.context.close(), bo.context.close()]);
    },
  };
}

const SETTLING_MS = 3_000;
