/** Over a real socket, with the server's own rates: what has gathered in an hour without a network. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { Spoke } from "#shared/document/spoke.ts";
import type { Write } from "#shared/document/delta.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import { readConfig } from "./config.ts";
import { silentLog } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";
import { join, makeRoom } from "./test-client.ts";

const EDITS = 2_000;

let dataDir: string;
let server: RunningServer;

beforeEach(async () => {
  dataDir = await mkdtemp(joinPath(tmpdir(), "tutti-"));
  const flags = ["--port", "0", "--data-dir", dataDir, "--dist-dir", joinPath(dataDir, "dist")];
  const read = readConfig(flags, {});
  if (!read.ok) throw new Error(read.error);
  server = await startServer(read.value, { log: silentLog(), sfu: null, sfuProblem: null, tls: null });
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const toggle = (i: number): Write[] => [
  {
    key: { kind: "note", track: 1, pattern: (i >> 10) & 15, step: i % 64, pitch: 40 + ((i >> 6) & 15) },
    value: { velocity: 1 + (i % 100), gate: 1, probability: 1, ratchet: 1 },
  },
];

test("[PAC1] 2,000 edits made offline all come in over one connection, as fast as the server takes them", async () => {
  const { links } = await makeRoom(server.url);
  const { client, welcome, snapshot } = await join(server.url, links.performer);
  const spoke = new Spoke({ actor: welcome.actor, seed: welcome.seed, mayWrite: true });
  const nowMs = Math.round(welcome.roomTime * 1_000);
  for (let i = 0; i < EDITS; i++) spoke.commit(toggle(i), nowMs, 0);

  const began = performance.now();
  const now = () => (performance.now() - began) / 1_000;
  const turn = () => {
    for (const { bytes } of spoke.take(now(), nowMs)) client.sendBinary(bytes);
  };
  spoke.setServerOpen(true, 0);
  spoke.handleServerFrame(snapshot, 0, nowMs);
  const timer = setInterval(turn, 10);
  try {
    const isOver = client.closed().then((code) => `closed with ${code}`);
    while (spoke.unacknowledged > 0) {
      const frame = await Promise.race([
        client.frame((byte) => frameKind(Uint8Array.of(byte)) === "have"),
        isOver,
      ]);
      if (typeof frame === "string") throw new Error(frame);
      spoke.handleServerFrame(frame, now(), nowMs);
      turn();
    }
  } finally {
    clearInterval(timer);
  }
  expect(await client.answers()).toBe(true);
  const late = await join(server.url, links.performer);
  const there = decodeSnapshot(late.snapshot);
  if (!there.ok) throw new Error(there.error);
  expect(there.value.vector.highest(welcome.actor)).toBe(EDITS);
}, 60_000);
