/** A modified client that sends through the SFU without end: it is ended, and the others go on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { LIMITS } from "#shared/protocol/limits.ts";
import { NodePeers } from "../peers/node-peer.ts";
import { createRoom } from "./support/rooms.ts";
import { TestServer } from "./support/server.ts";
import { until } from "./support/until.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start("--sfu-workers", "1");
}, 60_000);
afterAll(() => server?.close());

test("[SFU26] who floods the SFU is cut off within seconds and kept off for a while; the others edit on", async () => {
  const room = await createRoom(server.url, "sfu");
  const peers = new NodePeers(room.performer, 3);
  try {
    await peers.untilOnSfu();
    const [flooder, ...others] = peers.all;
    if (!flooder) throw new Error("nobody came");
    const { sound } = flooder.connection;
    const session = sound.way?.session;
    if (!session) throw new Error("no session");
    // As many as the browser takes, of the largest that its own link would send.
    const frame = new Uint8Array(LIMITS.datagramBytes).fill(0x50);
    let sent = 0;
    const flood = setInterval(() => {
      for (let i = 0; i < 50; i++) if (session.broadcast("live", frame)) sent += frame.length;
    }, 1);
    await until(() => flooder.connection.sound.way?.session !== session, {
      what: "the end of the flood",
      detail: () => `${sent} bytes went out`,
    }).finally(() => clearInterval(flood));
    expect(sent).toBeGreaterThan(375_000);
    await expect(sound.request("createTransport", { direction: "send" })).rejects.toThrow("BUSY");
    // It may hear, and by the server it may edit.
    await sound.request("createTransport", { direction: "recv" });
    for (const peer of peers.all)
      expect(peer.dispatch({ type: "SWING_SET", swing: 50 + others.length })).toBe(true);
    const digests = (): Set<string> => new Set(peers.all.map(({ spoke }) => spoke.digest));
    await until(() => digests().size === 1 && peers.all.every(({ spoke }) => spoke.unacknowledged === 0), {
      what: "one document",
    });
  } finally {
    peers.close();
  }
}, 60_000);
