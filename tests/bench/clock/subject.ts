/**
 * What takes part in the comparison of clocks: something that pings a server over a simulated network
 * and says what time it is there. Everybody gets the same page: its wrong clock, its timers, its network.
 */
import { exchangeAt, type LocalError, localAt, type Weather } from "#shared/time/clock-simulation.ts";
import type { LocalTime } from "#shared/time/instants.ts";
import type { PingSample } from "#shared/time/offset-estimator.ts";
import type { World } from "../../sim/world.ts";

export interface Subject {
  /** Room time at a local instant, or null before the first lock. */
  readonly roomAt: (now: LocalTime) => number | null;
}

/** Begins at once and lives as long as its world. */
export type Start = (page: Page) => Subject;

/** One browser's surroundings in virtual time. Time in the world is the server's, the true one. */
export class Page {
  /** Pings and pongs sent. */
  messages = 0;
  readonly #world: World;
  readonly #error: LocalError;
  readonly #weather: Weather;

  constructor(world: World, error: LocalError, weather: Weather) {
    this.#world = world;
    this.#error = error;
    this.#weather = weather;
  }

  get random(): () => number {
    return this.#world.random;
  }

  now(): LocalTime {
    return localAt(this.#error, this.#world.now);
  }

  /** A timer of this page, in the seconds of its own clock. */
  after(seconds: number, run: () => void): void {
    this.#world.after(seconds / (1 + this.#error.ppm / 1e6), run);
  }

  /** One ping; `handle` is called when its pong arrives, if it does. */
  ping(handle: (sample: PingSample) => void): void {
    this.messages += 1;
    const exchange = exchangeAt(this.#world.now, this.#error, this.#weather);
    if (!exchange) return;
    this.messages += 1;
    this.#world.after(exchange.arrives - this.#world.now, () => handle(exchange.sample));
  }

  /** Pings whenever `next` says so, beginning with its first instant. */
  pingBy(next: (now: LocalTime) => LocalTime, handle: (sample: PingSample) => void): void {
    const wait = () =>
      this.after(next(this.now()) - this.now(), () => {
        this.ping(handle);
        wait();
      });
    wait();
  }
}
