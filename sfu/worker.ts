/**
 * One mediasoup worker process kept alive: started under a deadline, given its WebRtcServer on one fixed
 * UDP and TCP port, and started anew when it dies. The rooms on it learn of a death from their routers.
 */
import { isIPv6 } from "node:net";
import { createWorker } from "mediasoup";
import type { Router, WebRtcServer, Worker } from "mediasoup/types";
import { withDeadline } from "./deadline.ts";
import type { Log } from "./log.ts";
import { loadOf, restartDelayMs } from "./placement.ts";
import { sumOf, type Tally, tallyOf } from "./tally.ts";

export interface ListenAddress {
  readonly ip: string;
  /** What clients are told: this machine's address as they see it. */
  readonly announcedAddress: string;
}

export interface WorkerOptions {
  readonly binary: string;
  /** All of them on one port. */
  readonly listen: readonly ListenAddress[];
  readonly port: number;
  readonly log: Log;
  /** It has come back after a death. */
  readonly onRestarted: () => void;
}

/** A router, the server its WebRtcTransports listen on, and whether its worker died under it. */
export interface Place {
  readonly router: Router;
  readonly server: WebRtcServer;
  readonly tally: Tally;
  readonly worker: SfuWorker;
  readonly hasDied: () => boolean;
}

/** What there is on one worker now. */
export interface WorkerReport extends Tally {
  readonly alive: boolean;
  readonly routers: number;
}

/** A worker whose JavaScript and binary are of different versions never answers. */
const START_DEADLINE_MS = 10_000;

type State =
  | { readonly kind: "down" }
  | { readonly kind: "alive"; readonly worker: Worker; readonly server: WebRtcServer }
  | { readonly kind: "closed" };

export class SfuWorker {
  readonly #options: WorkerOptions;
  #state: State = { kind: "down" };
  readonly #tallies = new Set<Tally>();
  #failures = 0;
  #restart: NodeJS.Timeout | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  get alive(): boolean {
    return this.#state.kind === "alive";
  }

  /** How busy it is, to be compared with others. */
  get load(): number {
    return loadOf([...this.#tallies].map(({ consumers }) => consumers));
  }

  /** For the operator. */
  get report(): WorkerReport {
    return { alive: this.alive, routers: this.#tallies.size, ...sumOf(this.#tallies) };
  }

  /** The id of its process while it lives. */
  get pid(): number | null {
    return this.#state.kind === "alive" ? this.#state.worker.pid : null;
  }

  /** Resolves when it takes rooms; rejects, and does not try again, when it could not be started. */
  async start(): Promise<void> {
    const { port, log } = this.#options;
    const worker = await startProcess(this.#options.binary);
    let server: WebRtcServer;
    try {
      server = await this.#listen(worker);
      if (this.#state.kind === "closed") throw new Error("closed while it started");
    } catch (error) {
      worker.close();
      throw error;
    }
    this.#state = { kind: "alive", worker, server };
    worker.on("died", (error) => this.#handleDied(error));
    // mediasoup closes its workers on SIGTERM and SIGINT of its own accord.
    worker.observer.on("close", () => {
      if (this.#state.kind === "alive" && this.#state.worker === worker) this.#state = { kind: "down" };
    });
    log.info({ port, pid: worker.pid }, "SFU worker started");
  }

  async createRouter(): Promise<Place> {
    if (this.#state.kind !== "alive") throw new Error("the SFU worker is not running");
    const { worker, server } = this.#state;
    const router = await worker.createRouter({
      // Opus is the only codec: nobody sends pictures.
      mediaCodecs: [{ kind: "audio", mimeType: "audio/opus", clockRate: 48_000, channels: 2 }],
    });
    const tally = tallyOf(router);
    this.#tallies.add(tally);
    router.observer.once("close", () => this.#tallies.delete(tally));
    return { router, server, tally, worker: this, hasDied: () => worker.died };
  }

  close(): void {
    const state = this.#state;
    this.#state = { kind: "closed" };
    if (this.#restart) clearTimeout(this.#restart);
    if (state.kind === "alive") state.worker.close();
  }

  async #listen(worker: Worker): Promise<WebRtcServer> {
    const { listen, port } = this.#options;
    // On "::" a socket has IPv4's port as well, unless it is told not to.
    const flags = { ipv6Only: listen.length > 1 };
    const creating = worker.createWebRtcServer({
      listenInfos: listen.flatMap((at) => [
        { protocol: "udp" as const, ...at, port, flags },
        { protocol: "tcp" as const, ...at, port, flags },
      ]),
    });
    try {
      return await withDeadline(creating, START_DEADLINE_MS, "the worker does not answer");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const places = listen.map(({ ip }) => (isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`)).join(" and ");
      throw new Error(`The SFU cannot listen on ${places} (UDP and TCP): ${reason}`, { cause: error });
    }
  }

  #handleDied(error: Error): void {
    if (this.#state.kind === "closed") return;
    this.#state = { kind: "down" };
    this.#options.log.error({ port: this.#options.port, reason: error.message }, "SFU worker died");
    this.#restartLater();
  }

  #restartLater(): void {
    const restart = async (): Promise<void> => {
      try {
        await this.start();
        this.#failures = 0;
        this.#options.onRestarted();
      } catch (error) {
        if (this.#state.kind === "closed") return;
        this.#failures += 1;
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.log.error({ port: this.#options.port, reason }, "SFU worker does not start");
        this.#restartLater();
      }
    };
    this.#restart = setTimeout(() => void restart(), restartDelayMs(this.#failures, Math.random()));
  }
}

async function startProcess(binary: string): Promise<Worker> {
  const starting = createWorker({ workerBin: binary, logLevel: "error" });
  try {
    return await withDeadline(starting, START_DEADLINE_MS, "it does not answer; is it of another version?");
  } catch (error) {
    // Should it answer after all, nobody waits for it any more.
    starting.then(
      (worker) => worker.close(),
      () => undefined,
    );
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The SFU worker ${binary} cannot be started: ${reason}`, { cause: error });
  }
}
