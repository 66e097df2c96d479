/** A mesh by a real TURN server, with the credentials that Tutti makes for it. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { iceServersFor, turnCredential } from "../../signaling/ice.ts";
import { JamPage, launch, STILL } from "./support/browser.ts";
import { Coturn, coturnMissing } from "./support/coturn.ts";
import { exchangeEdits, pairsInUse, rememberConnections } from "./support/pairs.ts";
import { createRoom } from "./support/rooms.ts";
import { TestServer } from "./support/server.ts";

const missing = coturnMissing();
if (missing !== null) console.warn(`skipped: ${missing}`);

/** In a page: whether a TURN server gives it a relay, and with which codes it refuses. */
async function askForRelay(server: RTCIceServer): Promise<{ relayed: boolean; codes: number[] }> {
  const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: "relay" });
  const found = { relayed: false, codes: [] as number[] };
  const done = new Promise<void>((resolve) => {
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.type === "relay") found.relayed = true;
      if (candidate === null) resolve();
    });
    connection.addEventListener("icecandidateerror", ({ errorCode }) => found.codes.push(errorCode));
  });
  connection.createDataChannel("");
  await connection.setLocalDescription();
  await done;
  connection.close();
  return found;
}

describe.skipIf(missing !== null)("with coturn", () => {
  let coturn: Coturn;
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    coturn = await Coturn.start();
    const turn = ["--turn-urls", `${coturn.url}?transport=udp`, "--turn-secret", coturn.secret];
    [server, browser] = await Promise.all([TestServer.start("--sfu-workers", "0", ...turn), launch()]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await coturn?.close();
  });

  async function open(link: string): Promise<JamPage> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...STILL });
    await rememberConnections(context, { iceTransportPolicy: "relay" });
    return JamPage.openIn(context, link.replace("#", "?inspect#"));
  }

  test("[ICE4] two pages that reach each other by TURN alone exchange edits with the server's credentials", async () => {
    const room = await createRoom(server.url, "mesh");
    const [a, b] = await Promise.all([open(room.leader), open(room.performer)]);
    await exchangeEdits(a, b, "mesh");
    expect(await pairsInUse(a)).toMatchObject([{ types: ["relay", "relay"] }]);
  }, 90_000);

  test("[ICE4] credentials that have ended, and forged ones, are refused", async () => {
    const { page } = await JamPage.open(browser, server.url);
    const urls = [`${coturn.url}?transport=udp`];
    const now = Date.now();
    const good = iceServersFor({ fixed: [], turn: { urls, secret: coturn.secret } }, "a", now)[0];
    if (!good) throw new Error("no server");
    expect(await page.evaluate(askForRelay, good)).toMatchObject({ relayed: true });
    const ended = turnCredential(coturn.secret, "a", Math.floor(now / 1_000) - 10);
    const forged = turnCredential("another secret", "a", Math.floor(now / 1_000) + 100);
    for (const credential of [ended, forged]) {
      const answer = await page.evaluate(askForRelay, { urls, ...credential });
      expect(answer.relayed).toBe(false);
      expect(answer.codes).toContain(401);
    }
  }, 60_000);
});
