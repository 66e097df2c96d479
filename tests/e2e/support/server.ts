/** A real Tutti server as a process of its own: `node signaling/main.ts` on a free port, with a data folder that outlives a restart. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inUrl } from "../../../signaling/addresses.ts";
import { until } from "./until.ts";

const ROOT = join(import.meta.dirname, "../../..");

/**
 * Below the ports that systems give out by themselves (32,768 and up on Linux): one of those that is free
 * now may be anybody's connection a moment later.
 */
const PORTS = { first: 10_000, last: 32_000 };
const ATTEMPTS = 100;

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    // Somebody has it.
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

/** A port P of which P, P + 1 and P + 2 (the SFU's) are free now. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = PORTS.first + Math.floor(Math.random() * (PORTS.last - PORTS.first));
    const free = await Promise.all([port, port + 1, port + 2].map(isFree));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`no three free ports in ${ATTEMPTS} attempts`);
}

export class TestServer {
  readonly url: string;
  readonly #port: number;
  readonly #dataDir: string;
  readonly #flags: readonly string[];
  #process: ChildProcess | null = null;
  #log = "";

  private constructor(port: number, flags: readonly string[]) {
    this.#port = port;
    const host = flags[flags.indexOf("--host") + 1];
    this.url = `http://${flags.includes("--host") && host !== undefined ? inUrl(host) : "127.0.0.1"}:${port}`;
    this.#dataDir = mkdtempSync(join(tmpdir(), "tutti-e2e-"));
    this.#flags = flags;
  }

  static async start(...flags: string[]): Promise<TestServer> {
    const server = new TestServer(await freePort(), flags);
    try {
      await server.up();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  get isUp(): boolean {
    return this.#process !== null;
  }

  /** Where it keeps its rooms and the key that signs links. */
  get dataDir(): string {
    return this.#dataDir;
  }

  /** Of the process that runs now. */
  get pid(): number {
    const { pid } = this.#process ?? {};
    if (pid === undefined) throw new Error("the server is down");
    return pid;
  }

  /** What the process has written so far. */
  get log(): string {
    return this.#log;
  }

  async up(): Promise<void> {
    const args = [
      "signaling/main.ts",
      "--port",
      String(this.#port),
      "--data-dir",
      this.#dataDir,
      ...this.#flags,
    ];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk) => (this.#log += String(chunk)));
    child.on("exit", (code, signal) => {
      // Nobody asked for it: whatever test comes next would fail for a reason it cannot see.
      if (this.#process === child) console.error(`the server ended (${code ?? signal}):\n${this.#log}`);
    });
    await until(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`the server exited with ${child.exitCode}:\n${this.#log}`);
        const response = await fetch(`${this.url}/readyz`).catch(() => null);
        return response?.ok ?? false;
      },
      { what: "the server to be ready", timeoutMs: 20_000, detail: () => this.#log },
    );
  }

  /** Ends the process as an operator does (SIGTERM), or as a crash does (SIGKILL). */
  async down(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  /** Stops the process where it stands, or lets it go on: what is sent to it meanwhile waits in the network. */
  freeze(frozen: boolean): void {
    this.#process?.kill(frozen ? "SIGSTOP" : "SIGCONT");
  }

  async close(): Promise<void> {
    await this.down();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
