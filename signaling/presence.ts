/** Passes on where hands are, each person's at its pace: who says more is slowed, not cut off. */
import type { Place } from "#shared/protocol/messages.ts";
import { Paced } from "#shared/room/presence.ts";

export class PresenceRelay {
  readonly #now: () => number;
  readonly #forward: (from: number, at: Place | null) => void;
  readonly #hands = new Map<number, Paced<Place | null>>();
  #timer: NodeJS.Timeout | null = null;

  /** `now` in monotonic seconds; `forward` tells the others. */
  constructor(now: () => number, forward: (from: number, at: Place | null) => void) {
    this.#now = now;
    this.#forward = forward;
  }

  say(actor: number, at: Place | null): void {
    let hand = this.#hands.get(actor);
    if (!hand) this.#hands.set(actor, (hand = new Paced()));
    hand.offer(at);
    this.#pass();
  }

  leave(actor: number): void {
    this.#hands.delete(actor);
  }

  close(): void {
    this.#hands.clear();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #pass(): void {
    const now = this.#now();
    let next: number | null = null;
    for (const [actor, hand] of this.#hands) {
      const passed = hand.take(now);
      if (passed) this.#forward(actor, passed.value);
      if (hand.due !== null) next = Math.min(next ?? hand.due, hand.due);
    }
    if (next === null || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#pass();
      },
      Math.ceil((next - now) * 1_000) + 1,
    );
  }
}
