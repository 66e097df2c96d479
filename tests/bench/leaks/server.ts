/** The server that is measured, in a process of its own: asked for its memory, it first collects what is garbage. */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { observer } from "mediasoup";
import type { Worker } from "mediasoup/types";
import { startTutti } from "../../../signaling/compose.ts";
import { readConfig } from "../../../signaling/config.ts";
import { createLog } from "../../../signaling/log.ts";

/** Of the server's process and its workers' together, where not said otherwise. */
export interface Held {
  /** MB of JavaScript's objects after a collection. */
  readonly heapMb: number;
  /** MB resident. */
  readonly serverMb: number;
  readonly workersMb: number;
  readonly descriptors: number;
  readonly routers: number;
  /** What mediasoup's workers themselves know by a name of its own: transports, producers, consumers. */
  readonly handlers: number;
}

const workers: Worker[] = [];
observer.on("newworker", (worker) => workers.push(worker));

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1024;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

async function held(): Promise<Held> {
  // Twice, with a turn between: what ends by a finalizer ends then.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const pids = workers.map(({ pid }) => pid);
  const dumps = await Promise.all(workers.map((worker) => worker.dump()));
  return {
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
    serverMb: residentMb(process.pid),
    workersMb: sum(pids.map(residentMb)),
    descriptors: sum([process.pid, ...pids].map((pid) => readdirSync(`/proc/${pid}/fd`).length)),
    routers: sum(dumps.map(({ routerIds }) => routerIds.length)),
    handlers: sum(
      dumps.map(({ channelMessageHandlers: { channelRequestHandlers } }) => channelRequestHandlers.length),
    ),
  };
}

const dataDir = await mkdtemp(join(tmpdir(), "tutti-leaks-"));
const flags = ["--port=0", `--data-dir=${dataDir}`, "--sfu-workers=2", "--log-level=error"];
const config = readConfig(flags, { MEDIASOUP_WORKER_BIN: process.env["MEDIASOUP_WORKER_BIN"] });
if (!config.ok) throw new Error(config.error);
const server = await startTutti(config.value, createLog({ level: "error", isTerminal: false }));

const say = (word: unknown): void => void process.send?.(word);
process.on("message", (word) => {
  if (word === "held") void held().then(say);
});
process.once("disconnect", () => {
  void server
    .close()
    .then(() => rm(dataDir, { recursive: true, force: true }))
    .finally(() => process.exit());
});
say(server.url);
