/** A full room: performers without pages, the app's own connections in Node, by the real server and its SFU. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "#shared/lib/random.ts";
import { anyEdit, type NodePeer, NodePeers } from "../peers/node-peer.ts";
import { createRoom } from "./support/rooms.ts";
import { TestServer } from "./support/server.ts";
import { until } from "./support/until.ts";

const PEERS = 8;
const EDITS = 200;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start("--sfu-workers", "1");
}, 60_000);
afterAll(() => server?.close());

/** So many edits, as fast as the others let this one come to them. */
async function edit(peer: NodePeer, seed: number): Promise<void> {
  const random = seededRandom(seed);
  for (let made = 0; made < EDITS; ) {
    if (peer.dispatch(anyEdit(peer, random))) made += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test(`[DLV80] ${PEERS} performers in one SFU room make ${EDITS} random edits each, and end in one document`, async () => {
  const room = await createRoom(server.url, "sfu");
  const peers = new NodePeers(room.performer, PEERS);
  try {
    await peers.untilOnSfu();
    const seed = Math.floor(Math.random() * 2 ** 32);
    await Promise.all(peers.all.map((peer, i) => edit(peer, seed + i)));
    const digests = (): Set<string> => new Set(peers.all.map(({ spoke }) => spoke.digest));
    await until(() => digests().size === 1 && peers.all.every(({ spoke }) => spoke.unacknowledged === 0), {
      what: "one digest",
      timeoutMs: 30_000,
      detail: () => `seed ${seed}: ${[...digests()].join(" ")}`,
    });
    for (const { spoke, counters } of peers.all) {
      const heard = peers.all.map((other) => spoke.replica.vector.highest(other.spoke.replica.actor));
      expect(heard, `seed ${seed}`).toEqual(peers.all.map(() => EDITS));
      expect(counters.sent.edits).toBe(EDITS);
      // By the SFU: beside it a delta to the server counts as "journal".
      expect(counters.sent.datagrams).toBeGreaterThanOrEqual(EDITS);
      expect(counters.rejected).toBe(0);
    }
  } finally {
    peers.close();
  }
}, 120_000);
