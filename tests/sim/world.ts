/**
 * Virtual time and a bad network: the clock jumps to the next due task, links delay, jitter, lose,
 * double, reorder and break. One seed draws everything, so a failure replays exactly.
 */
import { type Random, seededRandom } from "#shared/lib/random.ts";

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class World {
  /** Seconds since the start. */
  now = 0;
  readonly random: Random;
  #tasks: Task[] = [];
  #order = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  after(seconds: number, run: () => void): void {
    const task = { at: this.now + Math.max(0, seconds), order: this.#order++, run };
    // Binary insertion: the latest first, so that the next is popped off the end.
    let low = 0;
    let high = this.#tasks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#tasks[middle];
      if (other && (other.at > task.at || (other.at === task.at && other.order > task.order)))
        low = middle + 1;
      else high = middle;
    }
    this.#tasks.splice(low, 0, task);
  }

  /** Runs what is due until then, in order. */
  runUntil(end: number): void {
    for (let task = this.#tasks.at(-1); task && task.at <= end; task = this.#tasks.at(-1)) {
      this.#tasks.pop();
      this.now = task.at;
      task.run();
    }
    this.now = end;
  }

  between(low: number, high: number): number {
    return low + this.random() * (high - low);
  }

  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.random() * from.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }
}

export interface Weather {
  /** One way, seconds. */
  readonly delay: number;
  readonly jitter: number;
  readonly loss: number;
  readonly duplication: number;
}

/** Datagrams one way: lost, doubled and reordered as the weather has it; nothing while broken. */
export class Lossy {
  broken = false;
  readonly #world: World;
  readonly #weather: Weather;
  readonly #deliver: (bytes: Uint8Array) => void;

  constructor(world: World, weather: Weather, deliver: (bytes: Uint8Array) => void) {
    this.#world = world;
    this.#weather = weather;
    this.#deliver = deliver;
  }

  send(bytes: Uint8Array): void {
    const { delay, jitter, loss, duplication } = this.#weather;
    const copies = this.#world.chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.broken || this.#world.chance(loss)) continue;
      this.#world.after(delay + this.#world.between(0, jitter), () => this.#deliver(bytes.slice()));
    }
  }
}

/** A stream one way: in order, nothing lost while it is open; what is under way when it breaks is gone. */
export class Ordered {
  #life = 0;
  #last = 0;
  readonly #world: World;
  readonly #weather: Weather;
  readonly #deliver: (bytes: Uint8Array) => void;

  constructor(world: World, weather: Weather, deliver: (bytes: Uint8Array) => void) {
    this.#world = world;
    this.#weather = weather;
    this.#deliver = deliver;
  }

  send(bytes: Uint8Array): void {
    const life = this.#life;
    const { delay, jitter } = this.#weather;
    const arrival = this.#world.now + delay + this.#world.between(0, jitter);
    this.#last = Math.max(this.#last, arrival);
    this.#world.after(this.#last - this.#world.now, () => {
      if (life === this.#life) this.#deliver(bytes.slice());
    });
  }

  break(): void {
    this.#life += 1;
    this.#last = 0;
  }
}
