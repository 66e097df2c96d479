import { expect, test } from "vitest";
import { LIMITS } from "../protocol/limits.ts";
import { encodeDelta, encodeVector } from "./codec.ts";
import type { Delta, Write } from "./delta.ts";
import { earliness, HeldDeltas, HOLD_MS, MAX_AHEAD_MS } from "./held.ts";
import { Hub } from "./hub.ts";
import { Replica } from "./replica.ts";
import { Spoke } from "./spoke.ts";

const NOW_MS = 60_000;
const swing = (value: number): Write[] => [{ key: { kind: "room", field: "swing" }, value }];
const stamped = (atMs: number, actor = 1): Delta => new Replica({ actor, seed: 1 }).commit(swing(60), atMs);
const frame = (delta: Delta) => encodeDelta(delta, { explicitActor: false, nowMs: 0 });

function hubWith(...actors: number[]): Hub {
  const hub = new Hub({ seed: 1 });
  for (const actor of actors) hub.join(actor, { now: 0, mayWrite: true });
  return hub;
}

test("[DLV26] a stamp more than 2 s ahead waits at the server: until due it stands nowhere and is not acknowledged", () => {
  const hub = hubWith(1, 2);
  const delta = stamped(NOW_MS + 5_000);
  const { highest } = hub.document;
  expect(hub.handleDelta(1, frame(delta), 0, NOW_MS, "socket")).toMatchObject({ held: true, fresh: false });
  expect(hub.take(0, NOW_MS)).toEqual([]);
  expect([hub.document.size, hub.document.highest, hub.vector.has(1, 1)]).toEqual([0, highest, false]);
  expect(hub.nextDue).toBeCloseTo(3);
  expect(hub.take(2.9, NOW_MS + 2_900)).toEqual([]);
  expect(hub.take(3, NOW_MS + 3_000).map(({ to, kind }) => `${kind} ${to}`)).toEqual(["delta 2"]);
  hub.stored(hub.takeUnstored(), 3);
  expect(hub.take(3, NOW_MS + 3_000).map(({ to, kind }) => `${kind} ${to}`)).toEqual(["have 1"]);
  expect(hub.document.get({ kind: "room", field: "swing" })?.value).toBe(60);
  expect(hub.nextDue).toBeNull();
});

test("[DLV26] a peer leaves it, and takes it when it comes again in its time", () => {
  const spoke = new Spoke({ actor: 2, seed: 1, mayWrite: true });
  spoke.setPath({ kind: "mesh", peers: new Set([1]), rtt: 0.05 }, 0);
  const bytes = frame(stamped(NOW_MS + HOLD_MS + 1));
  expect(spoke.handlePeerFrame(1, bytes, 0, NOW_MS, "mesh").error).toBe("stamped ahead");
  expect([spoke.replica.document.size, spoke.take(1, NOW_MS)]).toEqual([0, []]);
  expect(spoke.handlePeerFrame(1, bytes, 1, NOW_MS + 1, "mesh").deltas).toHaveLength(1);
});

test("[DLV27] what is held is bounded, for each author and for all", () => {
  const held = new HeldDeltas();
  const delta = (actor: number, seq: number): Delta => ({
    actor,
    seq,
    stamp: { time: NOW_MS + seq, counter: 0, actor },
    writes: [],
  });
  for (let seq = 1; seq <= LIMITS.heldDeltas; seq++) expect(held.hold(delta(1, seq))).toBe(true);
  expect(held.hold(delta(1, LIMITS.heldDeltas + 1))).toBe(false);
  for (let actor = 2; held.size < LIMITS.heldDeltasOfAll; actor++)
    for (let seq = 1; seq <= LIMITS.heldDeltas; seq++) held.hold(delta(actor, seq));
  expect(held.hold(delta(999, 1))).toBe(false);
  expect(held.release(NOW_MS - HOLD_MS)).toEqual([]);
  expect(held.release(NOW_MS - HOLD_MS + 1)).toHaveLength(LIMITS.heldDeltasOfAll / LIMITS.heldDeltas);
  expect(held.hold(delta(999, 1))).toBe(true);
  const stamps = held.release(NOW_MS).map(({ stamp }) => stamp.time);
  expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
  expect([held.size, held.dueIn(NOW_MS)]).toEqual([0, null]);
});

test("[DLV27] a hub full of them takes no more, and its author goes on owing", () => {
  const hub = hubWith(1);
  const replica = new Replica({ actor: 1, seed: 1 });
  for (let i = 0; i < LIMITS.heldDeltas; i++)
    hub.handleDelta(1, frame(replica.commit(swing(60), NOW_MS + 5_000 + i)), 0, NOW_MS, "socket");
  const one = frame(replica.commit(swing(60), NOW_MS + 9_000));
  expect(hub.handleDelta(1, one, 0, NOW_MS, "socket")).toMatchObject({ refused: "too many stamped ahead" });
  expect(hub.vector.highest(1)).toBe(0);
});

test("[DLV28] a stamp more than a minute ahead stands nowhere, and the edit comes back under a new actor", () => {
  const hub = hubWith(1);
  const spoke = new Spoke({ actor: 1, seed: 1, mayWrite: true });
  spoke.setServerOpen(true, 0);
  spoke.handleServerFrame(hub.snapshotFrame(NOW_MS), 0, NOW_MS);
  spoke.commit(swing(61), NOW_MS + MAX_AHEAD_MS + 1, 0);
  const { highest } = hub.document;
  const far = frame(stamped(NOW_MS + MAX_AHEAD_MS + 1));
  expect(hub.handleDelta(1, far, 0, NOW_MS, "socket")).toMatchObject({ stampAhead: true, fresh: false });
  expect([hub.document.size, hub.document.highest, hub.tip()]).toEqual([0, highest, 0]);
  expect([hub.nextDue, hub.take(99, NOW_MS + 99_000)]).toEqual([null, []]);
  const [rewrite] = spoke.rewrites(1, NOW_MS + 1_000);
  expect(rewrite).toMatchObject({ atMs: NOW_MS + 1_000, writes: swing(61) });
  const anew = new Spoke({ actor: 2, seed: 1, mayWrite: true });
  if (rewrite) anew.commit(rewrite.writes, rewrite.atMs, 1);
  anew.setServerOpen(true, 1);
  hub.join(2, { now: 1, mayWrite: true });
  anew.handleServerFrame(hub.snapshotFrame(NOW_MS), 1, NOW_MS + 1_000);
  for (const { bytes } of anew.take(1, NOW_MS + 1_000))
    hub.handleDelta(2, bytes, 1, NOW_MS + 1_000, "socket");
  expect(hub.document.jam().swing).toBe(61);
  expect(hub.document.highest.time).toBe(NOW_MS + 1_000);
});

test("[DLV28] handed in by somebody else it stands no more, and whoever has it is given the server's document", () => {
  const hub = hubWith(2);
  const far = encodeDelta(stamped(NOW_MS + MAX_AHEAD_MS + 1), { explicitActor: true, nowMs: 0 });
  expect(hub.handleDelta(2, far, 0, NOW_MS, "socket").refused).toBe("hearsay from ahead");
  expect(hub.take(0, NOW_MS).map(({ kind }) => kind)).toEqual(["replacement"]);
  expect(hub.document.size).toBe(0);
  expect(encodeVector(hub.vector)).toHaveLength(1);
});

test("what is early becomes due", () => {
  const stamp = { time: NOW_MS, counter: 0, actor: 1 };
  expect(
    [0, HOLD_MS, HOLD_MS + 1, MAX_AHEAD_MS, MAX_AHEAD_MS + 1].map((ms) => earliness(stamp, NOW_MS - ms)),
  ).toEqual(["due", "due", "early", "early", "far"]);
});
