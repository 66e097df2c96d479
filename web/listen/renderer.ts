/** The jam made here, by the same engine that performers have. Fetched only where it is wanted. */
import type { ReadonlySignal } from "@preact/signals";
import type { Jam } from "#shared/music/model.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Course } from "#shared/time/course.ts";
import { Player, type PlayerStatus } from "../audio/player.ts";
import { engineMode } from "../platform.ts";

export class Renderer {
  readonly #player: Player;

  constructor(clock: LocalClock, onSleep: () => void) {
    this.#player = new Player({ clock, mode: engineMode() });
    this.#player.onSleep(onSleep);
  }

  get status(): ReadonlySignal<PlayerStatus> {
    return this.#player.status;
  }

  /** Seconds that the device renders ahead of its speakers; 0 while it does not sound. */
  get renderAhead(): number {
    return this.#player.output()?.renderAhead ?? 0;
  }

  setJam(jam: Jam): void {
    this.#player.setJam(jam);
  }

  setClock(course: Course, generation: number): void {
    this.#player.setClock(course, generation);
  }

  /** Peak of what sounds, linear. */
  level(): number {
    return this.#player.level(null);
  }

  /** In the handler of a gesture, where there is one. */
  start(): void {
    void this.#player.start();
  }

  /** Ends the sound and frees its device; `start` may follow. */
  stop(): void {
    this.#player.close();
  }

  inspect() {
    return this.#player.inspect();
  }
}
