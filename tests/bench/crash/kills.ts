/**
 * A server that is killed, with SIGKILL, in the moment an acknowledgement arrives, again and again over one
 * data folder; and a client that looks whether everything it was ever told is safe is there.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { decodeVector, encodeDelta } from "#shared/document/codec.ts";
import type { RegisterKey, Write } from "#shared/document/delta.ts";
import { keyId } from "#shared/document/keys.ts";
import { Replica } from "#shared/document/replica.ts";
import type { Random } from "#shared/lib/random.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import { join, makeRoom, type TestClient } from "../../../signaling/test-client.ts";
import { documentOf, temporaryFolder } from "../../../signaling/test-rooms.ts";

const MAIN = new URL("../../../signaling/main.ts", import.meta.url).pathname;
/** Edits of one life of the server: below the burst that a connection may send. */
const EDITS = 60;

export interface KillCounts {
  readonly kills: number;
  readonly edits: number;
  readonly acknowledged: number;
  /** Acknowledged edits that a later life of the server did not have. */
  readonly lost: number;
}

interface Server {
  readonly process: ChildProcess;
  readonly url: string;
}

async function startServer(dataDir: string): Promise<Server> {
  const args = [MAIN, "--port", "0", "--data-dir", dataDir, "--sfu-workers", "0", "--log-level", "error"];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env["PATH"], NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const url = await new Promise<string>((done, fail) => {
    const hear = (bytes: Buffer) => {
      said += bytes.toString();
      const found = /is at (http:\S+)/.exec(said)?.[1];
      if (found !== undefined) done(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("close", () => fail(new Error(`the server did not start: ${said}`)));
  });
  return { process: child, url };
}

async function kill(server: Server): Promise<void> {
  const closed = once(server.process, "close");
  server.process.kill("SIGKILL");
  await closed;
}

/** A cell of its own for every edit that is ever made. */
const cellOf = (edit: number): RegisterKey => ({
  kind: "note",
  track: 1,
  pattern: Math.floor(edit / 8_192) % 16,
  step: edit % 64,
  pitch: Math.floor(edit / 64) % 128,
});

const value = { velocity: 77, gate: 1, probability: 1, ratchet: 1 };

/** Writes until so many are acknowledged, and kills the server within the call that brings the word. */
async function writeUntilKilled(
  server: Server,
  client: TestClient,
  replica: Replica,
  { first, target }: { first: number; target: number },
): Promise<number> {
  const closed = once(server.process, "close");
  let acknowledged = 0;
  client.socket.on("message", (bytes: Buffer, isBinary: boolean) => {
    if (!isBinary || frameKind(bytes) !== "have") return;
    const vector = decodeVector(new Uint8Array(bytes));
    if (vector.ok) acknowledged = Math.max(acknowledged, vector.value.highest(replica.actor));
    if (acknowledged >= target) server.process.kill("SIGKILL");
  });
  for (let i = 0; i < EDITS; i++) {
    const writes: Write[] = [{ key: cellOf(first + i), value }];
    client.sendBinary(encodeDelta(replica.commit(writes, 1), { explicitActor: false, nowMs: 0 }));
    await new Promise(setImmediate);
  }
  await closed;
  return acknowledged;
}

export async function killAgainAndAgain(
  kills: number,
  random: Random,
  say: (line: string) => void = () => {},
): Promise<KillCounts> {
  const folder = await temporaryFolder();
  const safe = new Set<string>();
  let lost = 0;
  let link: string | null = null;
  let server: Server | null = null;
  try {
    // The last life only looks.
    for (let life = 0; life <= kills; life++) {
      server = await startServer(folder.path);
      link ??= (await makeRoom(server.url, "relay")).links.performer;
      const { client, welcome, snapshot } = await join(server.url, link);
      const document = documentOf(snapshot);
      const there = new Set(Array.from(document.registers, ({ key }) => keyId(key)));
      for (const id of safe) if (!there.has(id)) lost += 1;
      if (life === kills) break;
      const replica = new Replica({ actor: welcome.actor, seed: welcome.seed });
      replica.load(document);
      const first = life * EDITS;
      const target = 1 + Math.floor(random() * (EDITS - 1));
      const acknowledged = await writeUntilKilled(server, client, replica, { first, target });
      for (let i = 0; i < acknowledged; i++) safe.add(keyId(cellOf(first + i)));
      if ((life + 1) % 20 === 0) say(`${life + 1} kills, ${safe.size} edits acknowledged, ${lost} lost`);
    }
    return { kills, edits: kills * EDITS, acknowledged: safe.size, lost };
  } finally {
    if (server && server.process.exitCode === null && server.process.signalCode === null) await kill(server);
    await folder.remove();
  }
}
