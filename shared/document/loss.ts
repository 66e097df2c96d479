/**
 * Whether a hop is losing packets. The receiver says now and then how many datagrams have come; the sender
 * knows how many went, and when. A difference that stays is a loss; a late one is not. So neither a busy
 * receiver nor a slow acknowledgement counts, as it would if waiting were the only sign.
 */

/** How long after the first a second copy goes out while a hop is losing. Seconds. */
export const COPY_DELAY = 0.015;
/** A hop counts as losing for this long after the last loss that was seen. Seconds. */
export const LOSING_FOR = 60;
/** Datagrams whose times are remembered: the parts of the largest delta, a few times over. */
const TIMES_KEPT = 256;
/** The receiver's count is a u16 and wraps. */
const WRAP = 0x1_0000;

const signed = (count: number): number => ((count + WRAP * 1.5) % WRAP) - WRAP / 2;

export class LossWatch {
  #sent = 0;
  /** When the newest of them went. */
  readonly #times: number[] = [];
  /** Losses that were seen already. */
  #known = 0;
  /** What seemed missing the last time: only what is missing twice in a row is lost. */
  #suspected = 0;
  #lostAt = Number.NEGATIVE_INFINITY;

  isLosing(now: number): boolean {
    return now - this.#lostAt < LOSING_FOR;
  }

  /** When the second copy of what goes out now is due; null for none. */
  copyAfter(now: number): number | null {
    return this.isLosing(now) ? COPY_DELAY : null;
  }

  /** A datagram went out. */
  handleSent(now: number): void {
    this.#sent += 1;
    this.#times.push(now);
    if (this.#times.length > TIMES_KEPT) this.#times.shift();
  }

  /** The receiver has had `count` (u16) so far. What went within the last `patience` seconds may be under way. */
  handleHeard(count: number, now: number, patience: number): void {
    const underway = this.#times.length - this.#times.findLastIndex((at) => at <= now - patience) - 1;
    const missing = signed((this.#sent - underway - count) % WRAP);
    const confirmed = Math.min(missing, this.#suspected);
    this.#suspected = missing;
    if (confirmed > this.#known) {
      this.#known = confirmed;
      this.#lostAt = now;
    }
    // What was given up came after all, was doubled on its way, or the receiver counts anew.
    this.#known = Math.min(this.#known, signed((this.#sent - count) % WRAP));
  }

  /** A loss that was seen in another way. */
  handleLoss(now: number): void {
    this.#lostAt = now;
  }
}
