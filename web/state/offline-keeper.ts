/**
 * When what this browser keeps of a jam is written: the edits a moment after they changed, the document
 * at leisure, both at once when the page is about to go. A disk that fails is told of once, and every
 * later change tries again.
 */
import { countEdits, type OwnEdits, packEdits } from "#shared/document/own-edits.ts";
import type { KeptJam } from "./kept-jam.ts";
import type { RoomStore } from "./offline-store.ts";

/** Long enough that an edit which the server confirms at once is never written. ms. */
const EDITS_MS = 300;
/** A document is some kilobytes, and the server has it too. A page that goes sooner may not get it written. ms. */
const JAM_MS = 1_000;

export interface KeeperOptions {
  readonly store: RoomStore;
  /** What waits for the server now. */
  readonly edits: () => OwnEdits;
  /** The jam as it is now; null while it is not the server's. */
  readonly jam: () => KeptJam | null;
  /** What was read from the store held edits. */
  readonly hasEdits: boolean;
  /** A write has failed; told once. */
  readonly handleFailure: () => void;
}

type Row = "edits" | "jam";

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #timers = new Map<Row, ReturnType<typeof setTimeout>>();
  readonly #writing = new Map<Row, Promise<void>>();
  /** Whether the store may hold edits. */
  #hasEdits: boolean;
  #works = true;
  #told = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#hasEdits = options.hasEdits;
  }

  /** Whether what waits outlives this page, as far as the last write of it says. */
  get works(): boolean {
    return this.#works;
  }

  /** An edit was made, or more were confirmed. */
  editsChanged(): void {
    this.#schedule("edits", EDITS_MS);
  }

  jamChanged(): void {
    this.#schedule("jam", JAM_MS);
  }

  /** The edits as they are now are handed to the disk before this returns. */
  keepEdits(): void {
    this.#write("edits");
  }

  /** The page is about to go: what is not written now may never be. */
  flush(): void {
    const isLate = this.#timers.has("edits") || this.#writing.has("edits");
    if (isLate) this.#options.store.noteEdits(packEdits(this.#options.edits()));
    for (const row of ["edits", "jam"] as const) if (this.#timers.has(row)) this.#write(row);
  }

  #schedule(row: Row, afterMs: number): void {
    if (this.#timers.has(row)) return;
    const timer = setTimeout(() => {
      // Behind a slow disk one write waits, of what is newest then.
      const busy = this.#writing.get(row);
      if (busy) void busy.then(() => this.#write(row));
      else this.#write(row);
    }, afterMs);
    this.#timers.set(row, timer);
  }

  #write(row: Row): void {
    clearTimeout(this.#timers.get(row));
    this.#timers.delete(row);
    const writing = (row === "edits" ? this.#writeEdits() : this.#writeJam()).catch(() => this.#fail());
    this.#writing.set(row, writing);
    void writing.then(() => {
      if (this.#writing.get(row) === writing) this.#writing.delete(row);
    });
  }

  async #writeEdits(): Promise<void> {
    const edits = this.#options.edits();
    const isEmpty = countEdits(edits) === 0;
    if (isEmpty && !this.#hasEdits) return;
    this.#hasEdits = true;
    try {
      await this.#options.store.writeEdits(isEmpty ? null : packEdits(edits));
    } catch (error) {
      this.#works = false;
      throw error;
    }
    this.#works = true;
    if (isEmpty) this.#hasEdits = false;
  }

  async #writeJam(): Promise<void> {
    const jam = this.#options.jam();
    if (jam) await this.#options.store.writeJam(jam);
  }

  #fail(): void {
    if (this.#told) return;
    this.#told = true;
    this.#options.handleFailure();
  }
}
