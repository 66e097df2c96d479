/** Hops that lose packets or stall: what goes out twice, what is told of it, and what is given up. */
import { expect, test } from "vitest";
import { PROBE } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { encodeAck, encodeDelta } from "./codec.ts";
import type { Delta } from "./delta.ts";
import { Hub } from "./hub.ts";
import { COPY_DELAY } from "./loss.ts";
import { GRACE, LOSING_GRACE } from "./owing.ts";
import { ACK_DELAY } from "./pairs.ts";
import { Replica } from "./replica.ts";
import { encodeSnapshot } from "./snapshot-codec.ts";
import { Spoke } from "./spoke.ts";
import { fromPeer, join, NOW_MS, settle, toggle } from "./test-seats.ts";

const encodeSnapshotOf = ({ replica }: Spoke): Uint8Array =>
  encodeSnapshot({ registers: replica.document.registers(), vector: replica.vector, roomMs: NOW_MS });

const mesh = (...peers: number[]) => ({ kind: "mesh", peers: new Set(peers), rtt: 0.04 }) as const;

test("[DLV35] a mesh pair that loses gets each delta twice, 15 ms apart, unless it is acknowledged by then", () => {
  const spoke = new Spoke({ actor: 1, seed: 1, mayWrite: true });
  spoke.setPath(mesh(2), 0);
  const send = (now: number) => spoke.take(now, NOW_MS).filter(({ to }) => to === 2).length;
  const ack = (heard: number, now: number) =>
    spoke.handlePeerFrame(2, encodeAck(spoke.replica.vector, heard), now, NOW_MS, "mesh");
  spoke.commit(toggle(1), NOW_MS, 0);
  expect([send(0), send(0.06)]).toEqual([1, 1]);
  ack(1, 0.2);
  ack(1, 0.3);
  spoke.commit(toggle(2), NOW_MS, 2);
  expect([send(2), spoke.nextDue]).toEqual([1, 2 + COPY_DELAY]);
  expect(send(2 + COPY_DELAY)).toBe(1);
  expect(send(2.04)).toBe(0);
  ack(3, 2.05);
  spoke.commit(toggle(3), NOW_MS, 3);
  expect(send(3)).toBe(1);
  ack(4, 3.01);
  expect(send(3 + COPY_DELAY)).toBe(0);
  spoke.commit(toggle(4), NOW_MS, 70);
  expect([send(70), send(70.02)]).toEqual([1, 0]);
});

test("[DLV35] a broadcast that did not all arrive at the server is repeated from then on", () => {
  const spoke = join(new Hub({ seed: 1 }), 1).spoke;
  spoke.setPath({ kind: "sfu", open: true }, 0);
  const send = (now: number) => spoke.take(now, NOW_MS).filter(({ to }) => to === "broadcast").length;
  spoke.commit(toggle(1), NOW_MS, 0);
  expect([send(0), send(0.02)]).toEqual([1, 0]);
  // The server had to be given it: the others may lack it as well.
  expect(send(0.3)).toBe(1);
  for (const now of [1, 2]) spoke.handleHeard(1, now);
  spoke.commit(toggle(2), NOW_MS, 3);
  expect([send(3), send(3 + COPY_DELAY), send(3.1)]).toEqual([1, 1, 0]);
});

test("[DLV36] a client that misses what the SFU should bring says so, and is sent it after 20 ms", () => {
  const hub = new Hub({ seed: 1 });
  hub.join(1, { now: 0, mayWrite: true });
  const { spoke } = join(hub, 2);
  const author = new Replica({ actor: 1, seed: 1 });
  const [lost, late] = [author.commit(toggle(1), NOW_MS), author.commit(toggle(2), NOW_MS)];
  spoke.setPath({ kind: "sfu", open: true }, 0);
  spoke.handlePeerFrame(1, PROBE, 0, NOW_MS, "sfu");
  const fromServer = (delta: Delta) => encodeDelta(delta, { explicitActor: true, nowMs: 0 });
  spoke.handleServerFrame(fromServer(late), 1, NOW_MS);
  spoke.handlePeerFrame(1, fromPeer(late), 1.1, NOW_MS, "sfu");
  expect(spoke.isLosing(2)).toBe(false);
  spoke.handleServerFrame(fromServer(lost), 2, NOW_MS);
  expect([spoke.isLosing(2.1), spoke.isLosing(2.3), spoke.isLosing(99)]).toEqual([false, true, false]);
  hub.setDirect(2, new Set([1]), true);
  hub.handleDelta(1, fromPeer(lost), 5, NOW_MS, "sfu");
  hub.take(5, NOW_MS);
  expect(hub.nextDue).toBe(5 + LOSING_GRACE);
  // The author sends everything twice: whoever missed the one has the other.
  hub.handleDelta(1, fromPeer(lost), 5 + COPY_DELAY, NOW_MS, "sfu");
  expect(hub.nextDue).toBe(5 + COPY_DELAY + GRACE);
});

test("[DLV39] a mesh peer that stalls is owed a bounded number, and one delta until it answers", () => {
  const { spoke } = join(new Hub({ seed: 1 }), 1);
  spoke.setPath(mesh(2), 0);
  for (let i = 0; i <= LIMITS.pairDeltas; i++) spoke.commit(toggle(i % 64), NOW_MS + i, 0);
  const to2 = (now: number) => spoke.take(now, NOW_MS).filter(({ to }) => to === 2).length;
  expect([to2(0), to2(30)]).toEqual([1, 1]);
  spoke.commit(toggle(1), NOW_MS + 999, 30.05);
  expect(to2(30.05)).toBe(0);
  spoke.handlePeerFrame(2, encodeAck(spoke.replica.vector, 0), 32, NOW_MS, "mesh");
  spoke.commit(toggle(2), NOW_MS + 1_000, 32);
  expect(to2(32)).toBe(1);
});

test("[PAC3] a mesh peer that heard nothing while it stalled is heard of again", () => {
  const [{ spoke: from }, { spoke: to }] = [join(new Hub({ seed: 1 }), 1), join(new Hub({ seed: 1 }), 2)];
  from.setPath(mesh(2), 0);
  to.setPath(mesh(1), 0);
  const pass = (now: number, isOpen: boolean): void => {
    for (const send of from.take(now, NOW_MS))
      if (send.to === 2 && isOpen) to.handlePeerFrame(1, send.bytes, now, NOW_MS, "mesh");
    for (const send of to.take(now + ACK_DELAY, NOW_MS))
      if (send.to === 1 && isOpen) from.handlePeerFrame(2, send.bytes, now + ACK_DELAY, NOW_MS, "mesh");
  };
  for (let i = 0; i < 2 * LIMITS.pairDeltas; i++) {
    from.commit(toggle(i % 64), NOW_MS + i, i / 50);
    pass(i / 50, false);
  }
  // What came by way of the server meanwhile.
  to.handleServerFrame(encodeSnapshotOf(from), 11, NOW_MS);
  for (let now = 11; now < 13; now += 0.05) pass(now, true);
  from.commit(toggle(7), NOW_MS + 999, 13);
  pass(13, true);
  expect(to.digest).toBe(from.digest);
});

test("[PAC4] what lies behind a backlog is not broadcast before the others can take it", () => {
  const hub = new Hub({ seed: 1 });
  const { spoke } = join(hub, 1);
  spoke.setServerOpen(false, 0);
  for (let i = 0; i < 2 * LIMITS.sequenceWindow; i++) spoke.commit(toggle(i % 64), NOW_MS + i, 0);
  const seat = join(hub, 1, [], spoke);
  spoke.setPath({ kind: "sfu", open: true }, 0);
  const broadcasts = (now: number) => {
    const sends = spoke.take(now, NOW_MS);
    for (const { to, bytes } of sends) if (to === "server") hub.handleDelta(1, bytes, now, NOW_MS, "socket");
    return sends.filter(({ to }) => to === "broadcast").length;
  };
  spoke.commit(toggle(1), NOW_MS + 500, 0);
  expect(broadcasts(0)).toBe(0);
  settle(hub, [seat], 1);
  expect(hub.vector.highest(1)).toBe(2 * LIMITS.sequenceWindow + 1);
  for (let i = 0; i < 2 * LIMITS.sequenceWindow; i++) spoke.commit(toggle(i % 64), NOW_MS + 600 + i, 3);
  expect(broadcasts(3)).toBe(2 * LIMITS.sequenceWindow);
});
