/** The fast paths' own part: what of the server's words reaches the pairs that they make. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Peer } from "#shared/protocol/messages.ts";
import { zeroCounters } from "./counters.ts";
import { Paths } from "./paths.ts";

/** What each connection was made with; nothing ever comes of one. */
let made: RTCConfiguration[] = [];

class DeadConnection {
  constructor(configuration: RTCConfiguration) {
    made.push(configuration);
  }
  createDataChannel(): object {
    return {};
  }
  createOffer(): Promise<never> {
    return new Promise(() => undefined);
  }
  close(): void {}
}

beforeEach(() => {
  made = [];
  vi.stubGlobal("RTCPeerConnection", DeadConnection);
});
afterEach(() => vi.unstubAllGlobals());

const performer = (actor: number): Peer => ({
  actor,
  member: actor,
  name: `Peer ${actor}`,
  color: 1,
  role: "performer",
  status: null,
});

const pathsAt = (now: () => number): Paths =>
  new Paths({
    self: 9,
    role: "performer",
    socket: { send: () => true } as never,
    requests: {} as never,
    counters: zeroCounters(),
    random: Math.random,
    now,
    handleMessage: () => undefined,
    handleLive: () => undefined,
    handleChange: () => undefined,
    handlePeerClosed: () => undefined,
  });

/** How often it has something to do until then, in seconds, if each second begins with `happens`. */
function turns(until: number, happens: (second: number, paths: Paths) => void): number {
  let [now, count] = [0, 0];
  const paths = pathsAt(() => now);
  for (; now < until; now++) {
    happens(now, paths);
    if (paths.nextDue > now) continue;
    paths.tick();
    count += 1;
  }
  paths.close();
  return count;
}

test("[CRW4] a performer calls out to a newcomer at once, and to an audience that streams in once in three seconds", () => {
  const audience = (relayed: boolean) => (second: number, paths: Paths) =>
    paths.handleMessage({ type: "listeners", count: second + 1, relayed });
  expect(turns(60, audience(true))).toBeLessThanOrEqual(20);
  expect(turns(60, audience(true))).toBeGreaterThan(10);
  expect(turns(60, audience(false))).toBe(0);
  expect(turns(10, (second, paths) => second === 0 && paths.handlePeer(performer(1)))).toBeGreaterThan(3);
});

test("[ICE8] a pair that begins takes the newest credentials that the server has sent", async () => {
  const paths = pathsAt(() => 0);
  const turn = (username: string) => [{ urls: ["turn:t.example"], username, credential: "c" }];
  paths.setIceServers(turn("first"));
  paths.setTarget("mesh");
  paths.handlePeer(performer(1));
  await vi.waitFor(() => expect(made.map(({ iceServers }) => iceServers)).toEqual([turn("first")]));
  paths.handleMessage({ type: "iceServers", iceServers: turn("second") });
  paths.handlePeer(performer(2));
  expect(made.map(({ iceServers }) => iceServers)).toEqual([turn("first"), turn("second")]);
  paths.close();
});
