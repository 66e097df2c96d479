/** One room on two workers: performers and listeners without pages, by the real server and its SFU. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "#shared/lib/random.ts";
import { childrenOf } from "../bench/processes.ts";
import { anyEdit, NodePeers } from "../peers/node-peer.ts";
import { createRoom } from "./support/rooms.ts";
import { TestServer } from "./support/server.ts";
import { until } from "./support/until.ts";

const PERFORMERS = 5;
const LISTENERS = 3;
const EDITS = 40;

let server: TestServer;
beforeAll(async () => {
  // So few that there are performers on either worker.
  server = await TestServer.start("--sfu-workers", "2", "--consumers-per-router", "4");
}, 60_000);
afterAll(() => server?.close());

interface Carried {
  readonly alive: boolean;
  readonly pipes: number;
  readonly consumers: number;
}

async function workers(): Promise<readonly Carried[]> {
  const response = await fetch(`${server.url}/readyz`);
  return ((await response.json()) as { workers: readonly Carried[] }).workers;
}

test("[SFU22] a room on two workers is one room, and when either is killed everybody comes back to it", async () => {
  const room = await createRoom(server.url, "sfu");
  const band = new NodePeers(room.performer, PERFORMERS);
  const audience = new NodePeers(room.listener, LISTENERS);
  try {
    const all = [...band.all, ...audience.all];
    const performers = new Set<number>();
    const hearEachOther = (): boolean =>
      all.every(({ connection }) => {
        const others = [...performers].filter((actor) => actor !== connection.welcome?.actor);
        return connection.rung === "sfu" && others.every((actor) => connection.spoke?.direct.has(actor));
      });
    const untilOneRoom = (what: string): Promise<unknown> =>
      until(hearEachOther, {
        what,
        timeoutMs: 30_000,
        detail: () => all.map(({ connection }) => connection.spoke?.direct.size).join(" "),
      });
    await until(() => all.every(({ connection }) => connection.welcome !== null), { what: "everybody" });
    for (const { connection } of band.all) performers.add(connection.welcome?.actor ?? 0);

    let seed = 0;
    const editAll = async (): Promise<void> => {
      seed += 1;
      for (const [index, peer] of band.all.entries()) {
        const random = seededRandom(1_000 * seed + index);
        for (let made = 0; made < EDITS; ) if (peer.dispatch(anyEdit(peer, random))) made += 1;
      }
      const digests = (): Set<string> => new Set(all.map(({ spoke }) => spoke.digest));
      await until(() => digests().size === 1 && band.all.every(({ spoke }) => spoke.unacknowledged === 0), {
        what: "one document",
        timeoutMs: 30_000,
        detail: () => [...digests()].join(" "),
      });
    };

    await untilOneRoom("everybody on the SFU");
    await editAll();
    for (const { consumers, pipes } of await workers()) expect(Math.min(consumers, pipes)).toBeGreaterThan(0);

    const before = childrenOf(server.pid);
    expect(before).toHaveLength(2);
    for (const pid of before) {
      const direct = all.map(({ connection }) => connection.spoke?.direct.size);
      process.kill(pid, "SIGKILL");
      // Whoever was on it is not heard for a moment, so that what follows is a coming back.
      await until(() => all.some(({ connection }, i) => connection.spoke?.direct.size !== direct[i]), {
        what: "the worker's end to be felt",
      });
      await untilOneRoom("everybody back");
      await editAll();
      await until(async () => (await workers()).every(({ alive }) => alive), { what: "both workers" });
    }
    expect(childrenOf(server.pid).filter((pid) => before.includes(pid))).toEqual([]);
  } finally {
    audience.close();
    band.close();
  }
}, 120_000);

test("[SFU27] whoever was away from the server is back on the SFU by itself, and heard there", async () => {
  const room = await createRoom(server.url, "sfu");
  const peers = new NodePeers(room.performer, 3);
  try {
    await peers.untilOnSfu();
    for (const peer of peers.all) {
      const before = peer.connection.sound.way?.session;
      // The socket is closed and another one opened: the server lets go of what was on the SFU.
      peer.connection.greetAgain(false);
      await until(() => (peer.connection.sound.way?.session ?? before) !== before, {
        what: "another session",
      });
      await peers.untilOnSfu();
      expect(peer.dispatch({ type: "NOTE_TOGGLE", track: 1, step: 3, pitch: 60 })).toBe(true);
      await until(() => new Set(peers.all.map(({ spoke }) => spoke.digest)).size === 1, {
        what: "one document",
      });
    }
  } finally {
    peers.close();
  }
}, 60_000);
