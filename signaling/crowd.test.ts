/** What a room hears of its audience: a number, seldom, and nothing of who they are. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Peer, ServerMessage, Status } from "#shared/protocol/messages.ts";
import { bandFor, Crowd, crowdOf } from "./crowd.ts";
import { join, makeRoom } from "./test-client.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();

const status = (sound: Status["sound"], ...direct: number[]): Status => ({
  clock: { state: "locked", offset: 0, errorBound: 0.001, rtt: 0.01 },
  rung: "relay",
  direct,
  sound,
  renderAhead: 0,
});
const peer = (actor: number, role: Peer["role"], said: Status | null = null): Peer => ({
  actor,
  member: actor,
  name: `N${actor}`,
  color: 0,
  role,
  status: said,
});

describe("an audience", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("[LST1] two hundred that come and go cost each performer one message a second at most", () => {
    const roster: Peer[] = [peer(1, "leader")];
    const told: ServerMessage[] = [];
    const crowd = new Crowd({
      now: () => performance.now() / 1_000,
      membership: { roster: () => roster },
      outlets: { broadcast: (message) => void told.push(message), get: () => undefined },
    });
    const SECONDS = 10;
    for (let i = 0; i < 200; i++) {
      if (i % 3 === 2) roster.pop();
      else roster.push(peer(i + 2, "listener"));
      crowd.changed();
      vi.advanceTimersByTime((SECONDS * 1_000) / 200);
    }
    vi.advanceTimersByTime(1_000);
    expect(told.length).toBeLessThanOrEqual(SECONDS + 2);
    expect(told.at(-1)).toEqual({ type: "listeners", count: roster.length - 1, relayed: false });
    for (const message of told) expect(JSON.stringify(message).length).toBeLessThan(60);
    const before = told.length;
    crowd.changed();
    vi.advanceTimersByTime(5_000);
    expect(told.length).toBe(before);
    crowd.close();
  });
});

test("[LST1] nobody is told who listens, but for who does", async () => {
  const { links } = await makeRoom(house.server.url, "relay");
  const ada = await join(house.server.url, links.leader);
  const eve = await join(house.server.url, links.listener, { name: "Eve" });
  expect(await ada.client.text("listeners")).toMatchObject({ count: 1 });
  expect(await eve.client.text("listeners")).toMatchObject({ count: 1 });
  expect(eve.welcome.roster.map(({ role }) => role)).toEqual(["leader", "listener"]);
  eve.client.send({ type: "profile", name: "Eva" });
  expect((await eve.client.text("peer")).peer.name).toBe("Eva");
  const max = await join(house.server.url, links.performer);
  expect(max.welcome.roster.map(({ role }) => role)).toEqual(["leader", "performer"]);
  expect(await max.client.text("listeners")).toMatchObject({ count: 1 });
  eve.client.socket.close();
  expect(await ada.client.text("listeners")).toMatchObject({ count: 0 });
  const heard = ada.client.pending().flatMap((each) => ("text" in each ? [each.text] : []));
  expect(heard.filter(({ type }) => type === "left")).toEqual([]);
  expect(JSON.stringify(heard)).not.toContain('listener"');
});

test("[LST2] performers send their hands through the server for who renders and does not hear them directly", () => {
  const band = [peer(1, "leader"), peer(2, "performer")];
  const relayed = (...listeners: Peer[]) => crowdOf([...band, ...listeners]).relayed;
  expect(relayed()).toBe(false);
  expect(relayed(peer(3, "listener"))).toBe(false);
  expect(relayed(peer(3, "listener", status("off")))).toBe(false);
  expect(relayed(peer(3, "listener", status("on", 1, 2)))).toBe(false);
  expect(relayed(peer(3, "listener", status("on", 1)))).toBe(true);
  expect(bandFor([...band, peer(3, "listener"), peer(4, "listener")], 4).map(({ actor }) => actor)).toEqual([
    1, 2, 4,
  ]);
});

test("[LST2] a listener that begins to render is such a one, and one that hears everybody is not", async () => {
  const { links } = await makeRoom(house.server.url, "relay");
  const ada = await join(house.server.url, links.leader);
  const eve = await join(house.server.url, links.listener);
  const relayed = async () => (await ada.client.text("listeners")).relayed;
  expect(await relayed()).toBe(false);
  eve.client.send({ type: "status", status: status("on") });
  expect(await relayed()).toBe(true);
  eve.client.send({ type: "status", status: status("on", ada.welcome.actor) });
  expect(await relayed()).toBe(false);
});
