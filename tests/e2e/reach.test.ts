/** The SFU where not everything gets through: with UDP blocked, and over IPv6 alone. */
import type { Browser } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { NO_UDP_FLAG } from "../chromium.ts";
import { JamPage, launch, STILL } from "./support/browser.ts";
import { exchangeEdits, pairsInUse, rememberConnections } from "./support/pairs.ts";
import { createRoom } from "./support/rooms.ts";
import { TestServer } from "./support/server.ts";

async function open(browser: Browser, link: string): Promise<JamPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...STILL });
  await rememberConnections(context);
  return JamPage.openIn(context, link.replace("#", "?inspect#"));
}

async function stage(flags: { server: string[]; browser: string[] }) {
  const [server, browser] = await Promise.all([
    TestServer.start("--sfu-workers", "1", ...flags.server),
    launch(...flags.browser),
  ]);
  onTestFinished(async () => {
    await browser.close();
    await server.close();
  });
  const room = await createRoom(server.url, "sfu");
  const [a, b] = await Promise.all([open(browser, room.leader), open(browser, room.performer)]);
  return { room, a, b };
}

test("[ICE7] with UDP blocked the SFU carries edits over TCP", async () => {
  const { a, b } = await stage({ server: [], browser: [NO_UDP_FLAG] });
  await exchangeEdits(a, b, "sfu");
  for (const page of [a, b]) {
    const pairs = await pairsInUse(page);
    expect(pairs.length).toBeGreaterThan(0);
    expect(pairs.every(({ protocol }) => protocol === "tcp")).toBe(true);
  }
}, 90_000);

test("[ICE6] over IPv6 alone there are links, WebSocket and SFU", async () => {
  const { room, a, b } = await stage({ server: ["--host", "::1"], browser: [] });
  expect(room.performer).toMatch(/^http:\/\/\[::1\]:\d+\/r\//);
  await exchangeEdits(a, b, "sfu");
  const pairs = await pairsInUse(a);
  expect(pairs.length).toBeGreaterThan(0);
  expect(pairs.every(({ address }) => address === "::1")).toBe(true);
}, 90_000);
