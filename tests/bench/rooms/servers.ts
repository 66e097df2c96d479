/** The servers that take turns: ours and two rivals', each as a process of its own on one core. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, TestServer } from "../../e2e/support/server.ts";
import { until } from "../../e2e/support/until.ts";
import type { Subject } from "./subjects.ts";

export interface RoomServer {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Keeps a process and its threads, and what they start, on these cores ("0", "1-3"). False where that cannot be done. */
export function pin(pid: number, cores: string): boolean {
  return spawnSync("taskset", ["-a", "-cp", cores, String(pid)]).status === 0;
}

async function startTutti(): Promise<RoomServer> {
  const flags = ["--sfu-workers", "0", "--rooms-per-hour", "10000", "--log-level", "warn"];
  const server = await TestServer.start(...flags);
  return { url: server.url, pid: server.pid, close: () => server.close() };
}

async function startRival(args: readonly string[], env: NodeJS.ProcessEnv): Promise<RoomServer> {
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { ...process.env, ...env, HOST: "127.0.0.1", PORT: String(port) },
    stdio: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  await until(answers, { what: `${args[0]} to listen`, timeoutMs: 20_000 });
  return {
    url,
    pid: child.pid as number,
    close: async () => {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function startYjs(): Promise<RoomServer> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-yjs-"));
  // By its path: the package exports its client alone.
  const main = join(import.meta.dirname, "../../../node_modules/y-websocket/bin/server.cjs");
  const server = await startRival([main], { YPERSISTENCE: folder });
  return {
    ...server,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const START: Readonly<Record<Subject, () => Promise<RoomServer>>> = {
  tutti: startTutti,
  "y-websocket": startYjs,
  "socket.io": () => startRival([join(import.meta.dirname, "socket-io-rooms.ts")], {}),
};

/** What of an edit is kept: 0 nothing, 1 written and left to the system, 2 on disk before it is acknowledged. */
export const PERSISTS: Readonly<Record<Subject, number>> = { tutti: 2, "y-websocket": 1, "socket.io": 0 };
