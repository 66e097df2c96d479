/** One timer for the first of all that is due. */

/** A timer earlier than this would only spin. ms. */
const LEAST_WAIT_MS = 1;

export class DueTimer {
  readonly #now: () => number;
  readonly #act: () => void;
  #timer: NodeJS.Timeout | null = null;
  #due = Number.POSITIVE_INFINITY;
  #closed = false;

  /** `now` in monotonic seconds; `act` does all that is due then. */
  constructor(now: () => number, act: () => void) {
    this.#now = now;
    this.#act = act;
  }

  /** Acts at `due` at the latest; null asks for nothing. */
  set(due: number | null): void {
    if (this.#closed || due === null || due >= this.#due) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#due = due;
    const wait = Math.max(LEAST_WAIT_MS, Math.ceil((due - this.#now()) * 1000));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#due = Number.POSITIVE_INFINITY;
      this.#act();
    }, wait);
  }

  /** Idempotent; nothing is done afterwards. */
  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }
}
