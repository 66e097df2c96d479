/** Over real sockets and a real journal: edits that come late or by another's hand are known as such in the history. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeDelta, decodeVector, encodeDelta, encodeVector } from "#shared/document/codec.ts";
import { gestures, type Row } from "#shared/document/gestures.ts";
import { Replica } from "#shared/document/replica.ts";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { FRAME } from "#shared/protocol/frames.ts";
import type { HistoryEntry } from "#shared/protocol/messages.ts";
import { readConfig } from "./config.ts";
import { silentLog } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";
import { serverClock } from "./server-clock.ts";
import { join, makeRoom, type TestClient } from "./test-client.ts";

let dataDir: string;
let server: RunningServer;
/** How far the server's wall clock has gone on, beside the time that a test takes. ms. */
let passedMs: number;

beforeEach(async () => {
  passedMs = 0;
  dataDir = await mkdtemp(joinPath(tmpdir(), "tutti-"));
  const read = readConfig(
    ["--port", "0", "--data-dir", dataDir, "--dist-dir", joinPath(dataDir, "dist")],
    {},
  );
  if (!read.ok) throw new Error(read.error);
  const real = serverClock();
  const clock = { ...real, unixMs: () => real.unixMs() + passedMs };
  server = await startServer(read.value, { log: silentLog(), sfu: null, sfuProblem: null, tls: null, clock });
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const swing = (value: number) => [{ key: { kind: "room", field: "swing" }, value }] as const;

async function enter(link: string, more: Parameters<typeof join>[2] = {}) {
  const { client, welcome, snapshot } = await join(server.url, link, more);
  const replica = new Replica({ actor: welcome.actor, seed: welcome.seed });
  const decoded = decodeSnapshot(snapshot);
  if (!decoded.ok) throw new Error(decoded.error);
  replica.load(decoded.value);
  return { client, welcome, replica };
}

async function stored(client: TestClient, actor: number, seq: number): Promise<void> {
  for (;;) {
    const have = decodeVector(await client.frame((byte) => byte === FRAME.have));
    if (have.ok && have.value.has(actor, seq)) return;
  }
}

function rowOf({ n, actor, received, via, delta }: HistoryEntry): Row {
  const frame = new Uint8Array(Buffer.from(delta, "base64"));
  const read = decodeDelta(frame, { actor: null, nowMs: 0, highestSeq: () => 0 });
  if (!read.ok) throw new Error(read.error);
  expect(read.value.actor).toBe(actor);
  return { n, received, via: via ?? null, stamp: read.value.stamp, writes: read.value.writes };
}

/** As the history panel reads it, newest first. */
async function history(client: TestClient) {
  client.send({ type: "history", id: 1, limit: 10 });
  const { entries = [] } = await client.text("history");
  return gestures(entries.map(rowOf)).map(({ actor, isLate, via }) => ({ actor, isLate, via }));
}

test("[OFL8] what was made a minute before it came is late, whether its author or a new life of theirs brings it", async () => {
  const { links } = await makeRoom(server.url);
  const ann = await enter(links.performer);
  const atMs = ann.welcome.roomTime * 1_000;
  const prompt = ann.replica.commit(swing(55), atMs);
  ann.client.sendBinary(encodeDelta(prompt, { explicitActor: false, nowMs: 0 }));
  await stored(ann.client, ann.welcome.actor, 1);
  const offline = [56, 57].map((value) => ann.replica.commit(swing(value), atMs + 1_000));
  passedMs = 60_000;
  const { memberKey, actor, actorKey } = ann.welcome;
  const [own, earlier] = offline.map((delta) => encodeDelta(delta, { explicitActor: true, nowMs: 0 }));
  ann.client.sendBinary(own ?? new Uint8Array());
  await stored(ann.client, actor, 2);
  const again = await enter(links.performer, { memberKey, earlier: [{ actor, actorKey }] });
  again.client.sendBinary(earlier ?? new Uint8Array());
  await stored(again.client, actor, 3);
  expect(await history(again.client)).toEqual([
    { actor, isLate: true, via: null },
    { actor, isLate: false, via: null },
  ]);
}, 20_000);

test("[OFL8] what a peer hands in of an author who is gone is by the author, via the peer", async () => {
  const { links } = await makeRoom(server.url);
  const ann = await enter(links.performer);
  const bo = await enter(links.performer);
  const delta = ann.replica.commit(swing(70), ann.welcome.roomTime * 1_000);
  ann.client.socket.close();
  await bo.client.text("left");
  bo.client.sendBinary(encodeVector(ann.replica.vector));
  await bo.client.frame((byte) => byte === FRAME.have);
  bo.client.sendBinary(encodeDelta(delta, { explicitActor: true, nowMs: 0 }));
  expect(await history(bo.client)).toEqual([
    { actor: ann.welcome.actor, isLate: false, via: bo.welcome.actor },
  ]);
}, 20_000);
