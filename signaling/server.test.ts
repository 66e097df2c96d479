/** The server over real sockets: who comes in, what passes between them, and what a role may not do. */
import { readdir, rm } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeDelta, decodeVector, encodeDelta } from "#shared/document/codec.ts";
import { ERRORS } from "#shared/protocol/errors.ts";
import { decodePong, encodePing, FRAME } from "#shared/protocol/frames.ts";
import type { Status } from "#shared/protocol/messages.ts";
import {
  isDelta,
  join,
  makeRoom,
  note,
  replicaOf,
  TestClient,
  tokenOf,
  type Welcome,
} from "./test-client.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();

const status: Status = {
  clock: { state: "locked", offset: 0, errorBound: 0.001, rtt: 0.01 },
  rung: "relay",
  direct: [],
  sound: "on",
  renderAhead: 0.04,
};

test("[API6] a port in use is said in a sentence", async () => {
  await expect(house.start({ port: house.server.port })).rejects.toThrow(
    `Port ${house.server.port} on 127.0.0.1 is in use`,
  );
});

describe("joining", () => {
  test("[WS1] hello is answered by welcome and the snapshot of a jam that already plays something", async () => {
    const { links } = await makeRoom(house.server.url);
    const { client, welcome, snapshot } = await join(house.server.url, links.performer, { name: "Ada" });
    expect(welcome).toMatchObject({ role: "performer", topology: "mesh", authors: [] });
    expect(Object.keys(welcome.links)).toEqual(["performer", "listener"]);
    expect(welcome.roster).toMatchObject([
      { actor: welcome.actor, name: "Ada", role: "performer", status: null },
    ]);
    const jam = replicaOf(welcome, snapshot).document.jam();
    expect(jam.tracks).toHaveLength(8);
    client.socket.close();
  });

  test("[WS2] a link that is wrong, expired, of no room or of another version is refused with its code", async () => {
    const { links } = await makeRoom(house.server.url);
    const refused = async (hello: Record<string, unknown> | string) => {
      const client = await new TestClient(house.server.url).opened();
      client.send(hello);
      const { code } = await client.text("error");
      expect(await client.closed()).toBe(ERRORS[code as keyof typeof ERRORS].close);
      return code;
    };
    const token = tokenOf(links.performer);
    expect(await refused({ type: "hello", major: 1, minor: 0, token: `${token}x` })).toBe("TOKEN_INVALID");
    expect(await refused({ type: "hello", major: 9, minor: 0, token })).toBe("VERSION");
    expect(await refused({ type: "hello", major: 1, minor: 0 })).toBe("HELLO_EXPECTED");
    expect(await refused({ type: "profile", name: "x" })).toBe("HELLO_EXPECTED");
    expect(await refused("no json")).toBe("HELLO_EXPECTED");
    for (const file of await readdir(joinPath(house.dataDir, "rooms")))
      await rm(joinPath(house.dataDir, "rooms", file));
    expect(await refused({ type: "hello", major: 1, minor: 9, token })).toBe("ROOM_UNKNOWN");
  });

  test("[WS2] a full room says so", async () => {
    await house.restart({ maxPerformers: 1 });
    const { links } = await makeRoom(house.server.url);
    await join(house.server.url, links.performer);
    const second = await new TestClient(house.server.url).opened();
    second.hello(links.leader);
    expect((await second.text("error")).code).toBe("ROOM_FULL");
    await join(house.server.url, links.listener);
  });

  test("[WS3] a reload is the same member, a lost connection the same actor", async () => {
    const { links } = await makeRoom(house.server.url);
    const first = await join(house.server.url, links.performer, { name: "Ada" });
    const { memberKey, actor, actorKey, member } = first.welcome;
    const tab = await join(house.server.url, links.performer, { memberKey });
    expect(tab.welcome).toMatchObject({ member, memberKey });
    expect(tab.welcome.actor).not.toBe(actor);
    const again = await join(house.server.url, links.performer, { memberKey, resume: { actor, actorKey } });
    expect(again.welcome).toMatchObject({ member, actor });
    expect(await first.client.closed()).toBe(ERRORS.REPLACED.close);
    expect(again.welcome.roster).toHaveLength(2);
    const forged = await join(house.server.url, links.performer, {
      memberKey,
      resume: { actor, actorKey: "x" },
    });
    expect(forged.welcome.actor).not.toBe(actor);
  });

  test("[WS4] the others hear who comes, changes and goes", async () => {
    const { links } = await makeRoom(house.server.url);
    const ada = await join(house.server.url, links.leader, { name: "Ada" });
    const ben = await join(house.server.url, links.performer, { name: "Ben" });
    const { actor } = ben.welcome;
    const of = ({ peer }: { peer: { actor: number } }) => peer.actor === actor;
    expect((await ada.client.text("peer", of)).peer).toMatchObject({ name: "Ben", color: 2, status: null });
    ben.client.send({ type: "profile", name: "Bea", color: 7 });
    expect((await ada.client.text("peer", of)).peer).toMatchObject({ name: "Bea", color: 7 });
    ben.client.send({ type: "status", status });
    expect((await ada.client.text("peer", of)).peer.status).toEqual(status);
    ben.client.socket.terminate();
    expect(await ada.client.text("left")).toEqual({ type: "left", actor });
  });
});

describe("the relay", () => {
  test("[WS5] a delta reaches the others and is acknowledged to its author", async () => {
    const { links } = await makeRoom(house.server.url);
    const ada = await join(house.server.url, links.performer);
    const ben = await join(house.server.url, links.performer);
    const [from, to] = [replicaOf(ada.welcome, ada.snapshot), replicaOf(ben.welcome, ben.snapshot)];
    const nowMs = Math.floor(ada.welcome.roomTime * 1000);
    const delta = from.commit([note(3)], nowMs);
    ada.client.sendBinary(encodeDelta(delta, { explicitActor: false, nowMs }));
    const received = decodeDelta(await ben.client.frame(isDelta), {
      actor: null,
      nowMs,
      highestSeq: (actor) => to.vector.highest(actor),
    });
    expect(received).toEqual({ ok: true, value: delta });
    const acknowledged = decodeVector(await ada.client.frame((byte) => byte === FRAME.have));
    expect(acknowledged.ok && acknowledged.value.has(delta.actor, delta.seq)).toBe(true);
  });

  test("[WS6] a ping is answered at once with the room's time and tip", async () => {
    const { links } = await makeRoom(house.server.url);
    const { client, welcome, snapshot } = await join(house.server.url, links.listener);
    client.sendBinary(encodePing({ id: 513 }));
    const pong = decodePong(await client.frame((byte) => byte === FRAME.pong));
    expect(pong).toMatchObject({ id: 513, clockEpoch: welcome.clockEpoch });
    expect(pong?.tip).toBe(replicaOf(welcome, snapshot).vector.hash());
    expect(pong?.received).toBeGreaterThanOrEqual(welcome.roomTime);
    expect(pong?.sent).toBeGreaterThanOrEqual(pong?.received ?? 0);
  });

  test("[WS7] a signal goes to its addressee, from whom it says nothing itself", async () => {
    const { links } = await makeRoom(house.server.url, "mesh");
    const ada = await join(house.server.url, links.performer);
    const ben = await join(house.server.url, links.performer);
    ada.client.send({ type: "signal", to: ben.welcome.actor, data: { type: "offer", sdp: "x" } });
    expect(await ben.client.text("signal")).toEqual({
      type: "signal",
      from: ada.welcome.actor,
      data: { type: "offer", sdp: "x" },
    });
    ada.client.send({ type: "sfu", id: 4, method: "capabilities", params: {} });
    expect(await ada.client.text("sfuReply")).toEqual({ type: "sfuReply", id: 4, error: "TOPOLOGY" });
  });
});

describe("what a role may not do", () => {
  test("[WS8] a listener's delta, signal and producer are refused, and nobody hears of them", async () => {
    const { links } = await makeRoom(house.server.url);
    const ada = await join(house.server.url, links.performer);
    const attempts = [
      (client: TestClient, welcome: Welcome, snapshot: Uint8Array) => {
        const delta = replicaOf(welcome, snapshot).commit([note(1)], 1);
        client.sendBinary(encodeDelta(delta, { explicitActor: false, nowMs: 1 }));
      },
      (client: TestClient) => client.send({ type: "signal", to: ada.welcome.actor, data: {} }),
      (client: TestClient) => client.send({ type: "sfu", id: 1, method: "produceData", params: {} }),
    ];
    for (const attempt of attempts) {
      const { client, welcome, snapshot } = await join(house.server.url, links.listener);
      attempt(client, welcome, snapshot);
      expect((await client.text("error")).code).toBe("FORBIDDEN");
      expect(await client.closed()).toBe(ERRORS.FORBIDDEN.close);
    }
    expect(house.server.counters.get("errors.FORBIDDEN")).toBe(3);
    expect(house.server.counters.get("deltas.socket")).toBe(0);
    ada.client.sendBinary(encodePing({ id: 1 }));
    await ada.client.frame((byte) => byte === FRAME.pong);
    expect(ada.client.pending().filter((received) => "binary" in received)).toEqual([]);
  });

  test("[WS8] a delta in the name of somebody who is here is dropped, in the server's name refused", async () => {
    const { links } = await makeRoom(house.server.url);
    const ada = await join(house.server.url, links.performer);
    const ben = await join(house.server.url, links.performer);
    const refusedBefore = house.server.counters.get("deltas.refused");
    const delta = replicaOf(ben.welcome, ben.snapshot).commit([note(1)], 1);
    ada.client.sendBinary(encodeDelta(delta, { explicitActor: true, nowMs: 1 }));
    ada.client.sendBinary(encodePing({ id: 1 }));
    await ada.client.frame((byte) => byte === FRAME.pong);
    expect(house.server.counters.get("deltas.refused")).toBe(refusedBefore + 1);
    const servers = { ...delta, actor: 0, stamp: { ...delta.stamp, actor: 0 } };
    ada.client.sendBinary(encodeDelta(servers, { explicitActor: true, nowMs: 1 }));
    expect((await ada.client.text("error")).code).toBe("MALFORMED");
    ben.client.sendBinary(encodePing({ id: 1 }));
    await ben.client.frame((byte) => byte === FRAME.pong);
    expect(ben.client.pending().filter((received) => "binary" in received)).toEqual([]);
  });
});
