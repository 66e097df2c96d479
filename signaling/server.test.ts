import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeDelta, decodeVector, encodeDelta } from "#shared/document/codec.ts";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import type { Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { ERRORS } from "#shared/protocol/errors.ts";
import { decodePong, encodePing, FRAME } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { Status } from "#shared/protocol/messages.ts";
import { type Config, readConfig } from "./config.ts";
import { silentLog } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";
import { join, makeRoom, TestClient, tokenOf, type Welcome } from "./test-client.ts";

/** A disk may be slow; nothing here is timed. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let dataDir = "";
let server: RunningServer;

function config(more: Partial<Config> = {}): Config {
  const read = readConfig(
    ["--port", "0", "--data-dir", dataDir, "--dist-dir", joinPath(dataDir, "dist")],
    {},
  );
  if (!read.ok) throw new Error(read.error);
  return { ...read.value, ...more };
}

const start = async (more: Partial<Config> = {}) =>
  startServer(config(more), { log: silentLog(), sfu: null, sfuProblem: null, tls: null });

beforeEach(async () => {
  dataDir = await mkdtemp(joinPath(tmpdir(), "tutti-"));
  server = await start();
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const note = (step: number): Write => ({
  key: { kind: "note", track: 1, pattern: 0, step, pitch: 60 },
  value: { velocity: 100, gate: 1, probability: 1, ratchet: 1 },
});

function replicaOf(welcome: Welcome, snapshot: Uint8Array): Replica {
  const replica = new Replica({ actor: welcome.actor, seed: welcome.seed });
  const decoded = decodeSnapshot(snapshot);
  if (!decoded.ok) throw new Error(decoded.error);
  replica.load(decoded.value);
  return replica;
}

const isDelta = (byte: number) => (byte & 0xf0) === FRAME.delta;
const status: Status = {
  clock: { state: "locked", offset: 0, errorBound: 0.001, rtt: 0.01 },
  rung: "relay",
  direct: [],
  sound: "on",
  renderAhead: 0.04,
};

describe("HTTP", () => {
  test("[API1] a room is made with a link for each role, on the request's own origin", async () => {
    const { room, links } = await makeRoom(server.url);
    expect(Object.keys(links)).toEqual(["leader", "performer", "listener"]);
    for (const link of Object.values(links)) expect(link.startsWith(`${server.url}/r/${room}#`)).toBe(true);
  });

  test("[API2] unknown API paths, methods and bodies are answered in JSON", async () => {
    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetch(`${server.url}${path}`, init);
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    expect(await ask("/api/nothing")).toEqual([404, "NOT_FOUND"]);
    expect(await ask("/api/rooms")).toEqual([405, "METHOD_NOT_ALLOWED"]);
    expect(await ask("/api/rooms", { method: "POST", body: "{" })).toEqual([400, "MALFORMED"]);
    expect(await ask("/api/rooms", { method: "POST", body: '{"topology":"ring"}' })).toEqual([
      400,
      "MALFORMED",
    ]);
    const long = "x".repeat(LIMITS.jamRequestBytes + 1);
    expect(await ask("/api/rooms", { method: "POST", body: long })).toEqual([413, "OVERSIZE"]);
    expect(await ask("/healthz", { method: "DELETE" })).toEqual([405, "METHOD_NOT_ALLOWED"]);
  });

  test("[API3] an address makes only so many rooms an hour, and the server holds only so many", async () => {
    await server.close();
    server = await start({ roomsPerHour: 3, maxRooms: 2 });
    await makeRoom(server.url);
    await makeRoom(server.url);
    await expect(makeRoom(server.url)).rejects.toThrow(/503 .*ROOMS_FULL/);
    await expect(makeRoom(server.url)).rejects.toThrow(/429 .*RATE/);
  });

  test("[API4] the process is alive, and ready only while it can save", async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
    await rm(joinPath(dataDir, "rooms"), { recursive: true });
    const response = await fetch(`${server.url}/readyz`);
    expect(response.status).toBe(503);
    expect(((await response.json()) as { reasons: string[] }).reasons[0]).toMatch(/cannot be written/);
  });

  test("[API5] every answer isolates the page", async () => {
    for (const path of ["/", "/r/abc", "/api/x", "/healthz"]) {
      const { headers } = await fetch(`${server.url}${path}`);
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(headers.get("content-security-policy")).toContain("'wasm-unsafe-eval'");
    }
  });

  test("[API7] the page is served for every room, hashed files for ever, packed ones packed", async () => {
    await server.close();
    const dist = joinPath(dataDir, "dist");
    await mkdir(joinPath(dist, "assets"), { recursive: true });
    await writeFile(joinPath(dist, "index.html"), "<title>Tutti</title>");
    await writeFile(joinPath(dist, "assets", "a-1234.js"), "plain");
    await writeFile(joinPath(dist, "assets", "a-1234.js.br"), "packed");
    server = await start();
    for (const path of ["/", "/?inspect", "/r/abc", "/r/abc?inspect", "/index.html"]) {
      const response = await fetch(`${server.url}${path}`);
      expect(await response.text()).toBe("<title>Tutti</title>");
      expect(response.headers.get("cache-control")).toBe("no-cache");
    }
    const script = await fetch(`${server.url}/assets/a-1234.js`, {
      headers: { "accept-encoding": "identity" },
    });
    expect(await script.text()).toBe("plain");
    expect(script.headers.get("cache-control")).toContain("immutable");
    const packed = await fetch(`${server.url}/assets/a-1234.js`, {
      method: "HEAD",
      headers: { "accept-encoding": "br" },
    });
    expect(packed.headers.get("content-encoding")).toBe("br");
    for (const path of ["/r/a/b", "/nothing", "/../secret", "/%2e%2e/secret", "/%"])
      expect((await fetch(`${server.url}${path}`)).status).toBe(404);
  });

  test("[API6] a port in use is said in a sentence", async () => {
    await expect(start({ port: server.port })).rejects.toThrow(`Port ${server.port} on 127.0.0.1 is in use`);
  });
});

describe("joining", () => {
  test("[WS1] hello is answered by welcome and the snapshot of a jam that already plays something", async () => {
    const { links } = await makeRoom(server.url);
    const { client, welcome, snapshot } = await join(server.url, links.performer, { name: "Ada" });
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
    const { links } = await makeRoom(server.url);
    const refused = async (hello: Record<string, unknown> | string) => {
      const client = await new TestClient(server.url).opened();
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
    for (const file of await readdir(joinPath(dataDir, "rooms"))) await rm(joinPath(dataDir, "rooms", file));
    expect(await refused({ type: "hello", major: 1, minor: 9, token })).toBe("ROOM_UNKNOWN");
  });

  test("[WS2] a full room says so", async () => {
    await server.close();
    server = await start({ maxPerformers: 1 });
    const { links } = await makeRoom(server.url);
    await join(server.url, links.performer);
    const second = await new TestClient(server.url).opened();
    second.hello(links.leader);
    expect((await second.text("error")).code).toBe("ROOM_FULL");
    await join(server.url, links.listener);
  });

  test("[WS3] a reload is the same member, a lost connection the same actor", async () => {
    const { links } = await makeRoom(server.url);
    const first = await join(server.url, links.performer, { name: "Ada" });
    const { memberKey, actor, actorKey, member } = first.welcome;
    const tab = await join(server.url, links.performer, { memberKey });
    expect(tab.welcome).toMatchObject({ member, memberKey });
    expect(tab.welcome.actor).not.toBe(actor);
    const again = await join(server.url, links.performer, { memberKey, resume: { actor, actorKey } });
    expect(again.welcome).toMatchObject({ member, actor });
    expect(await first.client.closed()).toBe(ERRORS.REPLACED.close);
    expect(again.welcome.roster).toHaveLength(2);
    const forged = await join(server.url, links.performer, { memberKey, resume: { actor, actorKey: "x" } });
    expect(forged.welcome.actor).not.toBe(actor);
  });

  test("[WS4] the others hear who comes, changes and goes", async () => {
    const { links } = await makeRoom(server.url);
    const ada = await join(server.url, links.leader, { name: "Ada" });
    const ben = await join(server.url, links.performer, { name: "Ben" });
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
    const { links } = await makeRoom(server.url);
    const ada = await join(server.url, links.performer);
    const ben = await join(server.url, links.performer);
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
    const { links } = await makeRoom(server.url);
    const { client, welcome, snapshot } = await join(server.url, links.listener);
    client.sendBinary(encodePing({ id: 513 }));
    const pong = decodePong(await client.frame((byte) => byte === FRAME.pong));
    expect(pong).toMatchObject({ id: 513, clockEpoch: welcome.clockEpoch });
    expect(pong?.tip).toBe(replicaOf(welcome, snapshot).vector.hash());
    expect(pong?.received).toBeGreaterThanOrEqual(welcome.roomTime);
    expect(pong?.sent).toBeGreaterThanOrEqual(pong?.received ?? 0);
  });

  test("[WS7] a signal goes to its addressee, from whom it says nothing itself", async () => {
    const { links } = await makeRoom(server.url, "mesh");
    const ada = await join(server.url, links.performer);
    const ben = await join(server.url, links.performer);
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

describe("the past", () => {
  test("[HST2] history and moments come over the WebSocket, also after a restart, and a listener gets none", async () => {
    const { links } = await makeRoom(server.url);
    const ada = await join(server.url, links.performer);
    const replica = replicaOf(ada.welcome, ada.snapshot);
    const digests = [replica.document.digest()];
    for (let step = 1; step <= 5; step++) {
      const delta = replica.commit([note(step)], 1_000 + step);
      digests.push(replica.document.digest());
      ada.client.sendBinary(encodeDelta(delta, { explicitActor: false, nowMs: 0 }));
    }
    const acknowledged = async () => {
      const have = decodeVector(await ada.client.frame((byte) => byte === FRAME.have));
      return have.ok && have.value.has(replica.actor, 5);
    };
    while (!(await acknowledged()));
    await server.close();
    server = await start();
    const ben = await join(server.url, links.leader);
    ben.client.send({ type: "history", id: 1, limit: 3 });
    const page = await ben.client.text("history");
    expect(page).toMatchObject({ id: 1, more: true, since: 0 });
    expect(page.entries?.map(({ n, seq, actor }) => [n, seq, actor])).toEqual([
      [5, 5, replica.actor],
      [4, 4, replica.actor],
      [3, 3, replica.actor],
    ]);
    const [newest] = page.entries ?? [];
    const frame = new Uint8Array(Buffer.from(newest?.delta ?? "", "base64"));
    expect(decodeDelta(frame, replica.context(null, 0))).toMatchObject({ ok: true, value: { seq: 5 } });
    ben.client.send({ type: "history", id: 2, before: 3, limit: 200 });
    expect(await ben.client.text("history")).toMatchObject({ more: false, entries: [{ n: 2 }, { n: 1 }] });
    for (const [n, digest] of digests.entries()) {
      ben.client.send({ type: "moment", id: 3, n });
      const { snapshot } = await ben.client.text("moment");
      expect(
        replicaOf(ben.welcome, new Uint8Array(Buffer.from(snapshot ?? "", "base64"))).document.digest(),
      ).toBe(digest);
    }
    ben.client.send({ type: "moment", id: 4, n: 6 });
    expect(await ben.client.text("moment")).toEqual({ type: "moment", id: 4, error: "NOT_FOUND" });
    const eve = await join(server.url, links.listener);
    eve.client.send({ type: "history", id: 5, limit: 1 });
    expect(await eve.client.text("history")).toEqual({ type: "history", id: 5, error: "FORBIDDEN" });
    eve.client.send({ type: "history", id: 6, limit: 201 });
    expect((await eve.client.text("error")).code).toBe("MALFORMED");
  });
});

describe("what a role may not do", () => {
  test("[WS8] a listener's delta, signal and producer are refused, and nobody hears of them", async () => {
    const { links } = await makeRoom(server.url);
    const ada = await join(server.url, links.performer);
    const attempts = [
      (client: TestClient, welcome: Welcome, snapshot: Uint8Array) => {
        const delta = replicaOf(welcome, snapshot).commit([note(1)], 1);
        client.sendBinary(encodeDelta(delta, { explicitActor: false, nowMs: 1 }));
      },
      (client: TestClient) => client.send({ type: "signal", to: ada.welcome.actor, data: {} }),
      (client: TestClient) => client.send({ type: "sfu", id: 1, method: "produceData", params: {} }),
    ];
    for (const attempt of attempts) {
      const { client, welcome, snapshot } = await join(server.url, links.listener);
      attempt(client, welcome, snapshot);
      expect((await client.text("error")).code).toBe("FORBIDDEN");
      expect(await client.closed()).toBe(ERRORS.FORBIDDEN.close);
    }
    expect(server.counters.get("errors.FORBIDDEN")).toBe(3);
    expect(server.counters.get("deltas.socket")).toBe(0);
    ada.client.sendBinary(encodePing({ id: 1 }));
    await ada.client.frame((byte) => byte === FRAME.pong);
    expect(ada.client.pending().filter((received) => "binary" in received)).toEqual([]);
  });

  test("[WS8] a delta in the name of somebody who is here is dropped, in the server's name refused", async () => {
    const { links } = await makeRoom(server.url);
    const ada = await join(server.url, links.performer);
    const ben = await join(server.url, links.performer);
    const refusedBefore = server.counters.get("deltas.refused");
    const delta = replicaOf(ben.welcome, ben.snapshot).commit([note(1)], 1);
    ada.client.sendBinary(encodeDelta(delta, { explicitActor: true, nowMs: 1 }));
    ada.client.sendBinary(encodePing({ id: 1 }));
    await ada.client.frame((byte) => byte === FRAME.pong);
    expect(server.counters.get("deltas.refused")).toBe(refusedBefore + 1);
    const servers = { ...delta, actor: 0, stamp: { ...delta.stamp, actor: 0 } };
    ada.client.sendBinary(encodeDelta(servers, { explicitActor: true, nowMs: 1 }));
    expect((await ada.client.text("error")).code).toBe("MALFORMED");
    ben.client.sendBinary(encodePing({ id: 1 }));
    await ben.client.frame((byte) => byte === FRAME.pong);
    expect(ben.client.pending().filter((received) => "binary" in received)).toEqual([]);
  });
});

describe("bad input", () => {
  test("[BAD1] oversize and too frequent messages end their connection with the code", async () => {
    const { links } = await makeRoom(server.url);
    const big = (await join(server.url, links.performer)).client;
    big.send("x".repeat(LIMITS.clientTextBytes + 1));
    expect((await big.text("error")).code).toBe("OVERSIZE");
    expect(await big.closed()).toBe(ERRORS.OVERSIZE.close);
    const huge = (await join(server.url, links.performer)).client;
    huge.sendBinary(new Uint8Array(1_000_000));
    expect(await huge.closed()).toBe(1009);
    const fast = (await join(server.url, links.performer)).client;
    for (let i = 0; i < 500; i++) fast.sendBinary(encodePing({ id: i }));
    expect((await fast.text("error")).code).toBe("RATE");
    expect(server.counters.get("errors.OVERSIZE")).toBe(2);
  });

  test("[BAD2] 2,000 arbitrary frames give typed errors, and harm nobody else", async () => {
    const { links } = await makeRoom(server.url);
    const ada = await join(server.url, links.performer);
    const codes = new Set<string>();
    const first = fc.constantFrom(0x10, 0x14, 0x1f, 0x20, 0x21, 0x30, 0x31, 0x40, 0x50, 0x99);
    const tail = fc.uint8Array({ maxLength: 60 });
    const frame = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(first, tail).map(([kind, rest]) => Uint8Array.of(kind, ...rest)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({
        type: fc.constantFrom("status", "signal", "sfu", "profile", "hello", "x"),
        to: fc.jsonValue(),
      }),
    );
    const messages = fc.sample(fc.oneof({ weight: 3, arbitrary: frame }, { weight: 1, arbitrary: text }), {
      numRuns: 2_000,
      seed: 7,
    });
    let eve = await join(server.url, links.listener);
    let sent = 0;
    for (const message of messages) {
      if (++sent % 100 === 0 || eve.client.socket.readyState !== 1)
        eve = await join(server.url, links.listener);
      if (message instanceof Uint8Array) eve.client.sendBinary(message);
      else eve.client.send(typeof message === "string" ? message : (JSON.stringify(message) ?? ""));
      if (await eve.client.answers()) continue;
      const error = eve.client
        .pending()
        .find((received) => "text" in received && received.text.type === "error");
      if (error && "text" in error && error.text.type === "error") codes.add(error.text.code);
    }
    expect([...codes].toSorted()).toEqual(["FORBIDDEN", "MALFORMED"]);
    expect(server.counters.get("errors.INTERNAL")).toBe(0);
    const late = await join(server.url, links.performer);
    expect(replicaOf(late.welcome, late.snapshot).document.digest()).toBe(
      replicaOf(ada.welcome, ada.snapshot).document.digest(),
    );
    expect(ada.client.socket.readyState).toBe(1);
  }, 60_000);
});

describe("restart", () => {
  test("[RES1] everybody is told when to come back, and room, people and document are there again", async () => {
    const { links } = await makeRoom(server.url);
    const ada = await join(server.url, links.performer, { name: "Ada" });
    const nowMs = Math.floor(ada.welcome.roomTime * 1000);
    const replica = replicaOf(ada.welcome, ada.snapshot);
    ada.client.sendBinary(encodeDelta(replica.commit([note(7)], nowMs), { explicitActor: false, nowMs }));
    await ada.client.frame((byte) => byte === FRAME.have);
    await server.close();
    const { afterMs } = await ada.client.text("retry");
    expect(afterMs).toBeGreaterThanOrEqual(200);
    expect(afterMs).toBeLessThanOrEqual(2_000);
    expect(await ada.client.closed()).toBe(ERRORS.RESTART.close);

    server = await start();
    const { memberKey, actor, actorKey, member } = ada.welcome;
    const again = await join(server.url, links.performer, { memberKey, resume: { actor, actorKey } });
    expect(again.welcome).toMatchObject({ member, actor });
    expect(again.welcome.roster).toMatchObject([{ name: "Ada" }]);
    expect(again.welcome.authors).toEqual([{ actor, name: "Ada", color: 0 }]);
    expect(again.welcome.clockEpoch).not.toBe(ada.welcome.clockEpoch);
    expect(again.welcome.roomTime).toBeGreaterThanOrEqual(ada.welcome.roomTime);
    expect(replicaOf(again.welcome, again.snapshot).document.digest()).toBe(replica.document.digest());
    const ben = await join(server.url, links.performer);
    expect(ben.welcome.actor).toBeGreaterThan(actor);
    expect(ben.welcome.member).toBeGreaterThan(member);
  });

  test("[SRV5] a server that is back goes on in the time that was held over, for everybody", async () => {
    const { links } = await makeRoom(server.url);
    const ada = await join(server.url, links.performer);
    await server.close();
    server = await start();
    const { memberKey, actor, actorKey } = ada.welcome;
    // As if the wall clock had been set back by a minute and a half while the server was away.
    const clock = { roomTime: ada.welcome.roomTime + 90, errorBound: 0.01 };
    const again = await join(server.url, links.performer, { memberKey, resume: { actor, actorKey }, clock });
    expect(again.welcome.roomTime).toBeGreaterThanOrEqual(clock.roomTime - 0.001);
    expect(again.welcome.roomTime).toBeLessThan(clock.roomTime + 30);
    const ben = await join(server.url, links.performer, { clock: { roomTime: 5, errorBound: 0.01 } });
    expect(ben.welcome.roomTime).toBeGreaterThanOrEqual(again.welcome.roomTime);
    await server.close();
    server = await start();
    const late = await join(server.url, links.performer);
    expect(late.welcome.roomTime).toBeGreaterThanOrEqual(ben.welcome.roomTime);
  });

  test("[RES2] a damaged room is unknown, and the others live", async () => {
    const [broken, whole] = [await makeRoom(server.url), await makeRoom(server.url)];
    await server.close();
    await writeFile(joinPath(dataDir, "rooms", `${broken.room}.db`), "garbage");
    server = await start();
    const client = await new TestClient(server.url).opened();
    client.hello(broken.links.performer);
    expect((await client.text("error")).code).toBe("ROOM_UNKNOWN");
    await join(server.url, whole.links.performer);
    expect(await readdir(joinPath(dataDir, "rooms"))).toContain(`${broken.room}.db.corrupt`);
  });
});
