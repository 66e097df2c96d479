/** Owns things that must end together: whatever is added is closed once, the newest first. */
export class Scope {
  #closers: (() => void)[] | null = [];

  /** Adds a closer and returns it; on a scope already closed it runs at once. */
  own(closer: () => void): void {
    if (this.#closers) this.#closers.push(closer);
    else closer();
  }

  get closed(): boolean {
    return this.#closers === null;
  }

  close(): void {
    const closers = this.#closers;
    this.#closers = null;
    for (const closer of closers?.toReversed() ?? []) closer();
  }
}
