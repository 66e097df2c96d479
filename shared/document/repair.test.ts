/** What hub and spoke do together when the plain way does not do: hearsay, earlier lives, digests that differ. */
import { describe, expect, test } from "vitest";
import type { Timeline } from "../music/timeline.ts";
import { PROBE } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { roomTime } from "../time/instants.ts";
import { encodeDelta, encodeVector } from "./codec.ts";
import type { Delta } from "./delta.ts";
import { Hub } from "./hub.ts";
import { PACE } from "./pace.ts";
import { Replica } from "./replica.ts";
import { Spoke } from "./spoke.ts";
import { fromPeer, join, NOW_MS, type Seat, settle, swing, toggle } from "./test-seats.ts";
import { UndoHistory, changesOf } from "./undo.ts";

describe("hearsay", () => {
  /** Actor 1 wrote, actor 2 heard it directly, and 1 was gone before the server did. */
  function heard(hub: Hub): { seats: Seat[]; delta: Delta } {
    const seats = [join(hub, 2), join(hub, 3)];
    const delta = new Replica({ actor: 1, seed: 1 }).commit(toggle(1), NOW_MS);
    seats[0]?.spoke.handlePeerFrame(1, fromPeer(delta), 0, NOW_MS, "mesh");
    return { seats, delta };
  }

  test("[DLV29] what an author who is gone left with a peer, the server asks for, gets, and knows from whom", () => {
    const hub = new Hub({ seed: 1 });
    const { seats, delta } = heard(hub);
    const kinds = settle(hub, seats, 0);
    expect(kinds.filter((kind) => kind.startsWith("have"))).toEqual(["have 2"]);
    expect(kinds).toContain("delta 3");
    expect(hub.vector.has(1, 1)).toBe(true);
    for (const { spoke } of seats) expect(spoke.digest).toBe(hub.document.digest());
    const again = encodeDelta(delta, { explicitActor: true, nowMs: 0 });
    const taken = new Hub({ seed: 1 });
    taken.join(2, { now: 0, mayWrite: true });
    const { delta: admitted } = taken.handleDelta(2, again, 0, NOW_MS, "socket");
    expect(admitted && taken.viaOf(admitted)).toBe(2);
  });

  test("[DLV29] an author who is here is not talked about", () => {
    const hub = new Hub({ seed: 1 });
    hub.join(1, { now: 0, mayWrite: true });
    const { seats } = heard(hub);
    expect(settle(hub, seats, 0).filter((kind) => kind.startsWith("have"))).toEqual([]);
    expect(hub.vector.has(1, 1)).toBe(false);
  });

  test("[DLV29] a server that came back older is given what it had passed on before the disk had it", () => {
    const hub = new Hub({ seed: 1 });
    const seat = join(hub, 2);
    const delta = new Replica({ actor: 1, seed: 1 }).commit(toggle(1), NOW_MS);
    seat.spoke.handleServerFrame(encodeDelta(delta, { explicitActor: true, nowMs: 0 }), 0, NOW_MS);
    seat.spoke.handleTip(seat.spoke.replica.vector.hash(), 0.1);
    const older = new Hub({ seed: 1 });
    join(older, 2, [], seat.spoke);
    seat.spoke.handleTip(older.tip(), 0.2);
    settle(older, [seat], 0.2);
    expect(older.document.digest()).toBe(seat.spoke.digest);
  });

  test("[DLV29] what nobody can hand in any more is given up, and who shows it is given the server's document", () => {
    const hub = new Hub({ seed: 1 });
    const seat = join(hub, 2);
    const stale = new Replica({ actor: 1, seed: 1 });
    stale.commit(toggle(1), NOW_MS);
    const kinds: string[] = [];
    for (let now = 0; now < 10; now++) {
      hub.handleHave(2, encodeVector(stale.vector), now);
      kinds.push(...hub.take(now, NOW_MS).map(({ kind }) => kind));
    }
    expect(kinds.filter((kind) => kind === "have")).toHaveLength(9);
    expect(kinds.indexOf("replacement")).toBe(5);
    expect(seat.spoke.digest).toBe(hub.document.digest());
  });

  test("[DLV30] the word of a peer counts nothing for the server's deltas, for nobody's, or out of its time", () => {
    const hub = new Hub({ seed: 1, isAuthor: (actor) => actor < 50 });
    hub.join(1, { now: 0, mayWrite: true });
    hub.join(2, { now: 0, mayWrite: true });
    hub.join(4, { now: 0, mayWrite: false });
    const forged = (actor: number, atMs = NOW_MS) =>
      encodeDelta(new Replica({ actor, seed: 1 }).commit(swing(70), atMs), { explicitActor: true, nowMs: 0 });
    const via = (by: number, bytes: Uint8Array) => hub.handleDelta(by, bytes, 0, NOW_MS, "socket");
    expect(via(2, forged(0)).error).toBe("another's delta");
    expect(via(2, forged(1)).refused).toBe("its author is here");
    expect(via(2, forged(99)).refused).toBe("of nobody");
    expect(via(2, forged(3, NOW_MS + 10_000)).refused).toBe("hearsay from ahead");
    expect(via(4, forged(3)).error).toBe("a listener writes nothing");
    expect(hub.handleDelta(2, forged(1), 0, NOW_MS, "sfu").error).toBe("another's delta");
    expect([hub.document.size, hub.tip(), hub.take(9, NOW_MS)]).toEqual([0, 0, []]);
  });

  test("[DLV30][PAC1] only the newest of what was heard is kept, and it is handed in at the pace", () => {
    const hub = new Hub({ seed: 1 });
    const seat = join(hub, 2);
    const author = new Replica({ actor: 1, seed: 1 });
    for (let i = 0; i < LIMITS.hearsayDeltas + 10; i++)
      seat.spoke.handlePeerFrame(1, fromPeer(author.commit(swing(50 + (i % 20)), NOW_MS)), 0, NOW_MS, "mesh");
    const asked = encodeVector(hub.vector.subset([1], { empty: true }));
    seat.spoke.handleServerFrame(asked, 1, NOW_MS);
    const given = (now: number) => seat.spoke.take(now, NOW_MS).filter(({ kind }) => kind === "delta").length;
    expect(given(1)).toBeLessThanOrEqual(PACE.burst);
    seat.spoke.handleServerFrame(asked, 1, NOW_MS);
    let all = 0;
    for (let now = 1; now < 10; now += 0.05) all += given(now);
    expect(all).toBe(LIMITS.hearsayDeltas);
  });
});

describe("earlier lives", () => {
  test("[DLV31] what an earlier life had not delivered is owed until the server has it, and shown at once", () => {
    const hub = new Hub({ seed: 1 });
    const old = new Replica({ actor: 1, seed: 1 });
    const kept = [old.commit(toggle(1), NOW_MS), old.commit(toggle(2), NOW_MS + 1)];
    const seat = join(hub, 2, [1]);
    seat.spoke.offerEarlier(kept, 0);
    expect(seat.spoke.takeNews()?.deltas).toHaveLength(2);
    expect(seat.spoke.unacknowledged).toBe(2);
    settle(hub, [seat], 0);
    expect(hub.vector.highest(1)).toBe(2);
    expect([seat.spoke.unacknowledged, seat.spoke.digest]).toEqual([0, hub.document.digest()]);
  });

  test("[DLV31] they count although that life seems to be here still, and without the proof they do not", () => {
    const delta = new Replica({ actor: 1, seed: 1 }).commit(toggle(1), NOW_MS);
    const bytes = encodeDelta(delta, { explicitActor: true, nowMs: 0 });
    const hub = new Hub({ seed: 1 });
    hub.join(1, { now: 0, mayWrite: true });
    hub.join(2, { now: 0, mayWrite: true });
    hub.join(3, { now: 0, mayWrite: true, earlier: [1] });
    expect(hub.handleDelta(2, bytes, 0, NOW_MS, "socket").fresh).toBe(false);
    expect(hub.handleDelta(3, bytes, 0, NOW_MS, "socket").fresh).toBe(true);
  });

  test("[DLV31] an actor that is not given back writes again what it had not delivered, its earlier lives' too", () => {
    const old = new Spoke({ actor: 2, seed: 1, mayWrite: true });
    old.offerEarlier([new Replica({ actor: 1, seed: 1 }).commit(toggle(1), NOW_MS)], 0);
    old.commit(toggle(2), NOW_MS + 5, 1);
    old.commit(toggle(3), 0, 2);
    expect(old.rewrites(3, NOW_MS + 100)).toMatchObject([
      { writes: toggle(1), atMs: NOW_MS },
      { writes: toggle(2), atMs: NOW_MS + 5 },
      { writes: toggle(3), atMs: NOW_MS + 100 - 1_000 },
    ]);
  });
});

describe("digests", () => {
  test("[DLV37] equal vectors with unequal digests are healed by the server's document, and told", () => {
    const hub = new Hub({ seed: 1 });
    const seats = [join(hub, 1), join(hub, 2)];
    for (let i = 0; i < 5; i++) seats[0]?.spoke.commit(toggle(i), NOW_MS + i, 0);
    settle(hub, seats, 0);
    const broken = seats[1] as Seat;
    const [write] = toggle(2);
    if (write)
      broken.spoke.replica.document.merge([
        { ...write, value: null, stamp: { time: 99_999, counter: 0, actor: 9 } },
      ]);
    const { state } = broken.spoke;
    expect(state.tip).toBe(hub.tip());
    expect(hub.handleState(2, state, 1)).toBe(true);
    expect(hub.handleState(2, state, 1.5)).toBe(false);
    const [sent] = hub.take(1, NOW_MS).filter(({ kind }) => kind === "replacement");
    const received = broken.spoke.handleServerFrame(sent?.bytes ?? PROBE, 1, NOW_MS);
    expect(received).toMatchObject({ replaced: true, changed: [write?.key] });
    expect(broken.spoke.digest).toBe(hub.document.digest());
    expect(broken.spoke.state).toEqual(seats[0]?.spoke.state);
    expect(hub.handleState(2, broken.spoke.state, 9)).toBe(false);
  });

  test("[DLV37] own edits that the server lacks stay on top of it, and go out", () => {
    const hub = new Hub({ seed: 1 });
    const seat = join(hub, 1);
    seat.spoke.commit(toggle(1), NOW_MS, 0);
    settle(hub, [seat], 0);
    hub.handleState(1, { ...seat.spoke.state, digest: 1 }, 1);
    const [sent] = hub.take(1, NOW_MS);
    seat.spoke.commit(toggle(2), NOW_MS + 1, 1);
    expect(seat.spoke.handleServerFrame(sent?.bytes ?? PROBE, 1, NOW_MS).replaced).toBe(true);
    settle(hub, [seat], 1);
    expect([hub.vector.highest(1), seat.spoke.digest]).toEqual([2, hub.document.digest()]);
    expect(seat.spoke.commit(toggle(3), NOW_MS + 2, 3).seq).toBe(3);
  });

  test("[DLV37] a copy that does not heal is sent the document ever more seldom", () => {
    const hub = new Hub({ seed: 1 });
    hub.join(1, { now: 0, mayWrite: true });
    let sent = 0;
    for (let now = 0; now < 600; now += 2) {
      if (hub.handleState(1, { tip: 0, digest: 1 }, now)) sent += 1;
      hub.take(now, NOW_MS);
    }
    expect(sent).toBeGreaterThan(3);
    expect(sent).toBeLessThan(12);
  });

  test("[DLV38] what a client lacks after having said that it had it comes with the whole document", () => {
    const hub = new Hub({ seed: 1 });
    const seats = [join(hub, 1), join(hub, 2)];
    for (let i = 0; i < 3; i++) seats[0]?.spoke.commit(toggle(i), NOW_MS + i, 0);
    settle(hub, seats, 0);
    hub.handleHave(2, encodeVector(new Replica({ actor: 1, seed: 1 }).vector), 5);
    expect(hub.take(5, NOW_MS)).toEqual([]);
    const forgotten = new Replica({ actor: 1, seed: 1 });
    forgotten.commit(toggle(0), NOW_MS);
    hub.handleHave(2, encodeVector(forgotten.vector), 5);
    expect(hub.take(5, NOW_MS).map(({ to, kind }) => `${kind} ${to}`)).toEqual(["snapshot 2"]);
  });
});

describe("without room time", () => {
  test("[DLV40] edits are stamped by it before they first go out, as old as they are, in their order", () => {
    const hub = new Hub({ seed: 1 });
    const spoke = new Spoke({ actor: 1, seed: 1, mayWrite: true });
    const others = new Replica({ actor: 2, seed: 1 });
    hub.join(2, { now: 0, mayWrite: true });
    hub.handleDelta(2, fromPeer(others.commit(toggle(1), NOW_MS - 1_500)), 0, NOW_MS, "socket");
    spoke.commit(toggle(1), 0, 1);
    spoke.commit(toggle(1), 0, 2);
    spoke.commit(toggle(2), 0, 2);
    const seat = join(hub, 1, [], spoke);
    settle(hub, [seat], 4);
    const swingStamp = hub.document.get(toggle(1)[0]?.key ?? { kind: "room", field: "swing" })?.stamp;
    expect(swingStamp).toEqual({ time: NOW_MS - 1_500, counter: 0, actor: 2 });
    const second = hub.document.get(toggle(2)[0]?.key ?? { kind: "room", field: "swing" })?.stamp;
    expect(second).toEqual({ time: NOW_MS - 2_000, counter: 1, actor: 1 });
    expect(spoke.digest).toBe(hub.document.digest());
    expect(spoke.unacknowledged).toBe(0);
  });

  test("[DLV40] a stamp that was sent is final", () => {
    const spoke = join(new Hub({ seed: 1 }), 1).spoke;
    const sent = spoke.commit(toggle(1), NOW_MS, 1);
    spoke.take(1, NOW_MS);
    spoke.commit(toggle(2), 0, 2);
    spoke.take(3, NOW_MS + 2_000);
    const stamps = spoke.unconfirmed().map(({ stamp }) => stamp.time);
    expect(stamps).toEqual([sent.stamp.time, NOW_MS + 1_000]);
  });

  test("[DLV40] undo knows them by the stamps they were given", () => {
    const spoke = join(new Hub({ seed: 1 }), 1).spoke;
    const undo = new UndoHistory();
    const { document } = spoke.replica;
    const changes = changesOf(document, toggle(1));
    undo.record(changes, spoke.commit(toggle(1), 0, 1).stamp);
    spoke.take(2, NOW_MS);
    for (const { from, to } of spoke.takeNews()?.restamped ?? []) undo.restamped(from, to);
    expect(undo.undo(document)).toMatchObject({ skipped: 0, writes: [{ value: null }] });
  });

  test("[DLV41] a transport change made without it stays here, and ends when the room's own comes", () => {
    const hub = new Hub({ seed: 1 });
    const transport = { kind: "room", field: "transport" } as const;
    const timeline = (tempo: number): Timeline => ({
      base: { fromTime: roomTime(0), fromBeat: 0, tempo, running: true },
      next: null,
    });
    hub.writeAsServer([{ key: transport, value: timeline(120) }], 5);
    const spoke = new Spoke({ actor: 1, seed: 1, mayWrite: true });
    spoke.commit([{ key: transport, value: timeline(99) }, ...toggle(3)], 0, 1);
    expect(spoke.replica.document.get(transport)?.value).toMatchObject({ base: { tempo: 99 } });
    const seat = join(hub, 1, [], spoke);
    settle(hub, [seat], 2);
    for (const document of [hub.document, spoke.replica.document])
      expect(document.get(transport)?.value).toMatchObject({ base: { tempo: 120 } });
    expect([hub.vector.highest(1), spoke.digest]).toEqual([1, hub.document.digest()]);
    expect(hub.document.notes(1, 0)).toHaveLength(1);
  });
});
