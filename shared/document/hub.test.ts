import { describe, expect, test } from "vitest";
import { frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { decodeDelta, decodeVector, encodeDelta, encodeVector } from "./codec.ts";
import { decodeSnapshot } from "./snapshot-codec.ts";
import type { Delta, Write } from "./delta.ts";
import { Hub } from "./hub.ts";
import { GRACE } from "./owing.ts";
import { Replica } from "./replica.ts";
import { compareStamps } from "./stamp.ts";

const NOW_MS = 60_000;
const swing = (value: number): Write[] => [{ key: { kind: "room", field: "swing" }, value }];
const frame = (delta: Delta) => encodeDelta(delta, { explicitActor: false, nowMs: NOW_MS });

function hubWith(...actors: number[]): Hub {
  const hub = new Hub({ seed: 1 });
  for (const actor of actors) hub.join(actor, { now: 0, mayWrite: true });
  return hub;
}
const author = () => new Replica({ actor: 1, seed: 1 });
const store = (hub: Hub, now: number) => hub.stored(hub.takeUnstored(), now);
const kinds = (hub: Hub, now: number) => hub.take(now, NOW_MS).map(({ to, kind }) => `${kind} ${to}`);

describe("hub", () => {
  test("[DLV9] a delta goes to everybody but its author, who is told once it is stored", () => {
    const hub = hubWith(1, 2, 3);
    const taken = hub.handleDelta(1, frame(author().commit(swing(60), NOW_MS)), 1, NOW_MS, "socket");
    expect(taken).toMatchObject({ fresh: true, changed: [{ kind: "room", field: "swing" }] });
    expect(hub.nextDue).toBe(1);
    expect(kinds(hub, 1)).toEqual(["delta 2", "delta 3"]);
    expect(hub.nextDue).toBeNull();
    store(hub, 1.02);
    expect(kinds(hub, 1.02)).toEqual(["have 1"]);
    expect(hub.nextDue).toBeNull();
    expect(hub.document.jam().swing).toBe(60);
  });

  test("[DOC9] the room's settings are the server's to write, and a client's forgery leaves nothing behind", () => {
    const hub = hubWith(1, 2);
    const lock = (value: boolean): Write[] => [{ key: { kind: "setting", setting: "lock" }, value }];
    hub.writeAsServer(lock(false), NOW_MS);
    store(hub, 0);
    const [sent] = hub.take(0, NOW_MS).filter(({ to, kind }) => to === 2 && kind === "delta");
    const peer = new Replica({ actor: 2, seed: 1 });
    const decoded = decodeDelta(sent?.bytes ?? new Uint8Array(0), peer.context(null, NOW_MS));
    if (!decoded.ok) throw new Error(decoded.error);
    peer.receive(decoded.value);
    expect(peer.document.jam().locked).toBe(false);
    const hacked = author();
    const forged = hacked.commit([...lock(true), ...swing(60)], NOW_MS + 1_000);
    expect(hub.handleDelta(1, frame(forged), 1, NOW_MS, "socket").changed).toEqual([
      { kind: "room", field: "swing" },
    ]);
    peer.receive(forged);
    for (const { document } of [hub, peer]) {
      expect(document.jam().locked).toBe(false);
      expect(document.get({ kind: "setting", setting: "lock" })?.stamp.actor).toBe(0);
    }
    expect(peer.document.digest()).toBe(hub.document.digest());
  });

  test("[DLV10] who hears the author directly is given a quarter of a second to say so", () => {
    const hub = hubWith(1, 2, 3);
    hub.setDirect(2, new Set([1]));
    hub.setDirect(3, new Set([1]));
    const replica = author();
    hub.handleDelta(1, frame(replica.commit(swing(60), NOW_MS)), 1, NOW_MS, "sfu");
    expect(kinds(hub, 1)).toEqual([]);
    hub.handleHave(2, encodeVector(replica.vector), 1.1);
    expect(hub.nextDue).toBe(1 + GRACE);
    expect(kinds(hub, 1 + GRACE)).toEqual(["delta 3"]);
  });

  test("[DLV11] a duplicate changes nothing, and is acknowledged", () => {
    const hub = hubWith(1, 2);
    const bytes = frame(author().commit(swing(60), NOW_MS));
    hub.handleDelta(1, bytes, 1, NOW_MS, "sfu");
    store(hub, 1);
    hub.take(1, NOW_MS);
    expect(hub.handleDelta(1, bytes, 1.01, NOW_MS, "socket").fresh).toBe(false);
    expect(hub.takeUnstored()).toEqual([]);
    expect(hub.nextDue).toBe(1.05);
    expect(kinds(hub, 1.05)).toEqual(["have 1"]);
  });

  test("[JRN1] nobody is told of an own delta that is not stored, by duplicate, by snapshot or otherwise", () => {
    const hub = hubWith(1, 2);
    const delta = author().commit(swing(60), NOW_MS);
    hub.handleDelta(1, frame(delta), 1, NOW_MS, "socket");
    const unstored = hub.takeUnstored();
    expect(unstored).toEqual([delta]);
    expect(hub.takeUnstored()).toEqual([]);
    hub.handleDelta(1, frame(delta), 1.5, NOW_MS, "socket");
    const claims = (to: number) => {
      const snapshot = decodeSnapshot(hub.snapshotFrame(NOW_MS, to));
      return snapshot.ok && snapshot.value.vector.has(1, 1);
    };
    expect(kinds(hub, 2)).toEqual(["delta 2"]);
    expect([claims(1), claims(2)]).toEqual([false, true]);
    hub.stored(unstored, 2);
    expect(claims(1)).toBe(true);
    const sends = hub.take(2, NOW_MS);
    const have = decodeVector(sends[0]?.bytes ?? new Uint8Array());
    expect(have.ok && have.value.has(1, 1)).toBe(true);
  });

  test("[JRN2] a delta of the server's takes effect and goes out once it is stored", () => {
    const hub = hubWith(1);
    const before = hub.tip();
    const first = hub.writeAsServer(swing(60), NOW_MS);
    const second = hub.writeAsServer(swing(70), NOW_MS);
    expect([first.seq, second.seq]).toEqual([1, 2]);
    expect(compareStamps(first.stamp, second.stamp)).toBeLessThan(0);
    expect([hub.tip(), hub.nextDue, hub.document.size]).toEqual([before, null, 0]);
    expect(hub.takeUnstored()).toEqual([first, second]);
    hub.stored([first, second], 1);
    expect(kinds(hub, 1)).toEqual(["delta 1", "delta 1"]);
    expect(hub.document.jam().swing).toBe(70);
    expect(hub.writeAsServer(swing(71), NOW_MS).seq).toBe(3);
  });

  test("[DLV12] listeners, strangers and garbage are refused without a trace", () => {
    const hub = hubWith(1);
    hub.join(2, { now: 0, mayWrite: false });
    const delta = author().commit(swing(60), NOW_MS);
    const forAnother = encodeDelta(delta, { explicitActor: true, nowMs: NOW_MS });
    for (const [actor, bytes] of [
      [2, frame(delta)],
      [9, frame(delta)],
      [2, forAnother],
      [1, Uint8Array.of(0x10, 1)],
      [1, new Uint8Array()],
    ] as const)
      expect(hub.handleDelta(actor, bytes, 1, NOW_MS, "socket").error).toBeTypeOf("string");
    expect(hub.handleHave(1, Uint8Array.of(0x20, 0xff), 1).error).toBeTypeOf("string");
    const large = new Uint8Array(LIMITS.datagramBytes + 1);
    expect(hub.handleDelta(1, large, 1, NOW_MS, "sfu").error).toBeTypeOf("string");
    expect([hub.takeUnstored(), hub.nextDue, hub.document.size]).toEqual([[], null, 0]);
  });

  test("[DLV13] who is owed too much is given a snapshot instead", () => {
    const hub = hubWith(1, 2);
    const replica = author();
    for (let i = 0; i <= LIMITS.owedDeltas; i++)
      hub.handleDelta(1, frame(replica.commit(swing(50 + (i % 20)), NOW_MS + i)), 1, NOW_MS + i, "socket");
    const sends = hub.take(1, NOW_MS).filter(({ to }) => to === 2);
    expect(sends.map(({ kind }) => kind)).toEqual(["snapshot"]);
    const snapshot = decodeSnapshot(sends[0]?.bytes ?? new Uint8Array());
    expect(snapshot.ok && snapshot.value.vector.hash()).toBe(hub.tip());
    expect(hub.nextDue).toBeNull();
  });

  test("[DLV14] what was sent a second ago and is not said to be there is sent again", () => {
    const hub = hubWith(1, 2);
    hub.handleDelta(1, frame(author().commit(swing(60), NOW_MS)), 1, NOW_MS, "socket");
    hub.take(1, NOW_MS);
    hub.handleHave(2, encodeVector(hubWith().vector), 1.5);
    expect(kinds(hub, 1.5)).toEqual([]);
    hub.handleHave(2, encodeVector(hubWith().vector), 2);
    expect(kinds(hub, 2)).toEqual(["delta 2"]);
  });

  test("a hub made from its snapshot goes on where it was", () => {
    const hub = hubWith(1);
    hub.writeAsServer(swing(60), NOW_MS);
    store(hub, 0);
    expect(frameKind(hub.snapshotFrame(NOW_MS))).toBe("snapshot");
    const again = new Hub({ seed: 1, snapshot: hub.snapshot(NOW_MS) });
    expect([again.tip(), again.document.digest()]).toEqual([hub.tip(), hub.document.digest()]);
    expect(again.writeAsServer(swing(61), NOW_MS).seq).toBe(2);
    again.join(1, { now: 0, mayWrite: true });
    again.leave(1);
    expect(again.nextDue).toBeNull();
  });
});
