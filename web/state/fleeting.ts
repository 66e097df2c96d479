/** What is seen for a moment, and then gone: each for the same while, and not more than so many at once. */
import { type ReadonlySignal, signal } from "@preact/signals";

export class Fleeting<T extends object> {
  readonly #ms: number;
  readonly #most: number;
  readonly #shown = signal<readonly (T & { readonly id: number })[]>([]);
  #nextId = 1;

  /** Where there are more than `most` the oldest gives way. */
  constructor(options: { readonly ms: number; readonly most: number }) {
    this.#ms = options.ms;
    this.#most = options.most;
  }

  /** Oldest first; `id` is another for each. */
  get shown(): ReadonlySignal<readonly (T & { readonly id: number })[]> {
    return this.#shown;
  }

  show(one: T): void {
    const id = this.#nextId++;
    this.#shown.value = [...this.#shown.peek(), { ...one, id }].slice(-this.#most);
    setTimeout(() => {
      this.#shown.value = this.#shown.peek().filter((each) => each.id !== id);
    }, this.#ms);
  }
}
