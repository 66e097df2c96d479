/**
 * The rung by which each person is shown to be linked. Between two fast paths edits take the relay for a
 * moment, which is no news to anybody: a fall to the relay is shown once it lasts. Time comes in.
 */
import type { Rung } from "#shared/protocol/messages.ts";

/** Longer than the change from a mesh to the SFU takes on a slow network, in ms. */
export const FALL_SHOWN_AFTER_MS = 1_500;

interface Shown {
  readonly rung: Rung;
  /** Since when edits have come by the relay; null while a fast path carries them. */
  readonly fallenAt: number | null;
}

export class ShownRungs {
  readonly #shown = new Map<number, Shown>();

  /** What to show of an actor whose edits come by `rung` at `now`, any clock in ms. */
  read(actor: number, rung: Rung, now: number): Rung {
    const before = this.#shown.get(actor);
    const fallenAt = rung === "relay" ? (before?.fallenAt ?? now) : null;
    const holds = before !== undefined && fallenAt !== null && now - fallenAt < FALL_SHOWN_AFTER_MS;
    const shown = holds ? before.rung : rung;
    this.#shown.set(actor, { rung: shown, fallenAt });
    return shown;
  }

  /** When what is shown will have to be read again, though nothing happens: in ms; null for never. */
  get nextDue(): number | null {
    const falls = [...this.#shown.values()].flatMap(({ rung, fallenAt }) =>
      fallenAt === null || rung === "relay" ? [] : [fallenAt + FALL_SHOWN_AFTER_MS],
    );
    return falls.length === 0 ? null : Math.min(...falls);
  }

  forget(actor: number): void {
    this.#shown.delete(actor);
  }
}
