/**
 * Undo of one member's own commands. An entry remembers, for each register, the value it replaced and
 * the stamp that stands while the entry does; whoever writes there afterwards owns the register, and it is
 * skipped. The transport is left out: taking back a start of minutes ago would stop everybody's music.
 * Where a tempo came with other changes, though, it goes back with them, by the transport's own rules.
 */
import { settledTempo, type Timeline } from "../music/timeline.ts";
import type { JamDocument } from "./document.ts";
import type { RegisterKey, RegisterValue, Stamp, Write } from "./delta.ts";
import { keyId } from "./keys.ts";
import { compareStamps, sameStamp } from "./stamp.ts";
import { normaliseValue } from "./values.ts";

/** What a command is about to do to one register. */
export interface Change {
  readonly key: RegisterKey;
  readonly before: RegisterValue;
  /** The stamp that stood until then. */
  readonly under: Stamp;
  readonly after: RegisterValue;
}

/** Entries a member can take back. */
const MAX_ENTRIES = 200;
/** Registers one gesture may gather: the largest pattern, emptied and filled, a few times over. */
const MAX_CHANGES = 4_096;

/**
 * One register of an entry. While the entry is done, `other` is the value that undoing writes; while it
 * is undone, the one that redoing writes. `standing` must still stand for either to be allowed, and
 * `under` is the stamp that `other` had.
 */
interface Slot {
  readonly key: RegisterKey;
  readonly value: RegisterValue;
  readonly other: RegisterValue;
  standing: Stamp;
  under: Stamp;
}

type Entry = Map<string, Slot>;

/** What undoing or redoing an entry comes to. */
export interface Step {
  readonly writes: Write[];
  /** The tempo to set beside them, by the transport's rules; null for none. */
  readonly tempo: number | null;
  /** How many of the entry's registers belong to somebody else by now. */
  readonly skipped: number;
}

interface Proposal {
  readonly from: Entry[];
  readonly to: Entry[];
  readonly entry: Entry;
  readonly slots: readonly Slot[];
}

const isTransport = (key: RegisterKey): boolean => key.kind === "room" && key.field === "transport";

/** Tracks that were never there until these writes make them live. */
const born = (document: JamDocument, writes: readonly Write[]): Set<number> =>
  new Set(
    writes.flatMap(({ key, value }) =>
      key.kind === "track" && key.field === "alive" && value === true && !document.get(key) ? key.track : [],
    ),
  );

/**
 * What these writes will change, seen before they are committed. A floor counts as the emptying of
 * each note that it will take away. Of a track that was not there before only its life counts, since
 * nobody sees the rest without it; the transport counts where it is not all that changes.
 */
export function changesOf(document: JamDocument, writes: readonly Write[]): Change[] {
  const changes = new Map<string, Change>();
  const change = (key: RegisterKey, after: RegisterValue) => {
    const before = isTransport(key) ? document.jam().timeline : (document.get(key)?.value ?? null);
    changes.set(keyId(key), { key, before, under: document.stampOf(key), after });
  };
  for (const { key } of writes)
    if (key.kind === "floor") for (const note of document.notes(key.track, key.pattern)) change(note, null);
  const newborn = born(document, writes);
  for (const { key, value } of writes) {
    if (key.kind === "floor" || (isTransport(key) && writes.length === 1)) continue;
    if ("track" in key && newborn.has(key.track) && !(key.kind === "track" && key.field === "alive"))
      continue;
    change(key, normaliseValue(key, value));
  }
  return [...changes.values()];
}

const tempoOf = (timeline: RegisterValue): number => settledTempo(timeline as Timeline);

/** Of the transport only the tempo is the entry's: it stands through starts and stops. */
const stands = (document: JamDocument, { key, value, standing }: Slot): boolean =>
  isTransport(key)
    ? settledTempo(document.jam().timeline) === tempoOf(value)
    : sameStamp(document.stampOf(key), standing);

export class UndoHistory {
  readonly #done: Entry[] = [];
  readonly #undone: Entry[] = [];
  #gesture: Entry | null = null;
  #proposal: Proposal | null = null;

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** What is recorded until `end` is one entry. */
  begin(): void {
    this.end();
    this.#gesture = new Map();
  }

  end(): void {
    this.#gesture = null;
  }

  /** A command was committed with this stamp. `changes` are from `changesOf`, asked before. */
  record(changes: readonly Change[], stamp: Stamp): void {
    if (changes.length === 0) return;
    this.#proposal = null;
    this.#undone.length = 0;
    const entry: Entry = this.#gesture ?? new Map();
    if (entry.size === 0) this.#push(this.#done, entry);
    for (const { key, before, under, after } of changes) {
      const id = keyId(key);
      const slot = entry.get(id);
      // Within a gesture, the value before its first touch counts, unless somebody else wrote in between.
      const continues = slot !== undefined && sameStamp(slot.standing, under);
      entry.set(id, {
        key,
        value: after,
        other: continues ? slot.other : before,
        standing: stamp,
        under: continues ? slot.under : under,
      });
    }
    if (entry.size >= MAX_CHANGES) this.#gesture = null;
  }

  /**
   * What takes back the member's newest entry. Null when there is nothing. Commit it and tell the stamp
   * by `committed`; when there is nothing in it (everything was skipped) the entry is gone.
   */
  undo(document: JamDocument): Step | null {
    return this.#propose(this.#done, this.#undone, document);
  }

  redo(document: JamDocument): Step | null {
    return this.#propose(this.#undone, this.#done, document);
  }

  /** The stamp under which the last proposal was committed. Without this call it did not happen. */
  committed(stamp: Stamp): void {
    const proposal = this.#proposal;
    this.#proposal = null;
    if (!proposal) return;
    const { from, to, entry, slots } = proposal;
    from.splice(from.lastIndexOf(entry), 1);
    const flipped: Entry = new Map();
    for (const slot of slots) {
      this.#rename(slot.key, slot.under, stamp);
      flipped.set(keyId(slot.key), {
        key: slot.key,
        value: slot.other,
        other: slot.value,
        standing: stamp,
        under: slot.standing,
      });
    }
    this.#push(to, flipped);
  }

  #propose(from: Entry[], to: Entry[], document: JamDocument): Step | null {
    this.end();
    this.#proposal = null;
    const entry = from.at(-1);
    if (!entry) return null;
    const slots = [...entry.values()].filter((slot) => stands(document, slot));
    const skipped = entry.size - slots.length;
    if (slots.length === 0) from.pop();
    else this.#proposal = { from, to, entry, slots };
    const transport = slots.find(({ key }) => isTransport(key));
    return {
      writes: slots.filter((slot) => slot !== transport).map(({ key, other }) => ({ key, value: other })),
      tempo: transport ? tempoOf(transport.other) : null,
      skipped,
    };
  }

  /**
   * The value that once had the stamp `old` stands again, under a new stamp: every entry that stands
   * on it, or would restore it, knows it by the new one.
   */
  #rename(key: RegisterKey, old: Stamp, stamp: Stamp): void {
    const id = keyId(key);
    for (const entry of [...this.#done, ...this.#undone]) {
      const slot = entry.get(id);
      if (!slot) continue;
      if (compareStamps(slot.standing, old) === 0) slot.standing = stamp;
      if (compareStamps(slot.under, old) === 0) slot.under = stamp;
    }
  }

  #push(stack: Entry[], entry: Entry): void {
    stack.push(entry);
    if (stack.length > MAX_ENTRIES) stack.shift();
  }
}
