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

  /** A bound that is reached costs the others the fast path, not the delta: the server has it from the socket. */
  offer(delta: Delta, now: number): void {
    this.#outbox.offer(delta, now);
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
