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
  /** In the order in which they were made, and when, by the local clock. */
  #waiting: { readonly delta: Delta; readonly at: number }[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  add(delta: Delta, at: number): void {
    this.#waiting.push({ delta, at });
  }

  has(seq: number): boolean {
    return this.#waiting.some(({ delta }) => delta.seq === seq);
  }

  /** The room time in ms at which it was made; undefined for a delta that is not among them. */
  madeAtMs(seq: number, now: number, nowMs: number): number | undefined {
    const made = this.#waiting.find(({ delta }) => delta.seq === seq);
    return made && ageMs(made.at, now, nowMs);
  }

  /** Gives each the stamp of its own time. Afterwards there are none. */
  stamp(
    replica: Replica,
    now: number,
    nowMs: number,
  ): { readonly delta: Delta; readonly changed: RegisterKey[]; readonly restamped: Restamped }[] {
    const waiting = this.#waiting;
    this.#waiting = [];
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
    const isLocal = this.#waiting.some(({ delta }) => delta.writes.some(isTransport));
    if (isLocal)
      this.#waiting = this.#waiting.map(({ delta, at }) => ({
        delta: replica.withdraw(delta, isTransport),
        at,
      }));
    return isLocal;
  }
}
