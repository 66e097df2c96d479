/**
 * When the way that edits take is worth a word: once, when it has become another and stays so. Who comes
 * in is on the relay for a moment, and what dies for a moment comes back; neither is news.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Rung } from "#shared/protocol/messages.ts";
import type { Person } from "./view.ts";

/** How long all must be on a rung before it counts, in ms. */
export const SETTLED_AFTER_MS = 1_000;
/** How long the word stands, in ms. */
export const RUNG_NOTICE_MS = 4_000;

/** The rungs by which the others' edits come, each once. */
export const rungsOf = (people: readonly Person[]): Rung[] => [
  ...new Set(
    people.filter(({ self, lost, role }) => !self && !lost && role !== "listener").map(({ rung }) => rung),
  ),
];

export class RungNotice {
  readonly #changedTo = signal<Rung | null>(null);
  /** The one that all are on now; null where there are several, or nobody. */
  #only: Rung | null = null;
  /** The last one that all were on for a while. */
  #settled: Rung | null = null;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #telling: ReturnType<typeof setTimeout> | undefined;

  /** The rung that all have come to lately; null while there is nothing to tell. */
  get changedTo(): ReadonlySignal<Rung | null> {
    return this.#changedTo;
  }

  update(people: readonly Person[]): void {
    const rungs = rungsOf(people);
    const only = (rungs.length === 1 && rungs[0]) || null;
    if (only === this.#only) return;
    this.#only = only;
    // What is told is not true any more.
    this.#changedTo.value = null;
    clearTimeout(this.#settling);
    if (only !== null) this.#settling = setTimeout(() => this.#settle(only), SETTLED_AFTER_MS);
  }

  close(): void {
    clearTimeout(this.#settling);
    clearTimeout(this.#telling);
  }

  #settle(rung: Rung): void {
    const isNews = this.#settled !== null && this.#settled !== rung;
    this.#settled = rung;
    if (!isNews) return;
    this.#changedTo.value = rung;
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => (this.#changedTo.value = null), RUNG_NOTICE_MS);
  }
}
