/** What is measured: a way to share a jam among four people, as far as bytes go. */
import type { Edit } from "./edits.ts";

export interface Subject {
  /** Makes an edit in its author's copy and takes it into all others; bytes of what travels. */
  edit(edit: Edit): number;
}

/** A form in which a newcomer is given the whole jam. */
export interface Form {
  /** As small as it comes. */
  state(): Uint8Array;
  /** What the newcomer does with it: afterwards it holds the jam and can edit. */
  load(state: Uint8Array): unknown;
}

export interface Holder extends Subject, Form {
  /** Many edits at once, where one by one takes minutes; the state is the smaller for it. */
  editAll?(edits: readonly Edit[]): void;
}
