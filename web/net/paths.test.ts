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

const older = (actor: number): Peer => ({
  actor,
  member: actor,
  name: `Peer ${actor}`,
  color: 1,
  role: "performer",
  status: null,
});

test("[ICE8] a pair that begins takes the newest credentials that the server has sent", async () => {
  const paths = new Paths({
    self: 9,
    role: "performer",
    socket: { send: () => true } as never,
    requests: {} as never,
    counters: zeroCounters(),
    random: Math.random,
    now: () => 0,
    handleMessage: () => undefined,
    handleLive: () => undefined,
    handleChange: () => undefined,
    handlePeerClosed: () => undefined,
  });
  const turn = (username: string) => [{ urls: ["turn:t.example"], username, credential: "c" }];
  paths.setIceServers(turn("first"));
  paths.setTarget("mesh");
  paths.handlePeer(older(1));
  await vi.waitFor(() => expect(made.map(({ iceServers }) => iceServers)).toEqual([turn("first")]));
  paths.handleMessage({ type: "iceServers", iceServers: turn("second") });
  paths.handlePeer(older(2));
  expect(made.map(({ iceServers }) => iceServers)).toEqual([turn("first"), turn("second")]);
  paths.close();
});
