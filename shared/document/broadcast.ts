/**
 * What one client sends onto the SFU: each delta once, and once more a moment later while the way to the
 * server is losing packets. Whether it is, the server's count of what it heard shows; see `loss.ts`.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { Delta } from "./delta.ts";
import { LossWatch } from "./loss.ts";
import { Outbox } from "./outbox.ts";
import { datagramsOf } from "./parts.ts";
import type { VersionVector } from "./version-vector.ts";

/** What was broadcast within this time may still be on its way to the server. Seconds. */
const UNDERWAY = 0.25;

export class Broadcast {
  /** Kept until the server has it: till then it may be worth sending again. */
  readonly #outbox = new Outbox({ resendAfter: null, bound: LIMITS.owedDeltas });
  #loss = new LossWatch();
  /** The highest number that the others can have heard, from here or from the server. */
  #reach = 0;

  /**
   * False for what goes by way of the server alone: behind a backlog, so far beyond what the others can have
   * heard that they would not take it, or beyond the bound. `stored`: up to where the server has everything.
   */
  offer(delta: Delta, now: number, stored: number): boolean {
    this.#reach = Math.max(this.#reach, stored);
    if (delta.seq > this.#reach + LIMITS.sequenceWindow) return false;
    this.#reach = Math.max(this.#reach, delta.seq);
    return this.#outbox.offer(delta, now);
  }

  acknowledge(vector: VersionVector): void {
    this.#outbox.acknowledge(vector);
  }

  /** The server had to be given this one: the others may lack it as well. */
  repeat(delta: Delta, now: number): void {
    this.#outbox.repeat(delta.actor, delta.seq, now);
  }

  /** How many of this client's datagrams the server has heard; u16. */
  handleHeard(count: number, now: number): void {
    this.#loss.handleHeard(count, now, UNDERWAY);
  }

  /** The producer is gone, and with it the server's count. */
  clear(): void {
    this.#outbox.clear();
    this.#loss = new LossWatch();
    this.#reach = 0;
  }

  get nextDue(): number | null {
    return this.#outbox.nextDue;
  }

  /** The datagrams that are due by now. */
  take(now: number, nowMs: number): Uint8Array[] {
    if (this.nextDue === null) return [];
    const datagrams = this.#outbox
      .take(now, { copyAfter: this.#loss.copyAfter(now) })
      .flatMap((delta) => datagramsOf(delta, nowMs));
    for (const _ of datagrams) this.#loss.handleSent(now);
    return datagrams;
  }
}
