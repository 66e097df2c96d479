/** Who is heard on the fast path, on which one, and what of theirs is being put together from parts. */
import { Assembler } from "./parts.ts";

export type Via = "mesh" | "sfu";

export class Hearing {
  /** What comes before this side's own path is set counts too. */
  readonly #via = new Map<number, Via>();
  readonly #assemblers = new Map<number, Assembler>();

  get actors(): ReadonlySet<number> {
    return new Set(this.#via.keys());
  }

  viaOf(actor: number): Via | undefined {
    return this.#via.get(actor);
  }

  note(actor: number, via: Via): void {
    this.#via.set(actor, via);
  }

  /** The whole delta's bytes with its last missing part; null before. */
  assemble(actor: number, part: Uint8Array): Uint8Array | null {
    let assembler = this.#assemblers.get(actor);
    if (!assembler) this.#assemblers.set(actor, (assembler = new Assembler()));
    return assembler.take(part);
  }

  /** This side's own path is another, or the same anew: on others nobody is heard any more. */
  setPath(kind: Via | "relay", isNew: boolean): void {
    for (const [actor, via] of this.#via) if (via !== kind) this.#via.delete(actor);
    if (isNew) this.#assemblers.clear();
  }

  close(actor: number): void {
    this.#via.delete(actor);
    this.#assemblers.delete(actor);
  }
}
