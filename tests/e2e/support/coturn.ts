/** A real TURN server on loopback: Debian's coturn, with a folder of its own and nothing left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./server.ts";
import { until } from "./until.ts";

export const COTURN = process.env["TURNSERVER"] ?? "/usr/bin/turnserver";

/** Why there is none here; null where there is. */
export const coturnMissing = (): string | null =>
  existsSync(COTURN) ? null : `there is no coturn at ${COTURN} (Debian: apt-get install coturn)`;

/** Its own sockets to its peers, of two people and some that have just ended. */
const RELAY_PORTS = 64;

export class Coturn {
  readonly secret = "a secret of the tests";
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;
  #log = "";

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk) => (this.#log += String(chunk)));
  }

  get url(): string {
    return `turn:127.0.0.1:${this.port}`;
  }

  /** What it has said so far. */
  get log(): string {
    return this.#log;
  }

  static async start(): Promise<Coturn> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "tutti-coturn-"));
    const settings = {
      "listening-ip": "127.0.0.1",
      "relay-ip": "127.0.0.1",
      "listening-port": port,
      "min-port": 32_100,
      "max-port": 32_100 + RELAY_PORTS,
      realm: "tutti.test",
      "static-auth-secret": "a secret of the tests",
      userdb: join(folder, "turndb"),
      pidfile: join(folder, "turnserver.pid"),
      "log-file": "stdout",
    };
    const switches = [
      "use-auth-secret",
      "fingerprint",
      "no-tls",
      "no-dtls",
      "no-cli",
      "allow-loopback-peers",
      "simple-log",
      "verbose",
    ];
    const lines = [...Object.entries(settings).map(([name, value]) => `${name}=${value}`), ...switches];
    const config = join(folder, "turnserver.conf");
    writeFileSync(config, `${lines.join("\n")}\n`);
    const child = spawn(COTURN, ["-c", config], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const coturn = new Coturn(port, folder, child);
    try {
      await until(() => coturn.#answers(), {
        what: "coturn to answer",
        timeoutMs: 20_000,
        detail: () => coturn.#log,
      });
    } catch (error) {
      await coturn.close();
      throw error;
    }
    return coturn;
  }

  /** Whether it answers a STUN binding request (RFC 8489). */
  async #answers(): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error(`coturn ended:\n${this.#log}`);
    const socket = createSocket("udp4");
    const heard = once(socket, "message", { signal: AbortSignal.timeout(300) }).then(
      () => true,
      () => false,
    );
    socket.send(Buffer.from("000100002112a442746573742d74757474692d31", "hex"), this.port, "127.0.0.1");
    try {
      return await heard;
    } finally {
      socket.close();
    }
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
