/** Hands near the score: mine, told to the others, and theirs, for the screen. The rules are `shared/room/presence.ts`'s. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Place } from "#shared/protocol/messages.ts";
import { PresenceBoard, PresenceReport } from "#shared/room/presence.ts";
import type { Author } from "./jam-signals.ts";
import type { Approach, PresenceView } from "./hands-view.ts";

export interface PresenceOptions {
  readonly tell: (at: Place | null) => void;
  /** Null for who is not known. */
  readonly author: (actor: number) => Author | null;
  /** Monotonic seconds. */
  readonly now: () => number;
}

type Timer = ReturnType<typeof setTimeout>;

export class Presence implements PresenceView {
  readonly #options: PresenceOptions;
  readonly #report = new PresenceReport();
  readonly #board = new PresenceBoard();
  readonly #others = signal<readonly Approach[]>([]);
  #telling: Timer | null = null;
  #forgetting: Timer | null = null;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  get others(): ReadonlySignal<readonly Approach[]> {
    return this.#others;
  }

  move(at: Place | null): void {
    this.#report.move(at, this.#options.now());
    this.#tell();
  }

  heard(actor: number, at: Place | null): void {
    this.#board.heard(actor, at, this.#options.now());
    this.#publish();
  }

  left(actor: number): void {
    this.#board.left(actor);
    this.#publish();
  }

  /** Another connection: nobody knows of anybody's hands. */
  reset(): void {
    this.#report.forget();
    this.#board.clear();
    this.#publish();
  }

  #tell(): void {
    const { now, tell } = this.#options;
    const said = this.#report.take(now());
    if (said) tell(said.at);
    const { due } = this.#report;
    if (due === null || this.#telling !== null) return;
    this.#telling = setTimeout(
      () => {
        this.#telling = null;
        this.#tell();
      },
      wait(due, now()),
    );
  }

  #publish(): void {
    const { author, now } = this.#options;
    this.#board.expire(now());
    const { hands, due } = this.#board;
    if (hands.length > 0 || this.#others.peek().length > 0)
      this.#others.value = hands.flatMap(({ actor, at }) => {
        const who = author(actor);
        return who ? [{ actor, at, name: who.name, color: who.color }] : [];
      });
    if (due === null || this.#forgetting !== null) return;
    this.#forgetting = setTimeout(
      () => {
        this.#forgetting = null;
        this.#publish();
      },
      wait(due, now()),
    );
  }
}

const wait = (due: number, now: number): number => Math.max(1, Math.ceil((due - now) * 1_000));
