import { expect, test } from "vitest";
import { encodeDelta } from "#shared/document/codec.ts";
import type { Delta } from "#shared/document/delta.ts";
import type { Role } from "#shared/protocol/messages.ts";
import { zeroCounters } from "./counters.ts";
import { FakeWebSocket, fakeWelcome } from "./fake-web-socket.ts";
import { RelayLink } from "./relay-link.ts";
import { SignalingSocket } from "./signaling-socket.ts";

function setup(role: Role = "performer") {
  const server = new FakeWebSocket();
  const counters = zeroCounters();
  const socket = new SignalingSocket({
    url: "ws://test/ws",
    token: "token",
    counters,
    random: () => 0,
    openWebSocket: () => server,
  });
  const link = new RelayLink({ socket, counters });
  const told: string[] = [];
  link.on("open", ({ actor }) => told.push(`open ${actor}`));
  link.on("closed", ({ actor }) => told.push(`closed ${actor}`));
  link.on("message", ({ actor }) => told.push(`message ${actor}`));
  socket.connect();
  server.open();
  server.deliver(fakeWelcome(3, [1, 2], role));
  return { server, counters, socket, link, told };
}

function delta(actor: number, explicitActor: boolean): Uint8Array {
  const write = { key: { kind: "floor", track: 1, pattern: 0 }, value: null } as const;
  const made: Delta = { actor, seq: 1, stamp: { time: 5, counter: 0, actor }, writes: [write] };
  return encodeDelta(made, { explicitActor, nowMs: 0 });
}

test("[RLY2] its peers are the room's roster without ourselves", () => {
  const { server, link, told } = setup();
  server.deliver({ type: "left", actor: 1 });
  const peer = { member: 4, name: "", color: 0, role: "listener", status: null };
  server.deliver({ type: "peer", peer: { ...peer, actor: 4 } });
  server.deliver({ type: "peer", peer: { ...peer, actor: 4, name: "renamed" } });
  server.deliver({ type: "peer", peer: { ...peer, actor: 3 } });
  expect([...link.peers]).toEqual([2, 4]);
  expect(told).toEqual(["open 1", "open 2", "closed 1", "open 4"]);
});

test("[RLY3] a lost socket closes every peer", () => {
  const { server, link, told } = setup();
  server.drop();
  expect(link.peers.size).toBe(0);
  expect(told.slice(2)).toEqual(["closed 1", "closed 2"]);
});

test("[RLY4] a delta that names nobody is counted and dropped; one that does is its author's", () => {
  const { server, counters, told } = setup();
  server.deliver(delta(2, false));
  expect(counters.rejected).toBe(1);
  server.deliver(delta(2, true));
  expect(told.at(-1)).toBe("message 2");
});

test("[RLY5] only deltas go out, and none of a listener's", () => {
  const { link } = setup();
  expect(link.broadcast("edits", delta(3, false))).toBe(1);
  expect(link.broadcast("live", delta(3, false))).toBe(0);
  expect(link.broadcast("edits", Uint8Array.of(0x21))).toBe(0);
  expect(link.send()).toBe(false);
  expect(setup("listener").link.broadcast("edits", delta(3, false))).toBe(0);
});

test("[RLY6] close tells every peer closed, once, and leaves the socket alone", () => {
  const { server, socket, link, told } = setup();
  link.close();
  link.close();
  server.deliver(delta(2, true));
  expect(told.slice(2)).toEqual(["closed 1", "closed 2"]);
  expect(link.broadcast("edits", delta(3, false))).toBe(0);
  expect(socket.phase).toBe("ready");
});
