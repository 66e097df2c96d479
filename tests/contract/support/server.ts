/** Starts the real server, with its SFU, for the contract suite; its data lies in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startTutti } from "../../../signaling/compose.ts";
import { readConfig } from "../../../signaling/config.ts";
import { createLog } from "../../../signaling/log.ts";

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "tutti-contract-"));
  const flags = {
    port: 0,
    "data-dir": dataDir,
    "sfu-workers": 1,
    "rooms-per-hour": 10_000,
    "log-level": "error",
  };
  const argv = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { MEDIASOUP_WORKER_BIN } = process.env;
  const config = readConfig(argv, { MEDIASOUP_WORKER_BIN });
  if (!config.ok) throw new Error(config.error);
  const server = await startTutti(
    config.value,
    createLog({ level: config.value.logLevel, isTerminal: false }),
  );
  project.provide("serverUrl", server.url);
  return async () => {
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}
