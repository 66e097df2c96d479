/**
 * The people of the room as the screen shows them: who is here, who has just gone, and who wrote what.
 * Authors stay known after they have left, since their notes keep their colour.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Peer, Rung, Status } from "#shared/protocol/messages.ts";
import type { Author } from "./jam-signals.ts";
import { RungNotice } from "./rung-notice.ts";
import { ShownRungs } from "./shown-rungs.ts";
import type { Person } from "./view.ts";

/** How long the chip of somebody who has gone stands outlined, in ms. */
const LOST_MS = 5_000;

export class People {
  readonly #peers = new Map<number, Peer>();
  readonly #lost = new Map<number, Peer>();
  readonly #authors = new Map<number, Author>();
  /** Whose actors are, beyond their leaving. */
  readonly #members = new Map<number, number>();
  readonly #rungs = new ShownRungs();
  readonly #rungNotice = new RungNotice();
  /** A fall to the relay will have lasted. */
  #fall: ReturnType<typeof setTimeout> | undefined;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #list = signal<readonly Person[]>([]);
  #self = 0;
  #rungOf: (actor: number) => Rung = () => "relay";
  #ownStatus: () => Status | null = () => null;

  get list(): ReadonlySignal<readonly Person[]> {
    return this.#list;
  }

  /** The rung that all have come to lately, for a notice. */
  get rungNotice(): ReadonlySignal<Rung | null> {
    return this.#rungNotice.changedTo;
  }

  get peers(): ReadonlyMap<number, Peer> {
    return this.#peers;
  }

  /** Everybody who is known to have written here, or might. */
  get authors(): ReadonlyMap<number, Author> {
    return this.#authors;
  }

  author(actor: number): Author | null {
    return this.#authors.get(actor) ?? null;
  }

  /** Whether an actor is this page, or another tab or earlier life of the same person's. */
  isMe(actor: number): boolean {
    const member = this.#members.get(actor);
    return actor === this.#self || (member !== undefined && member === this.#members.get(this.#self));
  }

  /** The roster of a welcome replaces all that was known of who is here. */
  reset(
    self: number,
    roster: readonly Peer[],
    live: { rungOf: (actor: number) => Rung; ownStatus: () => Status | null },
  ): void {
    this.#self = self;
    this.#rungOf = live.rungOf;
    this.#ownStatus = live.ownStatus;
    const before = [...this.#peers.keys(), ...this.#lost.keys()];
    this.#peers.clear();
    this.#lost.clear();
    for (const peer of roster) this.#learn(peer);
    for (const actor of before) if (!this.#peers.has(actor)) this.#rungs.forget(actor);
    this.publish();
  }

  /** Those who wrote earlier and may be gone by now. */
  learnAuthors(authors: Iterable<{ actor: number; member?: number; name: string; color: number }>): void {
    for (const { actor, member, name, color } of authors) {
      this.#authors.set(actor, { name, color });
      if (member) this.#members.set(actor, member);
    }
  }

  /** True when a name or colour is another than before. */
  update(peer: Peer): boolean {
    const before = this.#authors.get(peer.actor);
    this.#lost.delete(peer.actor);
    this.#learn(peer);
    this.publish();
    return before?.name !== peer.name || before.color !== peer.color;
  }

  leave(actor: number): void {
    const peer = this.#peers.get(actor);
    if (!peer) return;
    this.#peers.delete(actor);
    this.#lost.set(actor, peer);
    this.publish();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#rungs.forget(actor);
      if (this.#lost.delete(actor)) this.publish();
    }, LOST_MS);
    this.#timers.add(timer);
  }

  /** Makes the list anew; also called when the rungs change, and with every pong. */
  publish(): void {
    const here = [...this.#peers.values()].map((peer) => this.#person(peer, false));
    const gone = [...this.#lost.values()].map((peer) => this.#person(peer, true));
    this.#list.value = [...here, ...gone].toSorted(
      (a, b) => Number(b.self) - Number(a.self) || a.actor - b.actor,
    );
    this.#rungNotice.update(this.#list.value);
    clearTimeout(this.#fall);
    const due = this.#rungs.nextDue;
    if (due !== null) this.#fall = setTimeout(() => this.publish(), due - performance.now());
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    clearTimeout(this.#fall);
    this.#rungNotice.close();
  }

  #learn(peer: Peer): void {
    this.#peers.set(peer.actor, peer);
    this.#members.set(peer.actor, peer.member);
    // A member has one name and colour, whichever of their tabs wrote.
    for (const other of [...this.#peers.values(), ...this.#lost.values()]) {
      if (other.member === peer.member)
        this.#authors.set(other.actor, { name: peer.name, color: peer.color });
    }
  }

  #person(peer: Peer, lost: boolean): Person {
    const self = peer.actor === this.#self;
    // The server does not tell us of ourselves.
    const status = self ? this.#ownStatus() : peer.status;
    return {
      actor: peer.actor,
      member: peer.member,
      name: peer.name,
      initials: initials(peer.name),
      color: peer.color,
      role: peer.role,
      self,
      rung: this.#rungs.read(peer.actor, this.#rungOf(peer.actor), performance.now()),
      clock: status?.clock ?? null,
      sound: status?.sound ?? "off",
      lost,
    };
  }
}

/** "Ada Lovelace" → "AL", "ada" → "AD". */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const initial =
    words.length > 1 ? words.slice(0, 2).map((word) => letters(word)[0]) : letters(words[0]).slice(0, 2);
  return initial.join("").toLocaleUpperCase() || "?";
}

/** As a reader counts them: an accent or an emoji of several code points is one. */
const letters = (word = ""): string[] =>
  Array.from(new Intl.Segmenter().segment(word), ({ segment }) => segment);
