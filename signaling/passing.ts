/**
 * What passes through a room and is not kept: where hands are, the frames of hands that move, and reactions.
 * Everybody has a fair share of it (`shared/room/fair-share.ts`); who is slowed is told.
 */
import type { Reaction, Slowed } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { Place } from "#shared/protocol/messages.ts";
import { withActor } from "#shared/live/movement.ts";
import { areNotes } from "#shared/live/played-notes.ts";
import { FairShare, type Policy } from "#shared/room/fair-share.ts";
import { type Membership, mayWrite } from "#shared/room/membership.ts";
import { PresenceBoard } from "#shared/room/presence.ts";
import { DueTimer } from "./due-timer.ts";
import type { Outlets } from "./outlets.ts";

const POLICIES = {
  live: {
    perSecond: LIMITS.livePerSecond,
    burst: LIMITS.livePerSecond,
    waiting: "newest",
    forgiven: LIMITS.livePerSecond,
  },
  presence: {
    perSecond: LIMITS.presencePerSecond,
    burst: 1,
    waiting: "newest",
    forgiven: LIMITS.presencePerSecond,
  },
  reaction: { perSecond: LIMITS.reactionsPerSecond, burst: 6, waiting: 0, forgiven: 0 },
} as const satisfies Record<Slowed, Policy>;

export interface PassingOptions {
  /** Monotonic seconds. */
  readonly now: () => number;
  readonly membership: Pick<Membership, "peer" | "roster" | "seat">;
  readonly outlets: Pick<Outlets, "get" | "broadcast">;
}

export class Passing {
  readonly #options: PassingOptions;
  readonly #shares = {
    live: new FairShare<Uint8Array>(POLICIES.live),
    presence: new FairShare<Place | null>(POLICIES.presence),
    reaction: new FairShare<Reaction>(POLICIES.reaction),
  };
  /** As the others know it, for who has not listened so far. */
  readonly #hands = new PresenceBoard();
  readonly #timer: DueTimer;
  #closed = false;

  constructor(options: PassingOptions) {
    this.#options = options;
    this.#timer = new DueTimer(options.now, () => this.#pass());
  }

  presence(actor: number, at: Place | null): void {
    this.#offer("presence", actor, at);
  }

  /** A frame of this actor's hand or of notes it plays, which can be read and names nobody. */
  live(actor: number, frame: Uint8Array): void {
    this.#offer("live", actor, frame, areNotes(frame) ? 1 : 0);
  }

  reaction(actor: number, reaction: Reaction): void {
    this.#offer("reaction", actor, reaction);
  }

  /** Tells this actor where the others' hands are. */
  tellHands(to: number): void {
    const { membership, now, outlets } = this.#options;
    const role = membership.seat(to)?.role;
    if (role === undefined || !mayWrite(role)) return;
    this.#hands.expire(now());
    for (const { actor, at } of this.#hands.hands)
      if (actor !== to) outlets.get(to)?.sendText({ type: "presence", from: actor, at });
  }

  leave(actor: number): void {
    this.#hands.left(actor);
    for (const share of Object.values(this.#shares)) share.leave(actor);
  }

  /** Idempotent; nothing passes afterwards. */
  close(): void {
    this.#closed = true;
    this.#timer.close();
  }

  #offer<K extends Slowed>(what: K, actor: number, value: Offer[K], stream = 0): void {
    const member = this.#options.membership.seat(actor)?.member;
    if (member === undefined || this.#closed) return;
    const share = this.#shares[what] as FairShare<Offer[K]>;
    const { tell } = share.offer(member, actor, value, this.#options.now(), stream);
    if (tell) this.#options.outlets.get(actor)?.sendText({ type: "slowed", what });
    this.#pass();
  }

  #pass(): void {
    const { now } = this.#options;
    const { live, presence, reaction } = this.#shares;
    for (const { sender, value } of live.take(now())) this.#forwardFrame(sender, value);
    for (const { sender, value } of presence.take(now())) this.#tellPresence(sender, value);
    for (const { sender, value } of reaction.take(now())) this.#tellReaction(sender, value);
    for (const { due } of [live, presence, reaction]) this.#timer.set(due);
  }

  /** The name goes along with who is in no roster. */
  #tellReaction(from: number, reaction: Reaction): void {
    const { membership, outlets } = this.#options;
    const peer = membership.peer(from);
    const name = peer && !mayWrite(peer.role) ? { name: peer.name } : {};
    outlets.broadcast({ type: "reaction", from, reaction, ...name }, from);
  }

  /** Those who edit see each other's hands; an audience need not. */
  #tellPresence(from: number, at: Place | null): void {
    const { membership, now, outlets } = this.#options;
    this.#hands.heard(from, at, now());
    for (const { actor, role } of membership.roster())
      if (actor !== from && mayWrite(role)) outlets.get(actor)?.sendText({ type: "presence", from, at });
  }

  /** To everybody whom it does not reach directly; an audience that hears a stream has no use for it. */
  #forwardFrame(from: number, frame: Uint8Array): void {
    const { membership, outlets } = this.#options;
    const named = withActor(frame, from);
    for (const { actor, role, status } of membership.roster()) {
      const isHeard = mayWrite(role) || status?.sound === "on";
      if (actor !== from && isHeard && status?.direct.includes(from) !== true)
        outlets.get(actor)?.sendBinary(named);
    }
  }
}

interface Offer {
  readonly live: Uint8Array;
  readonly presence: Place | null;
  readonly reaction: Reaction;
}
