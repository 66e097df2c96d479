import { beforeEach, expect, test, vi } from "vitest";
import { decodeDelta } from "#shared/document/codec.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { Hub } from "#shared/document/hub.ts";
import { countEdits, packEdits, type PackedEdits, unpackEdits } from "#shared/document/own-edits.ts";
import { Spoke } from "#shared/document/spoke.ts";
import type { Role } from "#shared/protocol/messages.ts";
import { localTime } from "#shared/time/instants.ts";
import type { Welcome } from "../net/signaling-socket.ts";
import type { KeptJam } from "./kept-jam.ts";
import { Offline } from "./offline.ts";

const swing = (value: number): Write[] => [{ key: { kind: "room", field: "swing" }, value }];
const ROOM_MS = 500_000;
const clock = { now: () => localTime(1), fromPerformance: localTime, toPerformance: Number };

/** What one browser holds on disk, from page to page. */
let disk: { jam: KeptJam | undefined; edits: PackedEdits | undefined };
let said: string[];
beforeEach(() => {
  disk = { jam: undefined, edits: undefined };
  said = [];
});

/** A page of that browser. */
function page(): Offline {
  const store = {
    writeJam: async (jam: KeptJam) => void (disk.jam = jam),
    writeEdits: async (edits: PackedEdits | null) => void (disk.edits = edits ?? undefined),
    noteEdits: () => undefined,
  };
  return new Offline(
    { store, ...disk },
    { clock, authors: () => new Map([[1, { name: "Ann", color: 2 }]]), say: (text) => said.push(text) },
  );
}

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

/** Somebody was here before, and left a jam with this swing. */
async function visited(at: Room): Promise<void> {
  const first = page();
  const life = enter(first, at, 1);
  life.arrive();
  life.spoke.commit(swing(54), ROOM_MS, 1);
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
  again.editsChanged();
  again.flush();
  await settle();
  expect(disk.edits).toBeUndefined();
});

test("[OFF3] undo is told of the stamps that this page's own edits have got", async () => {
  const at = room();
  await visited(at);
  disk.edits = packEdits({ lives: [], loose: [{ madeMs: 1, writes: swing(66) }] });
  const alone = page();
  const made = alone.commit(swing(60));
  const { restamped, spoke } = enter(alone, at, 2);
  expect(restamped).toEqual([{ from: made?.stamp, to: spoke.unconfirmed()[1]?.stamp }]);
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
  first.editsChanged();
  first.flush();
  await settle();
  expect(disk.edits).toBeUndefined();
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
  again.editsChanged();
  again.flush();
  await settle();
  expect(disk.edits).toBeUndefined();
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
  disk = { jam: { room: 7 } as unknown as KeptJam, edits: "x" as unknown as PackedEdits };
  const offline = page();
  expect(offline.jam).toBeNull();
  expect(offline.waiting).toBe(0);
  expect(said).toEqual(["1 edit that this browser had kept cannot be read any more."]);
});

test("[OFF10] without a store everything works, and nothing is called kept", () => {
  const at = room();
  const offline = new Offline(null, { clock, authors: () => new Map(), say: vi.fn() });
  const life = enter(offline, at, 1);
  life.arrive();
  life.spoke.commit(swing(60), ROOM_MS, 1);
  offline.editsChanged();
  offline.flush();
  expect(offline.keeps).toBe(false);
  expect(offline.waiting).toBe(1);
});
