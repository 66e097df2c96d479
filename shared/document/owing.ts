/**
 * What the server owes one client, and when: at once, or after a while that gives a faster way its chance. Who
 * hears the author on the SFU or in a mesh needs no copy but when that was lost.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { Delta } from "./delta.ts";
import { COPY_DELAY } from "./loss.ts";
import { Outbox } from "./outbox.ts";
import { fitsDatagrams } from "./parts.ts";

/** Seconds that a client which hears an author directly is given before the server sends a delta too. */
export const GRACE = 0.25;
/** The same while it says that it is losing: a little longer than an author waits who sends all twice. */
export const LOSING_GRACE = COPY_DELAY + 0.005;
/** The same for an audience, which mostly says with its pings, 2 s apart, that it has everything. */
export const LISTENER_GRACE = 2.5;

export class Owing {
  readonly outbox = new Outbox({ resendAfter: null, bound: LIMITS.owedDeltas });
  readonly #patience: number;
  #direct: ReadonlySet<number> = new Set();
  #losing = false;

  /** `patience`: seconds that the fast path is given while nothing is lost. */
  constructor(patience = GRACE) {
    this.#patience = patience;
  }

  /** Whose datagrams this client says it hears, and whether some of them are lost. */
  setDirect(direct: ReadonlySet<number>, losing: boolean): void {
    this.#direct = direct;
    this.#losing = losing;
  }

  /** Of this many bytes; 0 for what went over no fast path. False when too much is owed already. */
  offer(delta: Delta, size: number, now: number): boolean {
    const isDirect = this.#direct.has(delta.actor) && size > 0 && fitsDatagrams(size);
    const grace = this.#losing ? LOSING_GRACE : this.#patience;
    return this.outbox.offer(delta, isDirect ? now + grace : now);
  }

  /** The SFU has passed this on twice: who missed the one has the other, and hardly needs a third from here. */
  handleCopied(author: number, seq: number, now: number): void {
    if (this.#direct.has(author)) this.outbox.postpone(author, seq, now + this.#patience);
  }
}
