/**
 * The SFU as the rest of the server sees it: so many workers, and rooms on them. It listens on one UDP and
 * TCP port a worker, and on loopback where a room stands on several; it knows nothing of tokens, documents or
 * WebSockets.
 */
import { SfuRoom } from "./room.ts";
import type { Log } from "./log.ts";
import { leastLoaded } from "./placement.ts";
import { type ListenAddress, type Place, SfuWorker, type WorkerReport } from "./worker.ts";
import { knownBinary } from "./worker-binary/known.ts";

export interface SfuOptions {
  /** Null: the one that set-up has put into this machine's cache. */
  readonly workerBin: string | null;
  /** Processes; one a core is what mediasoup is made for. */
  readonly workers: number;
  /** One, or one of IPv4 and one of IPv6. */
  readonly listen: readonly ListenAddress[];
  /** Worker i listens on firstPort + i; 0 lets each take a free port. */
  readonly firstPort: number;
  /** Consumers of a room on one worker from which on newcomers go to another. */
  readonly consumersPerRouter: number;
  readonly log: Log;
}

/** Starts every worker; rejects with a sentence for the operator when one cannot be started. */
export async function startSfu(options: SfuOptions): Promise<SfuService> {
  const binary = options.workerBin ?? knownBinary(process.env);
  if (binary === null)
    throw new Error(
      "There is no mediasoup worker on this machine. `npm start` gets one; MEDIASOUP_WORKER_BIN names one of your own.",
    );
  const service = new SfuService(binary, options);
  try {
    await service.start();
  } catch (error) {
    await service.close();
    throw error;
  }
  return service;
}

export class SfuService {
  readonly #workers: readonly SfuWorker[];
  readonly #rooms = new Map<string, SfuRoom>();
  readonly #log: Log;
  readonly #limit: number;
  /** Rooms that wait for a worker to come back. */
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(binary: string, options: SfuOptions) {
    this.#log = options.log;
    this.#limit = options.consumersPerRouter;
    this.#workers = Array.from(
      { length: options.workers },
      (_, index) =>
        new SfuWorker({
          binary,
          listen: options.listen,
          port: options.firstPort === 0 ? 0 : options.firstPort + index,
          log: options.log,
          onRestarted: () => this.#wake(),
        }),
    );
  }

  async start(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.start()));
  }

  get workers(): { readonly alive: number; readonly wanted: number } {
    return {
      alive: this.#workers.filter((worker) => worker.alive).length,
      wanted: this.#workers.length,
    };
  }

  /** What there is on each worker now, for the operator. */
  get report(): readonly WorkerReport[] {
    return this.#workers.map((worker) => worker.report);
  }

  /** The ids of the worker processes that live, for logs and metrics. */
  get pids(): readonly number[] {
    return this.#workers.flatMap((worker) => worker.pid ?? []);
  }

  /** The room of this id, the same one until it is closed. It takes up no worker before its first request. */
  async room(roomId: string): Promise<SfuRoom> {
    if (this.#closed) throw new Error("the SFU is closed");
    const open = this.#rooms.get(roomId);
    if (open) return open;
    const room = new SfuRoom({
      place: (taken) => this.#place(taken),
      limit: this.#limit,
      log: this.#log,
      onClosed: () => {
        if (this.#rooms.get(roomId) === room) this.#rooms.delete(roomId);
      },
    });
    this.#rooms.set(roomId, room);
    return room;
  }

  /** Ends the rooms and the worker processes. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const room of this.#rooms.values()) room.close();
    for (const worker of this.#workers) worker.close();
    this.#wake();
  }

  /** Null when all workers that live are taken; while none is and none lives, it waits for one. */
  async #place(taken: readonly Place[]): Promise<Place | null> {
    while (!this.#closed) {
      const index = leastLoaded(
        this.#workers.map((worker) => ({
          isFree: worker.alive && taken.every((place) => place.worker !== worker),
          load: worker.load,
        })),
      );
      const worker = index === null ? undefined : this.#workers[index];
      if (worker) return worker.createRouter();
      if (taken.length > 0) return null;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    throw new Error("the SFU is closed");
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
