/**
 * Undo of one member's own commands. An entry remembers, for each register, the value it replaced and
 * the stamp that stands while the entry does; whoever writes there afterwards owns the register, and it is
 * skipped. The transport is left out: taking back a start of minutes ago would stop everybody's music.
 * Where a tempo came with other changes, though, it goes back with them, by the transport's own rules.
 */
import { settledTempo, type Timeline } from "../music/timeline.ts";
import type { JamDocument } from "./document.ts";
import type { RegisterKey, RegisterValue, Stamp, Write } from "./delta.ts";
import { isTransport, keyId } from "./keys.ts";
import { compareStamps, sameStamp } from "./stamp.ts";
import { normaliseValue, sameValue } from "./values.ts";

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
export interface Slot {
  readonly key: RegisterKey;
  readonly value: RegisterValue;
  readonly other: RegisterValue;
  standing: Stamp;
  under: Stamp;
  /** Room ms at which the member did it; unlike `standing` it is never renamed. */
  readonly made: number;
}

export type Entry = Map<string, Slot>;

/** The entries of both stacks, oldest first: what outlives the page (`undo-record.ts`). */
export interface Stacks {
  readonly done: readonly (readonly Slot[])[];
  readonly undone: readonly (readonly Slot[])[];
}

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
 * nobody sees the rest without it; the transport counts where it is not all that changes. `timeline` is
 * the one that is heard.
 */
export function changesOf(
  document: JamDocument,
  writes: readonly Write[],
  timeline: Timeline = document.jam().timeline,
): Change[] {
  const changes = new Map<string, Change>();
  const change = (key: RegisterKey, after: RegisterValue) => {
    const before = isTransport(key) ? timeline : (document.get(key)?.value ?? null);
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
const stands = (document: JamDocument, timeline: Timeline, { key, value, standing }: Slot): boolean =>
  isTransport(key) ? settledTempo(timeline) === tempoOf(value) : sameStamp(document.stampOf(key), standing);

export class UndoHistory {
  readonly #done: Entry[] = [];
  readonly #undone: Entry[] = [];
  #gesture: Entry | null = null;
  #proposal: Proposal | null = null;

  get stacks(): Stacks {
    const slots = (stack: readonly Entry[]) => stack.map((entry) => [...entry.values()]);
    return { done: slots(this.#done), undone: slots(this.#undone) };
  }

  /** What an earlier page of this member's had done, under what this one has. */
  restore({ done, undone }: Stacks): void {
    const entry = (slots: readonly Slot[]): Entry =>
      new Map(slots.map((slot) => [keyId(slot.key), { ...slot }]));
    const isBlank = !this.canUndo && !this.canRedo;
    this.#done.unshift(...done.map(entry));
    if (isBlank) this.#undone.push(...undone.map(entry));
    for (const stack of [this.#done, this.#undone]) stack.splice(0, stack.length - MAX_ENTRIES);
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** What is recorded until `end` is one entry: a new one, or an earlier one as long as it is the newest. */
  begin(earlier?: Entry): Entry {
    return (this.#gesture = earlier && this.#done.at(-1) === earlier ? earlier : new Map());
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
        made: stamp.time,
      });
    }
    if (entry.size >= MAX_CHANGES) this.#gesture = null;
  }

  /**
   * What takes back the member's newest entry. Null when there is nothing. Commit it and tell the stamp
   * by `committed`; when there is nothing in it (everything was skipped) the entry is gone. `timeline` is
   * the one that is heard.
   */
  undo(document: JamDocument, timeline = document.jam().timeline): Step | null {
    return this.#propose(this.#done, this.#undone, document, timeline);
  }

  redo(document: JamDocument, timeline = document.jam().timeline): Step | null {
    return this.#propose(this.#undone, this.#done, document, timeline);
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
        made: stamp.time,
      });
    }
    this.#push(to, flipped);
  }

  /**
   * What takes back all that the member has done from `timeMs` on (room time). It is a new command: record
   * it like any other.
   */
  since(timeMs: number, document: JamDocument, timeline = document.jam().timeline): Step {
    const values = new Map<string, Write>();
    const standing = new Map<string, Stamp>();
    const skipped = new Set<string>();
    let tempo: number | null = null;
    for (const entry of this.#done.toReversed())
      for (const [id, slot] of entry) {
        if (slot.made < timeMs) continue;
        if (isTransport(slot.key)) {
          if (tempo === null ? stands(document, timeline, slot) : tempo === tempoOf(slot.value))
            tempo = tempoOf(slot.other);
          else skipped.add(id);
        } else if (sameStamp(standing.get(id) ?? document.stampOf(slot.key), slot.standing)) {
          values.set(id, { key: slot.key, value: slot.other });
          standing.set(id, slot.under);
        } else skipped.add(id);
      }
    const writes = [...values.values()].filter(
      ({ key, value }) => !sameValue(document.get(key)?.value ?? null, value),
    );
    return { writes, tempo, skipped: skipped.size };
  }

  /** An own delta was given another stamp before it was sent: what stood by the old one stands by the new one. */
  restamped(from: Stamp, to: Stamp): void {
    for (const entry of [...this.#done, ...this.#undone])
      for (const slot of entry.values()) {
        if (sameStamp(slot.standing, from)) slot.standing = to;
        if (sameStamp(slot.under, from)) slot.under = to;
      }
  }

  #propose(from: Entry[], to: Entry[], document: JamDocument, timeline: Timeline): Step | null {
    this.end();
    this.#proposal = null;
    const entry = from.at(-1);
    if (!entry) return null;
    const slots = [...entry.values()].filter((slot) => stands(document, timeline, slot));
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
