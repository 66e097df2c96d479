/** For tests: spokes that a hub has welcomed, and sockets between them that take no time. */
import { encodeDelta } from "./codec.ts";
import type { Delta, Write } from "./delta.ts";
import type { Hub } from "./hub.ts";
import { Spoke } from "./spoke.ts";

export const NOW_MS = 60_000;
export const swing = (value: number): Write[] => [{ key: { kind: "room", field: "swing" }, value }];
export const toggle = (step: number, track = 1): Write[] => [
  {
    key: { kind: "note", track, pattern: 0, step, pitch: 60 },
    value: { velocity: 100, gate: 1, probability: 1, ratchet: 1 },
  },
];

export interface Seat {
  readonly actor: number;
  readonly spoke: Spoke;
}

export function join(hub: Hub, actor: number, earlier: number[] = [], spoke?: Spoke): Seat {
  const seat = { actor, spoke: spoke ?? new Spoke({ actor, seed: 1, mayWrite: true }) };
  seat.spoke.setServerOpen(true, 0);
  hub.join(actor, { now: 0, mayWrite: true, earlier });
  seat.spoke.handleServerFrame(hub.snapshotFrame(NOW_MS), 0, NOW_MS);
  return seat;
}

/** Everything that is due goes over the sockets, there and back, until nothing is. */
export function settle(hub: Hub, seats: readonly Seat[], now: number): string[] {
  const kinds: string[] = [];
  for (let round = 0; round < 20; round++) {
    const at = now + round * 0.05;
    for (const { actor, spoke } of seats)
      for (const { to, bytes, kind } of spoke.take(at, NOW_MS)) {
        if (to !== "server") continue;
        if (kind === "have") hub.handleHave(actor, bytes, at);
        else hub.handleDelta(actor, bytes, at, NOW_MS, "socket");
      }
    hub.stored(hub.takeUnstored(), at);
    for (const { to, bytes, kind } of hub.take(at, NOW_MS)) {
      kinds.push(`${kind} ${to}`);
      seats.find(({ actor }) => actor === to)?.spoke.handleServerFrame(bytes, at, NOW_MS);
    }
  }
  return kinds;
}

export const fromPeer = (delta: Delta) => encodeDelta(delta, { explicitActor: false, nowMs: 0 });
