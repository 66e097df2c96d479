/** Reactions as they are seen: for a moment, and then gone. The words and signs are the screen's. */
import type { ReadonlySignal } from "@preact/signals";
import { REACTIONS, type Reaction } from "#shared/protocol/chat.ts";
import { Fleeting } from "./fleeting.ts";
import type { Wire } from "./view.ts";

/** How long one is seen, ms. */
export const REACTION_MS = 2_400;
/** Of who is in the audience: it is no person's. */
const NO_COLOR = -1;
/** Shown at once; the oldest gives way. */
const MOST = 24;

export interface ShownReaction {
  readonly id: number;
  readonly actor: number;
  readonly name: string;
  readonly color: number;
  readonly reaction: Reaction;
  readonly isMine: boolean;
}

const isReaction = (name: string): name is Reaction => (REACTIONS as readonly string[]).includes(name);

export class Reactions {
  readonly #wire: Wire;
  readonly #seen = new Fleeting<Omit<ShownReaction, "id">>({ ms: REACTION_MS, most: MOST });

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Oldest first. */
  get shown(): ReadonlySignal<readonly ShownReaction[]> {
    return this.#seen.shown;
  }

  /** Mine is seen here at once. */
  react(reaction: Reaction): void {
    const actor = this.#wire.welcome()?.actor;
    if (actor !== undefined && this.#wire.send({ type: "reaction", reaction }))
      this.#show(actor, reaction, true);
    else this.#wire.say("Not sent: the connection is away.");
  }

  /** One of a later version that is not known here is left out. */
  heard(actor: number, reaction: string, name?: string): void {
    if (isReaction(reaction)) this.#show(actor, reaction, false, name);
  }

  /** `name`: of a listener, who has no colour. */
  #show(actor: number, reaction: Reaction, isMine: boolean, name?: string): void {
    const who = this.#wire.author(actor) ?? (name === undefined ? null : { name, color: NO_COLOR });
    if (!who) return;
    this.#seen.show({ actor, reaction, isMine, name: who.name, color: who.color });
  }
}
