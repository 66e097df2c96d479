/**
 * Whether the SFU brings this client what it should. A delta that the server had to send, though its
 * author is heard directly, and that never comes over the SFU, was lost on the way here; one that comes
 * late was not. The client says so in its status, and is sent copies sooner.
 */
import { LossWatch } from "./loss.ts";

/** What the SFU has not brought this long after the server did is lost. Seconds. */
const LATE = 0.25;
/** More than a busy room sends within that time; beyond it nothing is noted. */
const MAX_AWAITED = 256;

export class Downlink {
  readonly #awaited = new Map<string, number>();
  readonly #loss = new LossWatch();

  /** The server was the first to bring this delta of an author who is heard on the SFU. */
  handleServer(actor: number, seq: number, now: number): void {
    if (this.#awaited.size < MAX_AWAITED) this.#awaited.set(`${actor}.${seq}`, now);
  }

  /** The SFU brought it, or a part of it. */
  handleSfu(actor: number, seq: number): void {
    this.#awaited.delete(`${actor}.${seq}`);
  }

  isLosing(now: number): boolean {
    for (const [key, at] of this.#awaited) {
      if (at > now - LATE) break;
      this.#awaited.delete(key);
      this.#loss.handleLoss(at + LATE);
    }
    return this.#loss.isLosing(now);
  }

  clear(): void {
    this.#awaited.clear();
  }
}
