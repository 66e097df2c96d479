/**
 * Hands on knobs, volumes and pans, as the screen sees them. What they send and how the others' are heard
 * is `live-hands.ts`'s, fetched once the sound is on: until then a hand writes edits instead. Notes played live
 * are `live-notes.ts`'s, which comes with the screen for them.
 */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Delta } from "#shared/document/delta.ts";
import type { DelayChoice } from "#shared/live/playout-delay.ts";
import type { LiveHands, LiveHandsOptions } from "./live-hands.ts";
import type { LiveNotes, LiveNotesOptions } from "./live-notes.ts";
import type { HandDelayView, HandsView } from "./hands-view.ts";

/** From the engine's being ready to its first notes' being heard nothing is fetched. ms */
const AFTER_SOUND_MS = 2_000;

type HandsOptions = Omit<LiveHandsOptions & LiveNotesOptions, "show" | "choice">;

export class Hands implements HandsView {
  readonly #options: HandsOptions;
  readonly notes = signal<LiveNotes | null>(null);
  readonly #places = new Map<string, Signal<number | null>>();
  readonly delay = signal<HandDelayView | null>(null);
  readonly #choice = signal<DelayChoice>({ kind: "automatic" });
  #live: LiveHands | null = null;
  #isFetching = false;

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  /** The sound is on. */
  soon(): void {
    if (this.#isFetching) return;
    this.#isFetching = true;
    setTimeout(() => void this.#fetch(), AFTER_SOUND_MS);
  }

  fit(code: typeof LiveNotes): void {
    this.notes.value ??= new code({ ...this.#options, choice: this.#choice });
  }

  at(track: number, control: string): ReadonlySignal<number | null> {
    return this.#place(track, control);
  }

  move(track: number, values: Readonly<Record<string, number>>): boolean {
    return this.#live?.move(track, values) ?? false;
  }

  letGo(track: number, ...controls: readonly string[]): void {
    this.#live?.letGo(track, controls);
  }

  heard(actor: number | null, bytes: Uint8Array): void {
    this.#live?.heard(actor, bytes);
    this.notes.peek()?.heard(actor, bytes);
  }

  wrote(delta: Delta): void {
    this.#live?.wrote(delta);
  }

  left(actor: number): void {
    this.#live?.left(actor);
    this.notes.peek()?.left(actor);
  }

  #place(track: number, control: string): Signal<number | null> {
    const key = `${track}:${control}`;
    let place = this.#places.get(key);
    if (!place) this.#places.set(key, (place = signal(null)));
    return place;
  }

  async #fetch(): Promise<void> {
    try {
      const code = await import("./live-hands.ts");
      this.delay.value = this.#live = new code.LiveHands({
        ...this.#options,
        choice: this.#choice,
        show: (track, control, value) => {
          this.#place(track, control).value = value;
        },
      });
    } catch {
      // The server is away or has another version by now: hands write edits, and the next sound asks again.
      this.#isFetching = false;
    }
  }
}
