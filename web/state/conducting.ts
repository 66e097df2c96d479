/** What a leader conducts, as the screen shows it, and the way to conduct as one. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type Conducted, type Deed, DEEDS } from "#shared/document/delta.ts";
import type { JamDocument } from "#shared/document/document.ts";
import type { Jam } from "#shared/music/model.ts";
import { NOTHING_STAGED } from "#shared/music/staged.ts";
import type { LeaderControl } from "#shared/protocol/controls.ts";
import type { Author } from "./jam-signals.ts";
import { fetchLate } from "./late-code.ts";
import type { ConductedState, ConductingView } from "./view.ts";

export interface ConductingOptions {
  readonly document: () => JamDocument;
  readonly author: (actor: number) => Author | null;
  readonly isMe: (actor: number) => boolean;
  /** Asks the server; null while there is no connection. Rejects with a `reason` where it is refused. */
  readonly ask: (control: LeaderControl) => Promise<void> | null;
  readonly say: (sentence: string) => void;
}

export class Conducting implements ConductingView {
  readonly #options: ConductingOptions;
  readonly #state = signal<ConductedState>({
    polarity: NOTHING_STAGED,
    silence: NOTHING_STAGED,
    launch: NOTHING_STAGED,
    locked: false,
    ramp: null,
    deeds: {},
  });

  constructor(options: ConductingOptions) {
    this.#options = options;
  }

  get state(): ReadonlySignal<ConductedState> {
    return this.#state;
  }

  /** The jam has changed. */
  read({ polarity, silence, launch, locked, timeline }: Jam): void {
    const document = this.#options.document();
    const { fromBeat, ramp = null } = timeline.next ?? timeline.base;
    const deeds: Partial<Record<Deed, Conducted>> = {};
    for (const deed of DEEDS)
      deeds[deed] = (document.get({ kind: "conducted", deed })?.value ?? []) as Conducted;
    const next = { polarity, silence, launch, locked, ramp: ramp && { fromBeat, ...ramp }, deeds };
    if (JSON.stringify(next) !== JSON.stringify(this.#state.peek())) this.#state.value = next;
  }

  conduct(control: LeaderControl): void {
    const { ask, say } = this.#options;
    void fetchLate().then(
      ({ askFor }) => askFor(() => ask(control), say),
      () => say("The server cannot be reached."),
    );
  }

  who(actor: number): ReturnType<ConductingView["who"]> {
    const author = this.#options.author(actor);
    return author && { ...author, isMe: this.#options.isMe(actor) };
  }

  say(sentence: string): void {
    this.#options.say(sentence);
  }
}
