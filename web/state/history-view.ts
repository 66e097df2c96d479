/** What the screen knows of the jam's past, and of the moment of it that is looked at. */
import type { ReadonlySignal } from "@preact/signals";

/** One line of history: what one hand did without a pause. */
export interface HistoryEdit {
  /** The row after which the jam stood so. */
  readonly n: number;
  readonly name: string;
  readonly color: number | null;
  /** In words that follow the name. */
  readonly what: string;
  /** Unix ms. */
  readonly when: number;
  /** Counted from 1; null while nothing played, or where it is not known. */
  readonly bar: number | null;
  /** It reached the server much later than it was made. */
  readonly isLate: boolean;
  /** Who brought it in its author's stead. */
  readonly via: string | null;
}

export interface HistoryPage {
  readonly state: "loading" | "ready" | "failed";
  /** Why it failed. */
  readonly problem: "offline" | "silent" | "busy" | "unreadable" | null;
  /** Newest first. */
  readonly edits: readonly HistoryEdit[];
  /** Moments from before the oldest edit, newest first. */
  readonly moments: readonly { readonly n: number; readonly when: number }[];
  /** Whether there are older edits. */
  readonly more: boolean;
  /** How far back it goes, Unix ms; null while that is not known. */
  readonly since: number | null;
}

/** A moment of the past that is looked at in place of the present. */
export interface Preview {
  readonly n: number;
  /** Unix ms. */
  readonly when: number;
  readonly bar: number | null;
  readonly state: "loading" | "shown";
}

export interface HistoryView {
  readonly page: ReadonlySignal<HistoryPage>;
  readonly preview: ReadonlySignal<Preview | null>;
  /** Asks for the newest edits; while open, new ones are asked for as they come. */
  open(): void;
  close(): void;
  loadMore(): void;
  /** Shows the jam as it stood right after row `n`; the music plays on from the present. */
  look(n: number): void;
  back(): void;
  /** Makes the present what is looked at, as an edit that can be undone. */
  restore(): void;
  /** Takes back what I did in the last four bars; what came of it, in words. */
  takeBackMine(): string;
}
