/** A browser's Worker, as far as the page's net code uses one, on a thread of Node's. */
import { Worker } from "node:worker_threads";

const SCOPE = new URL("./worker-scope.ts", import.meta.url);

export class NodeWorker {
  readonly #worker: Worker;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;

  constructor(module: URL) {
    this.#worker = new Worker(SCOPE, { workerData: module.href });
    this.#worker.on("message", (data: unknown) => this.onmessage?.({ data }));
  }

  postMessage(message: unknown): void {
    this.#worker.postMessage(message);
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}
