/**
 * What the server does about one client whose copy does not follow from what it says it has: when it asks
 * for what it lacks itself, and when it sends its whole document. Both are paced, since the client's next
 * words may have been on their way before it heard.
 */

/** Seconds between two questions. */
const ASK_INTERVAL = 1;
/** Questions without an answer, after which nobody has it any more. */
const MAX_QUESTIONS = 5;
/** Seconds between two whole documents at first, doubled each time, and at most. */
const FIRST_WAIT = 2;
const MAX_WAIT = 600;
/** A client that was in order for this many seconds is one like any other again. */
const CALM = 60;

export type Whole = "snapshot" | "replacement";

export class ClientRepair {
  #askAt = Number.NEGATIVE_INFINITY;
  #questions = 0;
  #wholeAt = Number.NEGATIVE_INFINITY;
  #wait = FIRST_WAIT;
  #due: Whole | null = null;

  /** The whole document that is to be sent now. */
  get due(): Whole | null {
    return this.#due;
  }

  /** The client has something that the server lacks, and its author is not here. True when it is to be asked. */
  handleSurplus(now: number): boolean {
    if (now < this.#askAt) return false;
    this.#askAt = now + ASK_INTERVAL;
    this.#questions += 1;
    if (this.#questions <= MAX_QUESTIONS) return true;
    this.#questions = 0;
    this.handleFault("replacement", now);
    return false;
  }

  /** It has given what was asked for. */
  handleAnswer(): void {
    this.#questions = 0;
  }

  /** Its copy needs the whole document. True when that is due; false so soon after the last one. */
  handleFault(whole: Whole, now: number): boolean {
    const since = now - this.#wholeAt;
    if (since < this.#wait) return false;
    this.#wait = since > this.#wait + CALM ? FIRST_WAIT : Math.min(MAX_WAIT, this.#wait * 2);
    this.#wholeAt = now;
    this.#due = whole;
    return true;
  }

  /** It is owed more than the bound, at whatever time. */
  handleOverflow(): void {
    this.#due ??= "snapshot";
  }

  /** What is to be sent, once. */
  take(now: number): Whole | null {
    const due = this.#due;
    this.#due = null;
    if (due) this.#wholeAt = now;
    return due;
  }
}
