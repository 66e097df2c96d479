/**
 * The one place that puts the service together: certificate, SFU and server. `main.ts` runs it for an
 * operator, the browser tests for themselves.
 */
import { resolve } from "node:path";
import { startSfu } from "../sfu/service.ts";
import { inUrl, isLoopback, sfuAddresses } from "./addresses.ts";
import { caPages } from "./ca-page.ts";
import type { Config } from "./config.ts";
import type { Handler } from "./http.ts";
import type { Log } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";
import type { SfuService } from "./sfu-port.ts";

export interface Running extends RunningServer {
  /** The URLs under which others on this network reach it; empty without `--lan`. */
  readonly lanUrls: readonly string[];
}

interface Tls {
  readonly cert: string;
  readonly key: string;
}

/**
 * Starts everything that `config` asks for. An SFU that cannot be had is no reason not to start: rooms
 * live on relay and mesh, and `/readyz` says why.
 */
export async function startTutti(config: Config, log: Log): Promise<Running> {
  const secure = config.lan || config.tls ? await loadTls(config) : null;
  const lanAddress = secure?.hosts.find((host) => /^\d+(\.\d+){3}$/.test(host) && !host.startsWith("127."));
  const { sfu, sfuProblem } = await openSfu(config, lanAddress, log);
  try {
    const server = await startServer(config, {
      log,
      sfu,
      sfuProblem,
      tls: secure?.tls ?? null,
      pages: secure?.pages ?? {},
    });
    const hosts = config.lan ? (secure?.hosts ?? []) : [];
    return {
      url: server.url,
      port: server.port,
      counters: server.counters,
      lanUrls: hosts
        .filter((host) => !isLoopback(host))
        .map((host) => `https://${inUrl(host)}:${server.port}`),
      close: async () => {
        await server.close();
        await sfu?.close();
      },
    };
  } catch (error) {
    await sfu?.close();
    throw error;
  }
}

async function openSfu(
  config: Config,
  lanAddress: string | undefined,
  log: Log,
): Promise<{ sfu: SfuService | null; sfuProblem: string | null }> {
  if (config.sfuWorkers === 0) return { sfu: null, sfuProblem: null };
  const announced = config.announcedAddresses ?? (lanAddress === undefined ? [] : [lanAddress]);
  if (announced.length === 0) {
    const sfuProblem = "No address of this machine on the network was found: ANNOUNCED_ADDRESS sets one.";
    return { sfu: null, sfuProblem };
  }
  try {
    const sfu = await startSfu({
      workerBin: config.workerBin,
      workers: config.sfuWorkers,
      listen: sfuAddresses(announced, config.host),
      firstPort: config.rtcPort,
      consumersPerRouter: config.consumersPerRouter,
      log,
    });
    return { sfu, sfuProblem: null };
  } catch (error) {
    const sfuProblem = `The SFU is not running: ${(error as Error).message}`;
    log.warn({ reason: (error as Error).message }, "no SFU: rooms use mesh and relay");
    return { sfu: null, sfuProblem };
  }
}

interface Secure {
  readonly tls: Tls;
  readonly hosts: readonly string[];
  readonly pages: Readonly<Record<string, Handler>>;
}

/** Loaded only where it is needed: making certificates is a big library. */
async function loadTls(config: Config): Promise<Secure> {
  const { lanHosts, tlsMaterial } = await import("./tls.ts");
  const hosts = lanHosts();
  const material = await tlsMaterial({ dataDir: resolve(config.dataDir), hosts, ...config.tls });
  const { cert, key, ca } = material;
  return { tls: { cert, key }, hosts, pages: ca === null ? {} : caPages(ca) };
}
