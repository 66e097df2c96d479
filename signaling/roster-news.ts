/**
 * Who is in a live room, as those in it are told: of who performs everybody hears, of who listens only they themselves,
 * and all others a number (`crowd.ts`). How often a status is news is decided in `shared/room/membership.ts`.
 */
import type { Role } from "#shared/protocol/messages.ts";
import { type Membership, mayWrite } from "#shared/room/membership.ts";
import type { Crowd } from "./crowd.ts";
import type { Outlets } from "./outlets.ts";

export interface RosterNewsOptions {
  /** Monotonic seconds. */
  readonly now: () => number;
  readonly membership: Pick<Membership, "peer" | "seat" | "takeNews">;
  readonly outlets: Pick<Outlets, "broadcast" | "get" | "some">;
  readonly crowd: Pick<Crowd, "changed">;
}

export class RosterNews {
  readonly #options: RosterNewsOptions;

  constructor(options: RosterNewsOptions) {
    this.#options = options;
  }

  /** What somebody is called, wears or is has changed, or they have come. `self`: they are told too. */
  tell(actor: number, { self }: { self: boolean }): void {
    const { membership, outlets, crowd } = this.#options;
    const peer = membership.peer(actor);
    if (!peer) return;
    // Who hears whom directly is another with each performer, too.
    crowd.changed();
    if (mayWrite(peer.role)) outlets.broadcast({ type: "peer", peer }, self ? null : actor);
    else if (self) outlets.get(actor)?.sendText({ type: "peer", peer });
  }

  /** What they were, where that is known. */
  tellLeft(actor: number, role: Role | undefined): void {
    const { outlets, crowd } = this.#options;
    if (role === "listener") crowd.changed();
    else outlets.broadcast({ type: "left", actor });
  }

  /** This actor has said how it stands. */
  handleStatus(actor: number): void {
    if (!this.#performs(actor)) this.#options.crowd.changed();
    this.tellStatuses();
  }

  /** Those that have become news, by what they say or with time. */
  tellStatuses(): void {
    const { now, membership, outlets } = this.#options;
    for (const { actor, forAudience } of membership.takeNews(now())) {
      const peer = forAudience ? null : membership.peer(actor);
      if (peer) outlets.some({ type: "peer", peer }, (to) => to !== actor && this.#performs(to));
      else this.tell(actor, { self: false });
    }
  }

  #performs(actor: number): boolean {
    const seat = this.#options.membership.seat(actor);
    return seat !== undefined && mayWrite(seat.role);
  }
}
