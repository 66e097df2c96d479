/**
 * A room's halls, at most one a worker. Newcomers are shown into one after the other: into the first that has
 * not reached the limit, else into one more on another worker, else into the emptiest there is.
 */
import { type Guest, Hall } from "./hall.ts";
import { roomyHall } from "./placement.ts";
import type { Place } from "./worker.ts";

export interface HallsOptions {
  /**
   * A new router on the least loaded worker beside those of these places; null when there is no further
   * worker. Where none is named it waits until a worker lives.
   */
  readonly place: (taken: readonly Place[]) => Promise<Place | null>;
  /** Consumers from which on newcomers go elsewhere. */
  readonly limit: number;
  /** It has ended, with all that was in it. */
  readonly handleEnd: (hall: Hall) => void;
}

export class Halls {
  readonly #options: HallsOptions;
  #open: Hall[] = [];
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: HallsOptions) {
    this.#options = options;
  }

  /** The guest's hall from now on. `each`: consumers that a guest is about to make. Rejects when the room is closed. */
  enter(guest: Guest, each: () => number): Promise<Hall> {
    const entered = this.#tail.then(async () => {
      const hall = await this.#choose(each());
      if (hall.closed) throw new Error("the hall has closed meanwhile");
      hall.guests.add(guest);
      return hall;
    });
    this.#tail = entered.catch(() => undefined);
    return entered;
  }

  /** A hall goes with its last. */
  leave(guest: Guest, hall: Hall): void {
    hall.guests.delete(guest);
    if (hall.guests.size === 0) hall.close();
  }

  /** Idempotent, silent afterwards. */
  close(): void {
    this.#closed = true;
    for (const hall of this.#open) hall.close();
  }

  async #choose(each: number): Promise<Hall> {
    const roomy = roomyHall(
      this.#open.map((hall) => hall.consumers(each)),
      this.#options.limit,
    );
    const known = roomy === null ? undefined : this.#open[roomy];
    if (known) return known;
    const place = await this.#options.place(this.#open.map((hall) => hall.place));
    if (place) return this.#add(await Hall.open(place));
    const [emptiest] = this.#open.toSorted((a, b) => a.consumers(each) - b.consumers(each));
    if (!emptiest) throw new Error("the halls have closed meanwhile");
    return emptiest;
  }

  #add(hall: Hall): Hall {
    if (this.#closed || hall.closed) {
      hall.close();
      throw new Error("the room or its worker has ended meanwhile");
    }
    this.#open.push(hall);
    hall.place.router.observer.once("close", () => {
      this.#open = this.#open.filter((each) => each !== hall);
      if (!this.#closed) this.#options.handleEnd(hall);
    });
    return hall;
  }
}
