/** A server for one benchmark, on a copy of the built page: a build made meanwhile changes nothing that is measured. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestServer } from "../e2e/support/server.ts";

const DIST = join(import.meta.dirname, "../../dist");

export interface FrozenServer {
  readonly url: string;
  /** Of its process. */
  readonly pid: number;
  close(): Promise<void>;
}

/** `flags` are the server's. */
export async function startFrozenServer(...flags: string[]): Promise<FrozenServer> {
  const copy = mkdtempSync(join(tmpdir(), "tutti-bench-"));
  const remove = () => rmSync(copy, { recursive: true, force: true });
  try {
    cpSync(DIST, copy, { recursive: true });
    const server = await TestServer.start("--dist-dir", copy, ...flags);
    return {
      url: server.url,
      pid: server.pid,
      close: async () => {
        await server.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
