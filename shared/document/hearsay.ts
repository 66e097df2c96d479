/**
 * What this replica has lately heard of others. If an author is gone and the server lacks something of its,
 * because it never got there or a crash came before the disk, the server asks for it here: see `hub.ts`.
 * It is bounded; what is forgotten somebody else may have.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { Delta } from "./delta.ts";
import type { VersionVector } from "./version-vector.ts";

/** What the server has is safe on its disk after this long, at the latest. Seconds. */
const STORED_WITHIN = 10;

export class Hearsay {
  /** In the order of hearing. */
  #heard: { readonly delta: Delta; readonly at: number }[] = [];

  note(delta: Delta, now: number): void {
    this.#heard.push({ delta, at: now });
    if (this.#heard.length > LIMITS.hearsayDeltas) this.#heard.shift();
  }

  /** As it was heard here; undefined when it is forgotten. */
  find(actor: number, seq: number): Delta | undefined {
    return this.#heard.find(({ delta }) => delta.actor === actor && delta.seq === seq)?.delta;
  }

  /** The server has everything that is here. */
  agree(now: number): void {
    if (this.#heard.length > 0) this.#heard = this.#heard.filter(({ at }) => at > now - STORED_WITHIN);
  }

  clear(): void {
    this.#heard = [];
  }

  /** What is known of the authors in this vector beyond what it says, in the order of their numbers. */
  beyond(vector: VersionVector): Delta[] {
    if (this.#heard.length === 0) return [];
    const asked = new Set([...vector.entries()].map(({ actor }) => actor));
    return this.#heard
      .map(({ delta }) => delta)
      .filter(({ actor, seq }) => asked.has(actor) && !vector.has(actor, seq))
      .toSorted((a, b) => a.seq - b.seq);
  }
}
