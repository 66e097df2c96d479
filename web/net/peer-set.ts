/**
 * The open peers of a link and the events about them: what every link has in common. It keeps the
 * promise that `open` and `closed` come in pairs and that nothing is told after the end.
 */
import { Emitter } from "#shared/lib/emitter.ts";
import type { LinkEvents } from "#shared/ports.ts";

export class PeerSet {
  readonly #open = new Set<number>();
  readonly #events = new Emitter<LinkEvents>();

  get actors(): ReadonlySet<number> {
    return this.#open;
  }

  on<K extends keyof LinkEvents>(name: K, listener: (event: LinkEvents[K]) => void): () => void {
    return this.#events.on(name, listener);
  }

  open(actor: number): void {
    if (this.#open.has(actor)) return;
    this.#open.add(actor);
    this.#events.emit("open", { actor });
  }

  closed(actor: number): void {
    if (this.#open.delete(actor)) this.#events.emit("closed", { actor });
  }

  message(event: LinkEvents["message"]): void {
    this.#events.emit("message", event);
  }

  closeAll(): void {
    for (const actor of this.#open) this.closed(actor);
  }

  /** Every open peer is told closed; then silence. */
  close(): void {
    this.closeAll();
    this.#events.close();
  }
}
