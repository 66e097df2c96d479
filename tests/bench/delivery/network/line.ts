/**
 * One way through a bad network, as arithmetic: when what goes in now comes out, or that it never does.
 * A datagram that is lost is gone; of a stream, what was lost comes again, and holds back what is behind it.
 */
import type { Random } from "#shared/lib/random.ts";

export interface Conditions {
  /** One way, in ms. */
  readonly delayMs: number;
  /** The share that is lost, 0 to 1. */
  readonly loss: number;
}

/** The least that Linux's TCP waits beyond a round trip before it sends again, in ms. */
const TCP_PATIENCE_MS = 200;

export class DatagramLine {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** When a datagram that comes in at `now` goes out; null when it is lost. Any clock in ms. */
  pass(now: number, { delayMs, loss }: Conditions): number | null {
    return this.#random() < loss ? null : now + delayMs;
  }
}

export class StreamLine {
  readonly #random: Random;
  #last = Number.NEGATIVE_INFINITY;

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * When a piece that comes in at `now` goes out: never before the one ahead of it.
   *
   * Sparse traffic has nothing behind it that could tell of the loss, so that the sender's timer has to:
   * a round trip and 200 ms (RFC 6298, with Linux's minimum).
   */
  pass(now: number, { delayMs, loss }: Conditions): number {
    let sent = now;
    while (this.#random() < loss) sent += 2 * delayMs + TCP_PATIENCE_MS;
    this.#last = Math.max(this.#last, sent + delayMs);
    return this.#last;
  }
}
