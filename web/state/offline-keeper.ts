/**
 * When what this browser keeps of a jam is written: the edits and undo a moment after they changed, the document
 * at leisure, both at once when the page is about to go. A disk that fails is told of once, and every
 * later change tries again.
 */
import { countEdits, type OwnEdits, packEdits } from "#shared/document/own-edits.ts";
import type { PackedUndo } from "#shared/document/undo-record.ts";
import type { KeptJam } from "./kept-jam.ts";
import type { OwnRows, RoomStore } from "./offline-store.ts";

/** Long enough that an edit which the server confirms at once is never written. ms. */
const EDITS_MS = 300;
/** A document is some kilobytes, and the server has it too. A page that goes sooner may not get it written. ms. */
const JAM_MS = 1_000;

export interface KeeperOptions {
  readonly store: RoomStore;
  /** What waits for the server now. */
  readonly edits: () => OwnEdits;
  /** What can be taken back now; undefined to leave what is kept as it is. */
  readonly undo: () => PackedUndo | null | undefined;
  /** The jam as it is now; null while it is not the server's. */
  readonly jam: () => KeptJam | null;
  /** What was read from the store held edits. */
  readonly hasEdits: boolean;
  /** A write has failed; told once. */
  readonly handleFailure: () => void;
}

type Row = "own" | "jam";

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #timers = new Map<Row, ReturnType<typeof setTimeout>>();
  readonly #writing = new Map<Row, Promise<void>>();
  /** Whether the store may hold edits. */
  #hasEdits: boolean;
  #undoIsNew = false;
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
    this.#schedule("own", EDITS_MS);
  }

  /** There is more or less to take back, or it is known by other stamps. */
  undoChanged(): void {
    this.#undoIsNew = true;
    this.#schedule("own", EDITS_MS);
  }

  jamChanged(): void {
    this.#schedule("jam", JAM_MS);
  }

  /** The edits as they are now are handed to the disk before this returns. */
  keepEdits(): void {
    this.#write("own");
  }

  /** The page is about to go: what is not written now may never be. */
  flush(): void {
    if (this.#timers.has("own") || this.#writing.has("own")) this.#options.store.noteOwn(this.#rows());
    for (const row of ["own", "jam"] as const) if (this.#timers.has(row)) this.#write(row);
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
    const writing = (row === "own" ? this.#writeOwn() : this.#writeJam()).catch(() => this.#fail());
    this.#writing.set(row, writing);
    void writing.then(() => {
      if (this.#writing.get(row) === writing) this.#writing.delete(row);
    });
  }

  #rows(): OwnRows {
    const edits = this.#options.edits();
    return { edits: countEdits(edits) === 0 ? null : packEdits(edits), undo: this.#options.undo() };
  }

  async #writeOwn(): Promise<void> {
    const isEmpty = countEdits(this.#options.edits()) === 0;
    if (isEmpty && !this.#hasEdits && !this.#undoIsNew) return;
    this.#hasEdits ||= !isEmpty;
    this.#undoIsNew = false;
    try {
      await this.#options.store.writeOwn(this.#rows());
    } catch (error) {
      this.#undoIsNew = true;
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
