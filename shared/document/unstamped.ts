/**
 * Own deltas that were made without room time. Their stamps stand just above what was seen, and are set anew
 * by room time, once, before they go out to anybody; till then they are nobody else's business.
 */
import type { Delta, RegisterKey, Stamp, Write } from "./delta.ts";
import type { Replica } from "./replica.ts";

export interface Restamped {
  readonly from: Stamp;
  readonly to: Stamp;
}

/** Room time in ms at an earlier instant, by the clock as it is now; at least 1, since 0 says that there is none. */
const ageMs = (at: number, now: number, nowMs: number): number => Math.max(1, nowMs - (now - at) * 1000);

const isTransport = ({ key }: Write): boolean => key.kind === "room" && key.field === "transport";

export class Unstamped {
  /** By sequence number, in the order in which they were made, and when, by the local clock. */
  #waiting = new Map<number, { readonly delta: Delta; readonly at: number }>();

  get size(): number {
    return this.#waiting.size;
  }

  add(delta: Delta, at: number): void {
    this.#waiting.set(delta.seq, { delta, at });
  }

  has(seq: number): boolean {
    return this.#waiting.has(seq);
  }

  /** The room time in ms at which it was made; undefined for a delta that is not among them. */
  madeAtMs(seq: number, now: number, nowMs: number): number | undefined {
    const made = this.#waiting.get(seq);
    return made && ageMs(made.at, now, nowMs);
  }

  /** Gives each the stamp of its own time. Afterwards there are none. */
  stamp(
    replica: Replica,
    now: number,
    nowMs: number,
  ): { readonly delta: Delta; readonly changed: RegisterKey[]; readonly restamped: Restamped }[] {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    return waiting.map(({ delta: before, at }) => {
      const { delta, changed } = replica.restamp(before, ageMs(at, now, nowMs));
      return { delta, changed, restamped: { from: before.stamp, to: delta.stamp } };
    });
  }

  /**
   * A transport change made without room time names instants of no room: it is taken out, and ends when the
   * room's own transport comes. True when there was one: the replica's document is to be replaced then.
   */
  withdrawTransport(replica: Replica): boolean {
    let isLocal = false;
    for (const [seq, { delta, at }] of this.#waiting) {
      if (!delta.writes.some(isTransport)) continue;
      isLocal = true;
      this.#waiting.set(seq, { delta: replica.withdraw(delta, isTransport), at });
    }
    return isLocal;
  }
}
