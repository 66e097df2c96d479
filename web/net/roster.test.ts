import { expect, test } from "vitest";
import type { Peer, Role, Status } from "#shared/protocol/messages.ts";
import { Roster } from "./roster.ts";

const ME = 1;
const peer = (actor: number, role: Role, ...direct: number[]): Peer => {
  const clock = { state: "locked", offset: 0, errorBound: 0.001, rtt: actor / 100 } as const;
  const status: Status = { clock, rung: "mesh", direct, losing: false, sound: "on", renderAhead: 0.04 };
  return { actor, member: actor, name: `N${actor}`, color: 0, role, status };
};
const roster = (...peers: Peer[]): Roster => {
  const made = new Roster();
  made.begin([peer(ME, "leader"), ...peers]);
  return made;
};
const silent = { input: false, mix: false, mixHasInput: false };

test("[LST2] hands go without the server while everybody here hears them directly", () => {
  expect(roster().isHeardDirectly(ME)).toBe(true);
  expect(roster(peer(2, "performer", ME), peer(3, "performer", ME)).isHeardDirectly(ME)).toBe(true);
  expect(roster(peer(2, "performer", ME), peer(3, "performer", 2)).isHeardDirectly(ME)).toBe(false);
  expect(roster({ ...peer(2, "performer", ME), status: null }).isHeardDirectly(ME)).toBe(false);
  const heard = roster(peer(2, "performer", ME));
  heard.handleMessage({ type: "listeners", count: 1, relayed: true });
  expect(heard.isHeardDirectly(ME)).toBe(false);
  heard.handleMessage({ type: "listeners", count: 1, relayed: false });
  expect(heard.isHeardDirectly(ME)).toBe(true);
});

test("[TL6] performers whose clock is locked are as far away as they say, and nobody else counts", () => {
  const free = peer(4, "performer");
  const unlocked = {
    ...free,
    status: { ...free.status, clock: { ...free.status?.clock, state: "unlocked" } },
  };
  const here = roster(peer(2, "performer"), peer(3, "listener"), unlocked as Peer);
  expect(here.distances).toEqual([
    { rtt: 0.01, renderAhead: 0.04 },
    { rtt: 0.02, renderAhead: 0.04 },
  ]);
});

test("who leaves sends no sound any more, and a welcome begins anew", () => {
  const here = roster(peer(2, "performer"));
  here.handleMessage({ type: "peer", peer: peer(3, "performer") });
  for (const from of [2, 3]) here.handleMessage({ type: "air", from, ...silent, mix: true });
  here.handleMessage({ type: "programme", onAir: 2, standBy: 3 });
  here.handleMessage({ type: "left", actor: 3 });
  expect([...here.peers.keys()]).toEqual([ME, 2]);
  expect([...here.air.keys()]).toEqual([2]);
  here.begin([peer(ME, "leader")]);
  expect(here.peers.size).toBe(1);
  expect(here.air.size).toBe(0);
  expect(here.programme).toBeNull();
});
