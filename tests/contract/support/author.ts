/** Writes real deltas in a member's name, numbered from 1, so that a server takes them and a reader can tell them apart. */
import { encodeDelta } from "#shared/document/codec.ts";
import type { Delta } from "#shared/document/delta.ts";
import type { Member } from "./member.ts";

export class Author {
  readonly actor: number;
  readonly #roomMs: number;
  #latest: Delta | null = null;

  constructor(member: Member) {
    this.actor = member.actor;
    this.#roomMs = Math.round(member.welcome.roomTime * 1_000);
  }

  /** The number of the latest delta; 0 before the first. */
  get seq(): number {
    return this.#latest?.seq ?? 0;
  }

  get latest(): Delta | null {
    return this.#latest;
  }

  /** The next delta, of so many notes, as its author sends it. */
  next(notes = 1): Uint8Array {
    const seq = this.seq + 1;
    const value = { velocity: 100, gate: 1, probability: 1, ratchet: 1 };
    this.#latest = {
      actor: this.actor,
      seq,
      stamp: { time: this.#roomMs + seq, counter: 0, actor: this.actor },
      writes: Array.from({ length: notes }, (_, index) => ({
        key: { kind: "note", track: 1, pattern: 0, step: index % 64, pitch: index % 128 },
        value,
      })),
    };
    return encodeDelta(this.#latest, { explicitActor: false, nowMs: 0 });
  }
}

const authors = new WeakMap<Member, Author>();

/** The same author each time it is asked for. */
export function authorOf(member: Member): Author {
  const author = authors.get(member) ?? new Author(member);
  authors.set(member, author);
  return author;
}
