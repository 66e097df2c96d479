/** What a crowd is made of, whatever they speak: people who edit, and one tally of when each edit was where. */

/** A place on the grid: 0 to `PLACES` − 1. */
export const PLACES = 512;

export interface Person {
  /** Toggles a place, on behalf of edit number `edit`. */
  edit(edit: number, place: number): void;
  /** Sends what has come due. */
  tick(now: number): void;
  close(): void;
}

/** Opens the connection of one person of a room and resolves when it may edit. */
export type Enter = (url: string, room: string, tally: Tally) => Promise<Person>;

export interface Figures {
  readonly edits: number;
  /** Ms from an edit to the word that it is safe; empty for who gives none. */
  readonly acks: readonly number[];
  /** Ms from an edit to each of the others. */
  readonly arrivals: readonly number[];
}

/** When edits were made, heard of and confirmed, by their numbers. Only those made since `begin` count. */
export class Tally {
  #madeAt: number[] = [];
  #first = Number.POSITIVE_INFINITY;
  #last = Number.POSITIVE_INFINITY;
  readonly #acks: number[] = [];
  readonly #arrivals: number[] = [];

  /** Numbers a new edit. */
  made(): number {
    return this.#madeAt.push(performance.now()) - 1;
  }

  begin(): void {
    this.#first = this.#madeAt.length;
  }

  end(): void {
    this.#last = this.#madeAt.length;
  }

  acknowledged(edit: number): void {
    if (this.#counts(edit)) this.#acks.push(this.#age(edit));
  }

  /** At one of the others. */
  arrived(edit: number): void {
    if (this.#counts(edit)) this.#arrivals.push(this.#age(edit));
  }

  /** Whether all that count have reached `others` people each. */
  isWhole(others: number): boolean {
    return this.#arrivals.length >= (this.#last - this.#first) * others;
  }

  figures(): Figures {
    return { edits: this.#last - this.#first, acks: this.#acks, arrivals: this.#arrivals };
  }

  #counts(edit: number): boolean {
    return edit >= this.#first && edit < this.#last;
  }

  #age(edit: number): number {
    return performance.now() - (this.#madeAt[edit] ?? Number.NaN);
  }
}
