import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeDelta } from "#shared/document/codec.ts";
import { JamDocument } from "#shared/document/document.ts";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import type { LeaderControl } from "#shared/protocol/controls.ts";
import { readConfig } from "./config.ts";
import { silentLog } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";
import { join, makeRoom, type TestClient } from "./test-client.ts";

let dataDir = "";
let server: RunningServer;

async function start(): Promise<RunningServer> {
  const read = readConfig(
    ["--port", "0", "--data-dir", dataDir, "--dist-dir", joinPath(dataDir, "dist")],
    {},
  );
  if (!read.ok) throw new Error(read.error);
  return startServer(read.value, { log: silentLog(), sfu: null, sfuProblem: null, tls: null });
}

beforeEach(async () => {
  dataDir = await mkdtemp(joinPath(tmpdir(), "tutti-"));
  server = await start();
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const INVERT: LeaderControl = { type: "POLARITY_SYNC", polarity: -1 };

function jamOf(snapshot: Uint8Array) {
  const decoded = decodeSnapshot(snapshot);
  if (!decoded.ok) throw new Error(decoded.error);
  const document = new JamDocument(1);
  document.merge(decoded.value.registers);
  return document.jam();
}

const answer = (client: TestClient, control: unknown, id = 1) => {
  client.send({ type: "control", id, control });
  return client.text("control", (message) => message.id === id);
};

/** The next delta of the server's own. */
async function serverWrites(client: TestClient) {
  for (;;) {
    const bytes = await client.frame((byte) => byte >= 0x10 && byte <= 0x1f);
    const delta = decodeDelta(bytes, { actor: null, nowMs: 1e6, highestSeq: () => 0 });
    if (delta.ok && delta.value.actor === 0) return delta.value.writes;
  }
}

test("[LEAD9] a leader's control becomes a delta of the server's, which everybody is sent", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const eve = await join(server.url, links.listener);
  expect(await answer(ada.client, INVERT)).toEqual({ type: "control", id: 1 });
  for (const { client } of [ada, ben, eve])
    expect(await serverWrites(client)).toEqual([
      // The first jam stands still: at once.
      { key: { kind: "control", control: "polarity" }, value: { now: 1, next: null } },
    ]);
});

test("[LEAD9] a performer's and a listener's are refused, and their connections go on", async () => {
  const { links } = await makeRoom(server.url);
  for (const link of [links.performer, links.listener]) {
    const { client } = await join(server.url, link);
    expect(await answer(client, INVERT)).toEqual({ type: "control", id: 1, error: "FORBIDDEN" });
    expect(await client.answers()).toBe(true);
  }
  const { snapshot } = await join(server.url, links.performer);
  expect(jamOf(snapshot).polarity).toEqual({ now: 0, next: null });
});

test("[LEAD9] too many are refused, and so is what there is not; what is no control ends the connection", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  expect((await answer(ada.client, { type: "SCENE_LAUNCH", scene: 9 })).error).toBe("NOT_FOUND");
  const errors = [];
  for (let id = 2; id < 12; id++) errors.push((await answer(ada.client, INVERT, id)).error);
  expect(errors.filter((error) => error === "RATE").length).toBeGreaterThan(0);
  expect(await ada.client.answers()).toBe(true);
  for (const control of [
    { type: "POLARITY_SYNC", polarity: 0 },
    { type: "TEMPO_RAMP", tempo: 1e9, bars: 1 },
    {},
    7,
  ]) {
    const { client } = await join(server.url, links.leader);
    client.send({ type: "control", id: 1, control });
    expect((await client.text("error")).code).toBe("MALFORMED");
  }
});

test("[LEAD10] who joins late has what is in force, also after a restart; a turn and its return both count", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  // Each is asked for before the one before it is stored.
  const all: LeaderControl[] = [
    INVERT,
    { type: "POLARITY_SYNC", polarity: 1 },
    INVERT,
    { type: "MUTE_ALL", on: true },
    { type: "LOCK", track: null, on: true },
    { type: "TEMPO_RAMP", tempo: 90, bars: 4 },
  ];
  for (const [id, control] of all.entries()) ada.client.send({ type: "control", id, control });
  const late = async () => jamOf((await join(server.url, links.listener)).snapshot);
  const expected = { polarity: { now: 1, next: null }, silence: { now: 1, next: null }, locked: true };
  await expect
    .poll(late, { timeout: 5_000 })
    .toMatchObject({ ...expected, timeline: { base: { tempo: 90 } } });
  await server.close();
  server = await start();
  expect(await late()).toMatchObject(expected);
});
