/**
 * One timer that a hidden tab does not throttle: it runs in a Worker. Delivery and pings hang on it.
 */
export class WakeTimer {
  /** Made when it is first needed: a page that opens a link has a score to draw before that. */
  #worker: Worker | null = null;
  #callback: (() => void) | null;

  constructor(callback: () => void) {
    this.#callback = callback;
  }

  /** Wakes once after `seconds`; a later call replaces the earlier one. */
  set(seconds: number): void {
    if (!this.#callback) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage(Math.max(0, seconds) * 1_000);
  }

  close(): void {
    this.#callback = null;
    this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./wake-worker.ts", import.meta.url), {
      type: "module",
      name: "tutti-wake",
    });
    worker.onmessage = () => this.#callback?.();
    return worker;
  }
}
