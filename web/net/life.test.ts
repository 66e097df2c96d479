/** One actor's copy between a real hub and what the page is told; its fast paths reach nobody. */
import { expect, test } from "vitest";
import { Hub } from "#shared/document/hub.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import { localTime, roomTime } from "#shared/time/instants.ts";
import { RoomClock } from "#shared/time/room-clock.ts";
import { zeroCounters } from "./counters.ts";
import { Life, type LifeEvents } from "./life.ts";
import type { RoomMessage, Welcome } from "./signaling-socket.ts";

const NOW = localTime(100);
const SWING = { kind: "room", field: "swing" } as const;

function house() {
  const hub = new Hub({ seed: 1 });
  const time = { now: NOW };
  const roomClock = new RoomClock();
  roomClock.seed(NOW, roomTime(60));
  /** A life of this actor's, let in by the hub, and what it sends and tells. */
  const enter = (actor: number) => {
    const sent: Uint8Array[] = [];
    const told: string[] = [];
    const events = new Emitter<LifeEvents>();
    for (const name of ["changed", "restamped", "score", "delivery", "rungs"] as const)
      events.on(name, () => told.push(name));
    const welcome = { actor, role: "performer", seed: 1, roster: [], iceServers: [], topology: "relay" };
    const life = new Life({
      welcome: welcome as unknown as Welcome,
      socket: { sendFrame: (bytes: Uint8Array) => sent.push(bytes) } as never,
      relay: { broadcast: (_: string, bytes: Uint8Array) => sent.push(bytes) } as never,
      requests: {} as never,
      roomClock,
      pings: { hurry: () => undefined },
      peers: new Map(),
      counters: zeroCounters(),
      random: Math.random,
      clock: { now: () => time.now } as never,
      events,
      turn: () => undefined,
    });
    hub.join(actor, { now: NOW, mayWrite: true });
    life.handleWelcome(welcome as unknown as Welcome, NOW);
    life.handleFrame(hub.snapshotFrame(60_000, actor));
    life.turn(NOW);
    sent.length = 0;
    return { life, sent, told, events };
  };
  return { hub, time, enter };
}

test("[JRN6] while the disk takes nothing edits stay here, and go out with a pong afterwards", () => {
  const { hub, time, enter } = house();
  const { life, sent, told } = enter(3);
  expect(told).toEqual(["score"]);
  life.handleMessage({ type: "storage", writable: false } as RoomMessage);
  expect(life.commit([{ key: SWING, value: 60 }])?.actor).toBe(3);
  expect(sent).toEqual([]);
  expect(life.spoke.unacknowledged).toBe(1);
  life.handleMessage({ type: "storage", writable: true } as RoomMessage);
  time.now = localTime(NOW + 2);
  const pong = { id: 1, clockEpoch: 1, received: 60, sent: 60, serverDelay: 0 };
  life.handlePong({ ...pong, tip: hub.tip() });
  life.turn(time.now);
  expect(sent.map(frameKind)).toContain("delta");
  expect(told).toEqual(["score", "delivery", "delivery"]);
});

test("what the server confirms and what others change is told", () => {
  const { hub, enter } = house();
  const [me, other] = [enter(3), enter(4)];
  me.life.commit([{ key: SWING, value: 60 }]);
  for (const bytes of me.sent) hub.handleDelta(3, bytes, NOW, 60_000, "socket");
  hub.stored(hub.takeUnstored(), NOW);
  for (const { to, bytes } of hub.take(NOW, 60_000)) (to === 3 ? me : other).life.handleFrame(bytes);
  expect(me.told).toEqual(["score", "delivery"]);
  expect(me.life.spoke.unacknowledged).toBe(0);
  expect(other.told).toEqual(["score", "changed"]);
  expect(other.life.spoke.replica.document.jam().swing).toBe(60);
});

test("[DLV28] what the life before had not delivered is written again, and undo is told its new stamps", () => {
  const { enter } = house();
  const before = enter(3).life;
  const lost = before.commit([{ key: SWING, value: 60 }]);
  const { life, sent, events } = enter(5);
  const restamped: unknown[] = [];
  events.on("restamped", (stamps) => restamped.push(...stamps));
  life.inherit(before);
  expect(restamped).toEqual([{ from: lost?.stamp, to: expect.objectContaining({ actor: 5 }) }]);
  life.turn(NOW);
  expect(sent.map(frameKind)).toContain("delta");
  expect(life.spoke.replica.document.jam().swing).toBe(60);
});
