/**
 * Who listens, as the room is told of it: a number. However many come and go, a performer hears of them by one small
 * message a second at most; who they are, nobody needs to know.
 */
import type { Peer } from "#shared/protocol/messages.ts";
import { type Membership, mayWrite } from "#shared/room/membership.ts";
import { DueTimer } from "./due-timer.ts";
import type { Outlets } from "./outlets.ts";

/** Seconds. */
const INTERVAL = 1;

export interface CrowdOptions {
  /** Monotonic seconds. */
  readonly now: () => number;
  readonly membership: Pick<Membership, "roster">;
  readonly outlets: Pick<Outlets, "broadcast" | "get">;
}

interface Told {
  readonly count: number;
  readonly relayed: boolean;
}

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #timer: DueTimer;
  #told: Told = { count: 0, relayed: false };
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#timer = new DueTimer(options.now, () => this.changed());
  }

  /** Somebody who listens has come, gone, or said something of themselves. */
  changed(): void {
    const { now, membership, outlets } = this.#options;
    const due = this.#lookedAt + INTERVAL;
    if (now() < due) return this.#timer.set(due);
    this.#lookedAt = now();
    const next = crowdOf(membership.roster());
    if (next.count === this.#told.count && next.relayed === this.#told.relayed) return;
    this.#told = next;
    outlets.broadcast({ type: "listeners", ...next });
  }

  /** To somebody who has come in. */
  greet(actor: number): void {
    const now = crowdOf(this.#options.membership.roster());
    if (now.count > 0) this.#options.outlets.get(actor)?.sendText({ type: "listeners", ...now });
  }

  /** Idempotent. */
  close(): void {
    this.#timer.close();
  }
}

/** `relayed`: somebody renders here without hearing each performer's frames directly. */
export function crowdOf(roster: readonly Peer[]): Told {
  const performers = roster.filter(({ role }) => mayWrite(role)).map(({ actor }) => actor);
  const listeners = roster.filter(({ role }) => !mayWrite(role));
  const isRelayed = ({ status }: Peer): boolean =>
    status?.sound === "on" && !performers.every((actor) => status.direct.includes(actor));
  return { count: listeners.length, relayed: listeners.some(isRelayed) };
}

/** Whom `actor` is told of: those who perform, and itself. */
export const bandFor = (roster: readonly Peer[], actor: number): Peer[] =>
  roster.filter((peer) => mayWrite(peer.role) || peer.actor === actor);
