import { describe, expect, test } from "vitest";
import { firstWrites } from "../music/first-jam.ts";
import { PROBE } from "../protocol/frames.ts";
import { encodeAck, encodeDelta, encodeVector } from "./codec.ts";
import type { Write } from "./delta.ts";
import { Hub } from "./hub.ts";
import { GRACE } from "./owing.ts";
import { Replica } from "./replica.ts";
import { AFTER_PEERS, REPORT_INTERVAL, Spoke } from "./spoke.ts";
import type { Path } from "./ways.ts";

const NOW_MS = 60_000;
const swing = (value: number): Write[] => [{ key: { kind: "room", field: "swing" }, value }];
const notes = (length: number): Write[] =>
  Array.from({ length }, (_, index) => ({
    key: { kind: "note", track: 1, pattern: index >> 13, step: index % 64, pitch: (index >> 6) % 128 },
    value: { velocity: 1, gate: 1, probability: 1, ratchet: 1 },
  }));
/** Too large for data channels. */
const huge = notes(20_000);

/** A spoke that the hub has welcomed. */
function joined(hub = new Hub({ seed: 1 }), mayWrite = true): { hub: Hub; spoke: Spoke } {
  const spoke = new Spoke({ actor: 1, seed: 1, mayWrite });
  spoke.setServerOpen(true, 0);
  hub.join(1, { now: 0, mayWrite });
  spoke.handleServerFrame(hub.snapshotFrame(NOW_MS), 0, NOW_MS);
  return { hub, spoke };
}
const mesh = (...peers: number[]): Path => ({ kind: "mesh", peers: new Set(peers), rtt: 0.08 });
const sends = (spoke: Spoke, now: number) => spoke.take(now, NOW_MS).map(({ to, kind }) => `${kind} ${to}`);
const fromPeer = (value: number, atMs = NOW_MS) =>
  encodeDelta(new Replica({ actor: 2, seed: 1 }).commit(swing(value), atMs), {
    explicitActor: false,
    nowMs: NOW_MS,
  });

describe("what goes where", () => {
  test("[DLV15] nothing goes to the server before its snapshot has said what it has", () => {
    const hub = new Hub({ seed: 1 });
    hub.stored([hub.writeAsServer(firstWrites(), 1)], 1);
    const spoke = new Spoke({ actor: 1, seed: 1, mayWrite: true });
    spoke.commit(swing(60), 0, 0);
    expect([spoke.nextDue, sends(spoke, 1), spoke.unacknowledged]).toEqual([null, [], 1]);
    spoke.setServerOpen(true, 1);
    expect(sends(spoke, 1)).toEqual([]);
    const received = spoke.handleServerFrame(hub.snapshotFrame(NOW_MS), 1, NOW_MS);
    expect(received.changed.length).toBeGreaterThan(50);
    expect(sends(spoke, 1)).toEqual(["delta server"]);
  });

  test("[DLV16] relay: to the server at once", () => {
    const { spoke } = joined();
    spoke.commit(swing(60), NOW_MS, 1);
    expect([spoke.nextDue, sends(spoke, 1), spoke.nextDue]).toEqual([1, ["delta server"], null]);
  });

  test("[DLV17] mesh: to every peer at once, to the server 5 ms later, and to a peer again until it has it", () => {
    const { spoke } = joined();
    spoke.setPath(mesh(2, 3), 0);
    spoke.commit(swing(60), NOW_MS, 1);
    expect(sends(spoke, 1)).toEqual(["delta 2", "delta 3"]);
    expect(spoke.nextDue).toBe(1 + AFTER_PEERS);
    expect(sends(spoke, 1 + AFTER_PEERS)).toEqual(["delta server"]);
    spoke.handlePeerFrame(2, encodeAck(spoke.replica.vector, 1), 1.05, NOW_MS, "mesh");
    expect(spoke.nextDue).toBeCloseTo(1.105);
    expect(sends(spoke, 1.2)).toEqual(["delta 3"]);
    spoke.peerClosed(3);
    expect(spoke.nextDue).toBeNull();
  });

  test("[DLV18] SFU: one broadcast, and to the server only if that was not heard there", () => {
    const { hub, spoke } = joined();
    spoke.setPath({ kind: "sfu", open: true }, 0);
    spoke.commit(swing(60), NOW_MS, 1);
    const [broadcast] = spoke.take(1, NOW_MS);
    expect(broadcast?.to).toBe("broadcast");
    spoke.commit(swing(61), NOW_MS, 1.1);
    expect(sends(spoke, 1.1)).toEqual(["delta broadcast"]);
    hub.handleDelta(1, broadcast?.bytes ?? PROBE, 1.1, NOW_MS, "sfu");
    hub.stored(hub.takeUnstored(), 1.1);
    for (const { bytes } of hub.take(1.1, NOW_MS)) spoke.handleServerFrame(bytes, 1.15, NOW_MS);
    expect([spoke.unacknowledged, spoke.nextDue]).toEqual([1, 1.1 + GRACE]);
    expect(sends(spoke, 1.1 + GRACE)).toEqual(["delta broadcast", "delta server"]);
  });

  test("[DLV19] when the fast path goes, what waited for it goes to the server", () => {
    const { spoke } = joined();
    spoke.setPath({ kind: "sfu", open: true }, 0);
    spoke.commit(swing(60), NOW_MS, 1);
    spoke.take(1, NOW_MS);
    spoke.setPath({ kind: "relay" }, 1.01);
    expect(sends(spoke, 1.01)).toEqual(["delta server"]);
  });

  test("[DLV20] what does not fit 61 datagrams goes by way of the server", () => {
    const { hub, spoke } = joined();
    spoke.setPath({ kind: "sfu", open: true }, 0);
    spoke.commit(huge, NOW_MS, 1);
    const [alone, ...more] = spoke.take(1, NOW_MS);
    expect([alone?.to, more]).toEqual(["server", []]);
    expect(hub.handleDelta(1, alone?.bytes ?? PROBE, 1, NOW_MS, "socket").fresh).toBe(true);
    expect(spoke.fits(huge)).toBe(true);
    expect(spoke.fits([...huge, ...huge, ...huge, ...huge])).toBe(false);
  });
});

describe("what is said to be there", () => {
  test("[DLV21] a mesh peer's delta is acknowledged on that pair, duplicates too; the server is told", () => {
    const { spoke } = joined();
    spoke.setPath(mesh(2), 0);
    const bytes = fromPeer(60);
    expect(spoke.handlePeerFrame(2, bytes, 1, NOW_MS, "mesh").deltas).toHaveLength(1);
    expect(sends(spoke, 1)).toEqual(["have server"]);
    expect(sends(spoke, 1.01)).toEqual(["ack 2"]);
    expect(spoke.handlePeerFrame(2, bytes, 1.02, NOW_MS, "mesh").deltas).toHaveLength(0);
    expect(sends(spoke, 1.03)).toEqual(["ack 2"]);
    expect(spoke.nextDue).toBe(1 + REPORT_INTERVAL);
    expect(sends(spoke, 1 + REPORT_INTERVAL)).toEqual(["have server"]);
  });

  test("[DLV22] nothing but deltas ever goes onto the SFU's producer", () => {
    const { spoke } = joined();
    spoke.setPath({ kind: "sfu", open: true }, 0);
    spoke.handlePeerFrame(2, fromPeer(60), 1, NOW_MS, "sfu");
    expect(sends(spoke, 2)).toEqual(["have server"]);
    expect(
      spoke.handlePeerFrame(2, encodeVector(spoke.replica.vector), 1, NOW_MS, "sfu").error,
    ).toBeDefined();
  });

  test("[DLV23] a tip that differs makes a report of everything due, one that agrees makes nothing", () => {
    const { hub, spoke } = joined();
    spoke.handleTip(hub.tip(), 1);
    expect(spoke.nextDue).toBeNull();
    spoke.handleTip(hub.tip() + 1, 1);
    expect(sends(spoke, 1)).toEqual(["have server"]);
  });

  test("[DLV24] who is heard on the fast path is known until that path closes", () => {
    const { spoke } = joined();
    spoke.setPath(mesh(2, 3), 0);
    spoke.handlePeerFrame(2, PROBE, 1, NOW_MS, "mesh");
    spoke.handlePeerFrame(3, PROBE, 1, NOW_MS, "mesh");
    expect([...spoke.direct]).toEqual([2, 3]);
    spoke.setPath(mesh(3), 2);
    expect([...spoke.direct]).toEqual([3]);
    spoke.setPath({ kind: "relay" }, 3);
    expect([...spoke.direct]).toEqual([]);
  });
});

describe("while the path that was left lingers", () => {
  const sfu: Path = { kind: "sfu", open: true };
  const relay: Path = { kind: "relay" };

  test("[RNG4] edits go out on both, and to the server as on the one in use", () => {
    const { spoke } = joined();
    spoke.setPath(sfu, 0, mesh(2, 3));
    spoke.commit(swing(60), NOW_MS, 1);
    expect(sends(spoke, 1)).toEqual(["delta broadcast", "delta 2", "delta 3"]);
    for (const [path, leaving] of [
      [mesh(2, 3), sfu],
      [relay, sfu],
      [relay, mesh(2)],
    ] as const) {
      const { spoke: another } = joined();
      another.setPath(path, 0, leaving);
      another.commit(swing(60), NOW_MS, 1);
      const fast = [path, leaving].flatMap((each) =>
        each.kind === "mesh" ? [...each.peers].map((peer) => `delta ${peer}`) : [],
      );
      const out = leaving.kind === "sfu" ? ["delta broadcast"] : [];
      const server = fast.length > 0 ? 1 + AFTER_PEERS : 1;
      expect(sends(another, 1)).toEqual([...out, ...fast, ...(server === 1 ? ["delta server"] : [])]);
      if (server > 1) expect(sends(another, server)).toEqual(["delta server"]);
    }
  });

  test("[RNG4] what comes on either counts once, and each pair acknowledges its own", () => {
    const { spoke } = joined();
    spoke.setPath(sfu, 0, mesh(2));
    const bytes = fromPeer(60);
    expect(spoke.handlePeerFrame(2, bytes, 1, NOW_MS, "mesh").deltas).toHaveLength(1);
    expect(spoke.handlePeerFrame(2, bytes, 1, NOW_MS, "sfu").deltas).toHaveLength(0);
    expect(sends(spoke, 1.01)).toEqual(["ack 2", "have server"]);
  });

  test("[RNG4] who is heard on either is heard directly, also when only one of them ends", () => {
    const { spoke } = joined();
    spoke.setPath(mesh(2, 3), 0);
    for (const actor of [2, 3]) spoke.handlePeerFrame(actor, PROBE, 1, NOW_MS, "mesh");
    spoke.setPath(sfu, 2, mesh(2, 3));
    expect([...spoke.direct].toSorted((x, y) => x - y)).toEqual([2, 3]);
    spoke.handlePeerFrame(2, PROBE, 3, NOW_MS, "sfu");
    spoke.handlePeerFrame(2, PROBE, 3, NOW_MS, "mesh");
    spoke.setPath(sfu, 4, mesh(3));
    expect([...spoke.direct].toSorted((x, y) => x - y)).toEqual([2, 3]);
    spoke.setPath(sfu, 5);
    expect([...spoke.direct]).toEqual([2]);
    spoke.peerClosed(2, "sfu");
    expect([...spoke.direct]).toEqual([]);
  });

  test("[RNG4] on the way back to the relay nobody counts as heard directly, though all are heard", () => {
    const { spoke } = joined();
    spoke.setPath(sfu, 0);
    spoke.handlePeerFrame(2, PROBE, 1, NOW_MS, "sfu");
    spoke.setPath(relay, 2, sfu);
    expect([...spoke.direct]).toEqual([]);
    expect(spoke.handlePeerFrame(2, fromPeer(60), 3, NOW_MS, "sfu").deltas).toHaveLength(1);
    spoke.setPath(sfu, 3);
    expect([...spoke.direct]).toEqual([2]);
  });

  test("[RNG4] beside no change of rung, an edit goes where it went", () => {
    const { spoke } = joined();
    spoke.setPath(mesh(2), 0);
    spoke.setPath(sfu, 1, mesh(2));
    spoke.setPath(sfu, 3);
    spoke.commit(swing(60), NOW_MS, 4);
    expect(sends(spoke, 4)).toEqual(["delta broadcast"]);
    spoke.setPath(relay, 4, sfu);
    spoke.setPath(relay, 6);
    sends(spoke, 6);
    spoke.commit(swing(61), NOW_MS, 7);
    expect(sends(spoke, 7)).toEqual(["delta server"]);
  });
});

describe("what is refused and what comes back", () => {
  test("[DLV12] a listener commits nothing, and a listener's delta counts nowhere", () => {
    expect(joined(new Hub({ seed: 1 }), false).spoke.canCommit).toBe(false);
    const spoke = new Spoke({ actor: 1, seed: 1, mayWrite: true, peerMayWrite: (actor) => actor !== 2 });
    expect(spoke.handlePeerFrame(2, fromPeer(60), 1, NOW_MS, "sfu").error).toBeDefined();
    expect(spoke.replica.document.size).toBe(0);
    expect([...spoke.direct]).toEqual([]);
  });

  test("[DLV25] a server that comes back older is given what it has lost", () => {
    const { hub, spoke } = joined();
    const saved = hub.snapshot(NOW_MS);
    const older = new Hub({
      seed: 1,
      snapshot: { ...saved, registers: [...saved.registers], vector: saved.vector.clone() },
    });
    for (const value of [60, 61]) spoke.commit(swing(value), NOW_MS, 1);
    for (const { bytes } of spoke.take(1, NOW_MS)) hub.handleDelta(1, bytes, 1, NOW_MS, "socket");
    hub.stored(hub.takeUnstored(), 1);
    for (const { bytes } of hub.take(1, NOW_MS)) spoke.handleServerFrame(bytes, 1, NOW_MS);
    expect(spoke.unacknowledged).toBe(0);
    spoke.setServerOpen(false, 2);
    spoke.commit(swing(62), NOW_MS, 2);
    spoke.setServerOpen(true, 3);
    older.join(1, { now: 3, mayWrite: true });
    spoke.handleServerFrame(older.snapshotFrame(NOW_MS), 3, NOW_MS);
    for (const { bytes } of spoke.take(3, NOW_MS)) older.handleDelta(1, bytes, 3, NOW_MS, "socket");
    expect(older.document.digest()).toBe(spoke.digest);
    expect(older.vector.highest(1)).toBe(3);
  });

  test("frames that belong elsewhere are refused", () => {
    const { spoke } = joined();
    for (const bytes of [new Uint8Array(), PROBE, Uint8Array.of(0x31), Uint8Array.of(0x40, 9), fromPeer(60)])
      expect(spoke.handleServerFrame(bytes, 1, NOW_MS).error).toBeTypeOf("string");
    for (const bytes of [new Uint8Array(), Uint8Array.of(0x40, 1), Uint8Array.of(0x20, 0xff)])
      expect(spoke.handlePeerFrame(2, bytes, 1, NOW_MS, "mesh").error).toBeTypeOf("string");
  });
});
