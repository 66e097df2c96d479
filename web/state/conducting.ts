/** What a leader conducts, as the screen shows it, and the way to conduct as one. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Jam } from "#shared/music/model.ts";
import { NOTHING_STAGED } from "#shared/music/staged.ts";
import type { ControlRefusal, LeaderControl } from "#shared/protocol/controls.ts";
import type { Conducted, ConductingView } from "./view.ts";

export interface ConductingOptions {
  /** Asks the server; null while there is no connection. Rejects with a `reason` where it is refused. */
  readonly ask: (control: LeaderControl) => Promise<void> | null;
  readonly say: (sentence: string) => void;
}

const REFUSED: Readonly<Record<ControlRefusal, string>> = {
  FORBIDDEN: "Only a leader can do that.",
  INVALID: "The server does not know that.",
  RATE: "That was too fast: try again.",
  NOT_FOUND: "That is not there any more.",
  UNAVAILABLE: "The server cannot store it now.",
};

export class Conducting implements ConductingView {
  readonly #options: ConductingOptions;
  readonly #state = signal<Conducted>({
    polarity: NOTHING_STAGED,
    silence: NOTHING_STAGED,
    launch: NOTHING_STAGED,
    locked: false,
    ramp: null,
  });
  #timeline: unknown = null;

  constructor(options: ConductingOptions) {
    this.#options = options;
  }

  get state(): ReadonlySignal<Conducted> {
    return this.#state;
  }

  /** The jam has changed. */
  read({ polarity, silence, launch, locked, timeline }: Jam): void {
    const before = this.#state.peek();
    const isSame =
      before.polarity === polarity &&
      before.silence === silence &&
      before.launch === launch &&
      before.locked === locked &&
      this.#timeline === timeline;
    if (isSame) return;
    this.#timeline = timeline;
    const { fromBeat, ramp } = timeline.next ?? timeline.base;
    this.#state.value = { polarity, silence, launch, locked, ramp: ramp ? { fromBeat, ...ramp } : null };
  }

  conduct(control: LeaderControl): void {
    const refused = (reason: string | null) =>
      this.#options.say(
        (reason !== null && Object.hasOwn(REFUSED, reason) && REFUSED[reason as ControlRefusal]) ||
          "The server cannot be reached.",
      );
    const asked = this.#options.ask(control);
    if (!asked) return refused(null);
    asked.catch((error: unknown) =>
      refused((error as { readonly reason?: string | null } | null)?.reason ?? null),
    );
  }
}
