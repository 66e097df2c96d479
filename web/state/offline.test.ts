import { beforeEach, expect, test } from "vitest";
import { decodeDelta } from "#shared/document/codec.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { Hub } from "#shared/document/hub.ts";
import { countEdits, packEdits, type PackedEdits, unpackEdits } from "#shared/document/own-edits.ts";
import { Spoke } from "#shared/document/spoke.ts";
import { packUndo, type PackedUndo, unpackUndo } from "#shared/document/undo-record.ts";
import { changesOf, UndoHistory } from "#shared/document/undo.ts";
import type { Role } from "#shared/protocol/messages.ts";
import { localTime } from "#shared/time/instants.ts";
import type { Welcome } from "../net/signaling-socket.ts";
import type { KeptJam } from "./kept-jam.ts";
import { Offline, type OfflineOptions } from "./offline.ts";
import type { OpenedStore, OwnRows } from "./offline-store.ts";

const swing = (value: number): Write[] => [{ key: { kind: "room", field: "swing" }, value }];
const ROOM_MS = 500_000;
const clock = { now: () => localTime(1), fromPerformance: localTime, toPerformance: Number };

/** What one browser holds on disk, from page to page. */
let disk: { jam: KeptJam | undefined; edits: PackedEdits | undefined; undo: PackedUndo | undefined };
/** What can be taken back in the page that is open. */
let undo: PackedUndo | null;
let said: string[];
beforeEach(() => {
  disk = { jam: undefined, edits: undefined, undo: undefined };
  undo = null;
  said = [];
});

const options: OfflineOptions = {
  clock,
  authors: () => new Map([[1, { name: "Ann", color: 2 }]]),
  undo: () => undo,
  say: (text) => said.push(text),
};

/** What that browser gives the tab that has this room. */
const opened = (): OpenedStore => ({
  store: {
    writeJam: async (jam: KeptJam) => void (disk.jam = jam),
    writeOwn: async (rows: OwnRows) =>
      void (disk = { ...disk, edits: rows.edits ?? undefined, undo: rows.undo ?? undefined }),
    noteOwn: () => undefined,
  },
  ...disk,
});

/** A page of that browser. */
const page = (): Offline => new Offline(opened(), options);
/** Another, while that one is open. */
const secondTab = (): Offline => new Offline(null, options);

interface Room {
  readonly hub: Hub;
  /** Every delta that any actor has sent. */
  readonly sent: Delta[];
}
const room = (): Room => ({ hub: new Hub({ seed: 1 }), sent: [] });

/** This page is let in as that actor. `pump` carries frames both ways until nothing is left to say. */
function enter(offline: Offline, { hub, sent }: Room, actor: number, role: Role = "performer") {
  const mayWrite = role !== "listener";
  const spoke = new Spoke({ actor, seed: 1, mayWrite });
  const welcome = { room: "r", seed: 1, actor, actorKey: `key${actor}`, member: 1, role } as Welcome;
  const restamped = offline.begin({ welcome, spoke }, () => ROOM_MS);
  hub.join(actor, { now: 1, mayWrite, earlier: offline.earlier.map((life) => life.actor) });
  spoke.setServerOpen(true, 1);
  let now = 2;
  const pump = (): void => {
    for (const end = now + 6; now < end; now++) {
      for (const { bytes } of spoke.take(now, ROOM_MS)) {
        // Its own, or one that names its author.
        for (const author of [actor, null]) {
          const delta = decodeDelta(bytes, { actor: author, nowMs: ROOM_MS, highestSeq: () => 0 });
          if (delta.ok) sent.push(delta.value);
        }
        hub.handleDelta(actor, bytes, now, ROOM_MS, "socket");
      }
      hub.stored(hub.takeUnstored(), now);
      for (const { to, bytes } of hub.take(now, ROOM_MS))
        if (to === actor) spoke.handleServerFrame(bytes, now, ROOM_MS);
    }
  };
  const arrive = (): void => {
    spoke.handleServerFrame(hub.snapshotFrame(ROOM_MS), 1, ROOM_MS);
    offline.arrive();
    pump();
  };
  return { spoke, restamped, arrive, pump };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Once all that was made is confirmed, no row is left of it. */
async function keepsNothing(offline: Offline): Promise<void> {
  offline.editsChanged();
  offline.flush();
  await settle();
  expect(disk.edits).toBeUndefined();
}

/** Somebody was here before, and left a jam with this swing. */
async function visited(at: Room): Promise<void> {
  const first = page();
  const life = enter(first, at, 1);
  life.arrive();
  // A minute ago: the room's time stands still here, and the age of what comes later is told by the real clock.
  life.spoke.commit(swing(54), ROOM_MS - 60_000, 1);
  life.pump();
  first.jamChanged();
  first.flush();
  await settle();
}

test("[OFF9] the next page shows the jam of the last, in its role, with what waits on top", async () => {
  const at = room();
  await visited(at);
  disk.edits = packEdits({ lives: [], loose: [{ madeMs: 1, writes: swing(66) }] });
  const { jam } = page();
  expect(jam?.kept).toMatchObject({ role: "performer", self: { actor: 1, name: "Ann", color: 2 } });
  expect(jam?.replica.document.jam().swing).toBe(66);
});

test("[OFF3] what a page made without an actor goes out once, through the actor of the page that comes in", async () => {
  const at = room();
  await visited(at);
  const alone = page();
  alone.commit(swing(60));
  alone.commit(swing(61));
  alone.flush();
  await settle();
  const again = page();
  expect(again.waiting).toBe(2);
  expect(again.jam?.replica.document.jam().swing).toBe(61);
  at.sent.length = 0;
  const life = enter(again, at, 2);
  await settle();
  // From here on it is the new actor's own, on disk too: a crash now writes nothing anew.
  expect(unpackEdits(disk.edits).edits).toMatchObject({ lives: [{ actor: 2 }], loose: [] });
  life.arrive();
  expect(at.sent.map(({ actor, writes }) => [actor, writes[0]?.value])).toEqual([
    [2, 60],
    [2, 61],
  ]);
  expect(at.hub.document.jam().swing).toBe(61);
  expect(again.waiting).toBe(0);
  await keepsNothing(again);
});

test("[OFF3] undo is told of the stamps that its own edits have got, those of an earlier page too", async () => {
  const at = room();
  await visited(at);
  disk.edits = packEdits({ lives: [], loose: [{ madeMs: 1, writes: swing(66) }] });
  const alone = page();
  const made = alone.commit(swing(60));
  const { restamped, spoke } = enter(alone, at, 2);
  const [kept, own] = spoke.unconfirmed();
  expect(restamped).toMatchObject([{ to: kept?.stamp }, { from: made?.stamp, to: own?.stamp }]);
});

test("[OFF3] a listener's page leaves what waits for the next that may write", async () => {
  const at = room();
  await visited(at);
  disk.edits = packEdits({ lives: [], loose: [{ madeMs: 1, writes: swing(66) }] });
  const before = structuredClone(disk.edits);
  const listening = page();
  const life = enter(listening, at, 2, "listener");
  life.arrive();
  listening.editsChanged();
  listening.flush();
  await settle();
  expect(disk.edits).toEqual(before);
  expect(listening.waiting).toBe(0);
});

test("[OFF4] an own edit is on disk until the server has it", async () => {
  const at = room();
  const first = page();
  const life = enter(first, at, 1);
  life.arrive();
  life.spoke.commit(swing(60), ROOM_MS, 1);
  first.editsChanged();
  first.flush();
  await settle();
  expect(unpackEdits(disk.edits).edits.lives).toMatchObject([
    { actor: 1, actorKey: "key1", deltas: [{ seq: 1 }] },
  ]);
  life.pump();
  await keepsNothing(first);
});

test("[OFF2] what an actor had stamped goes out as itself, and is kept until the server has it", async () => {
  const at = room();
  const first = page();
  const life = enter(first, at, 1);
  life.arrive();
  // Far above the window of a server that knows nothing of this actor.
  for (let i = 0; i < 100; i++) {
    life.spoke.commit(swing(50 + (i % 20)), ROOM_MS + i, 1);
    if (i < 98) life.pump();
  }
  first.editsChanged();
  first.flush();
  await settle();

  const again = page();
  expect(again.waiting).toBe(2);
  expect(again.earlier).toEqual([{ actor: 1, actorKey: "key1" }]);
  at.hub.leave(1);
  at.sent.length = 0;
  const next = enter(again, at, 2);
  expect(again.waiting).toBe(2);
  again.flush();
  await settle();
  expect(countEdits(unpackEdits(disk.edits).edits)).toBe(2);
  next.arrive();
  expect(at.sent.map(({ actor, seq }) => [actor, seq])).toEqual([
    [1, 99],
    [1, 100],
  ]);
  expect(at.hub.document.digest()).toBe(next.spoke.replica.document.digest());
  expect(again.waiting).toBe(0);
  await keepsNothing(again);
});

test("[OFF2] what the server had already is cleared without another word", async () => {
  const at = room();
  const first = page();
  const life = enter(first, at, 1);
  life.arrive();
  life.spoke.commit(swing(60), ROOM_MS, 1);
  first.editsChanged();
  first.flush();
  await settle();
  life.pump();

  const again = page();
  enter(again, at, 2).arrive();
  again.flush();
  await settle();
  expect(disk.edits).toBeUndefined();
});

test("[OFF2] an actor of this page that is not given back leaves nothing to be offered twice", async () => {
  const at = room();
  await visited(at);
  const earlier = new Spoke({ actor: 4, seed: 1, mayWrite: true });
  const deltas = [earlier.commit(swing(66), ROOM_MS, 1)];
  disk.edits = packEdits({ lives: [{ actor: 4, actorKey: "key4", deltas }], loose: [] });
  const offline = page();
  const life = enter(offline, at, 2);
  life.spoke.handleServerFrame(at.hub.snapshotFrame(ROOM_MS), 1, ROOM_MS);
  offline.arrive();
  const next = enter(offline, at, 3);
  expect(next.spoke.unacknowledged).toBe(0);
  expect(offline.earlier).toEqual([]);
});

test("[OFF7] a store with nonsense in it is said, and the jam goes on", () => {
  disk = {
    jam: { room: 7 } as unknown as KeptJam,
    edits: "x" as unknown as PackedEdits,
    undo: { done: 3 } as unknown as PackedUndo,
  };
  const offline = page();
  expect(offline.jam).toBeNull();
  expect(offline.waiting).toBe(0);
  expect(said).toEqual(["1 edit that this browser had kept cannot be read any more."]);
});

test("[OFF10] without a store everything works, and nothing is called kept", () => {
  const at = room();
  const offline = secondTab();
  const life = enter(offline, at, 1);
  life.arrive();
  life.spoke.commit(swing(60), ROOM_MS, 1);
  offline.editsChanged();
  offline.flush();
  expect(offline.keeps).toBe(false);
  expect(offline.waiting).toBe(1);
});

test("[OFL2] a second tab that takes over delivers what the first had left, once, beside its own", async () => {
  const at = room();
  const first = page();
  const lost = enter(first, at, 1);
  lost.arrive();
  const second = secondTab();
  const other = enter(second, at, 2);
  other.arrive();
  expect(second.keeps).toBe(false);
  lost.spoke.commit(swing(60), ROOM_MS, 1);
  first.editsChanged();
  first.flush();
  await settle();
  at.hub.leave(1);
  other.spoke.commit([{ key: { kind: "room", field: "root" }, value: 7 }], ROOM_MS + 1, 1);

  second.takeOver(opened());
  expect(second.keeps).toBe(true);
  expect(second.waiting).toBe(2);
  expect(second.needsActor).toBe(false);
  expect(second.earlier).toEqual([{ actor: 1, actorKey: "key1" }]);
  await settle();
  expect(unpackEdits(disk.edits).edits.lives.map(({ actor, deltas }) => [actor, deltas.length])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  // It says hello once more, as the same actor.
  at.sent.length = 0;
  at.hub.leave(2);
  at.hub.join(2, { now: 3, mayWrite: true, earlier: [1] });
  other.arrive();
  other.pump();
  expect(at.sent.map(({ actor }) => actor).toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect(at.hub.document.jam()).toMatchObject({ swing: 60, root: 7 });
  expect(second.waiting).toBe(0);
  await keepsNothing(second);
});

test("[OFL2] what the first tab made without an actor is written anew by a new one of the second's", async () => {
  const at = room();
  await visited(at);
  const first = page();
  const second = secondTab();
  const other = enter(second, at, 2);
  other.arrive();
  first.commit(swing(61));
  first.flush();
  await settle();
  second.takeOver(opened());
  expect(second.needsActor).toBe(true);
  expect(second.waiting).toBe(1);
  await settle();
  expect(countEdits(unpackEdits(disk.edits).edits)).toBe(1);
  at.sent.length = 0;
  const next = enter(second, at, 3);
  expect(second.needsActor).toBe(false);
  next.arrive();
  expect(at.sent.map(({ actor, writes }) => [actor, writes[0]?.value])).toEqual([[3, 61]]);
  expect(second.waiting).toBe(0);
});

test("[OFL2] what has no actor waits for a new one for as long as the second tab's own edits are on their way", async () => {
  const at = room();
  await visited(at);
  const first = page();
  const second = secondTab();
  const other = enter(second, at, 2);
  other.arrive();
  other.spoke.commit([{ key: { kind: "room", field: "root" }, value: 7 }], ROOM_MS, 1);
  first.commit(swing(61));
  first.flush();
  await settle();
  second.takeOver(opened());
  // The same actor is let in again, and delivers its own.
  other.arrive();
  other.pump();
  expect([second.needsActor, second.waiting, other.spoke.unacknowledged]).toEqual([true, 1, 0]);
  second.flush();
  await settle();
  expect(countEdits(unpackEdits(disk.edits).edits)).toBe(1);
  const next = enter(second, at, 3);
  next.arrive();
  expect(at.hub.document.jam()).toMatchObject({ swing: 61, root: 7 });
  expect([second.needsActor, second.waiting]).toEqual([false, 0]);
});

test("[OFL2] a second tab that was never let in shows the jam when it takes over, with what waits on top", async () => {
  const at = room();
  await visited(at);
  const first = page();
  const second = secondTab();
  expect(second.jam).toBeNull();
  first.commit(swing(63));
  first.flush();
  await settle();
  second.takeOver(opened());
  expect(second.jam?.replica.document.jam().swing).toBe(63);
  second.commit(swing(64));
  second.flush();
  await settle();
  expect(unpackEdits(disk.edits).edits.loose).toHaveLength(2);
});

test("[OFL4] what was made without an actor can be taken back in the next page, and when it is in the room", async () => {
  const at = room();
  await visited(at);
  const history = new UndoHistory();
  const alone = page();
  const { document } = alone.jam?.replica ?? {};
  if (!document) throw new Error("no jam");
  const changes = changesOf(document, swing(60));
  const made = alone.commit(swing(60));
  if (made) history.record(changes, made.stamp);
  undo = packUndo(history.stacks);
  alone.undoChanged();
  alone.flush();
  await settle();

  const again = page();
  const restored = new UndoHistory();
  restored.restore(unpackUndo(again.undo));
  expect(restored.undo(again.jam?.replica.document ?? document)).toMatchObject({
    writes: swing(54),
    skipped: 0,
  });
  const life = enter(again, at, 2);
  for (const { from, to } of life.restamped) restored.restamped(from, to);
  life.arrive();
  expect(restored.undo(life.spoke.replica.document)).toMatchObject({ writes: swing(54), skipped: 0 });
});

test("[OFL7] an opened jam's tempo is kept until the room has it", async () => {
  const at = room();
  await visited(at);
  const alone = page();
  alone.commit(swing(60));
  alone.tempo = { tempo: 90, before: 120, madeMs: 5 };
  alone.flush();
  await settle();
  const again = page();
  expect(again.tempo).toEqual({ tempo: 90, before: 120, madeMs: 5 });
  enter(again, at, 2).arrive();
  again.tempo = null;
  again.flush();
  await settle();
  expect(page().tempo).toBeNull();
});
