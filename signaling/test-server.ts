/** The server of the app for tests, without SFU and TLS, on a port and a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import { type Config, readConfig } from "./config.ts";
import { silentLog } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";

export interface ServerHouse {
  /** The one that runs now, or ran last. */
  readonly server: RunningServer;
  /** It outlives a restart. */
  readonly dataDir: string;
  /** Another one on the same folder; the one before has been closed, unless starting is to fail. */
  start(more?: Partial<Config>): Promise<void>;
  restart(more?: Partial<Config>): Promise<void>;
}

/** A new server before each test of the file, and its end after it. */
export function serverForEachTest(): ServerHouse {
  // A disk may be slow; nothing here is timed.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  const house = {
    start: async (more = {}) => {
      const dist = join(house.dataDir, "dist");
      const read = readConfig(["--port", "0", "--data-dir", house.dataDir, "--dist-dir", dist], {});
      if (!read.ok) throw new Error(read.error);
      const parts = { log: silentLog(), sfu: null, sfuProblem: null, tls: null };
      house.server = await startServer({ ...read.value, ...more }, parts);
    },
    restart: async (more) => {
      await house.server.close();
      await house.start(more);
    },
  } as { -readonly [K in keyof ServerHouse]: ServerHouse[K] };
  beforeEach(async () => {
    house.dataDir = await mkdtemp(join(tmpdir(), "tutti-"));
    await house.start();
  });
  afterEach(async () => {
    await house.server.close();
    await rm(house.dataDir, { recursive: true, force: true });
  });
  return house;
}
