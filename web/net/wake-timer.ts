/**
 * One timer that a hidden tab does not throttle: it runs in a Worker. Delivery and pings hang on it.
 */
export class WakeTimer {
  readonly #worker: Worker;
  #callback: (() => void) | null;

  constructor(callback: () => void) {
    this.#callback = callback;
    this.#worker = new Worker(new URL("./wake-worker.ts", import.meta.url), {
      type: "module",
      name: "tutti-wake",
    });
    this.#worker.onmessage = () => this.#callback?.();
  }

  /** Wakes once after `seconds`; a later call replaces the earlier one. */
  set(seconds: number): void {
    if (this.#callback) this.#worker.postMessage(Math.max(0, seconds) * 1_000);
  }

  close(): void {
    this.#callback = null;
    this.#worker.terminate();
  }
}
