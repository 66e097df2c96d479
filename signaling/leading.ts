/**
 * Who leads a live room: hands the lead over, lets who holds a leader's link take it, and lets everybody go
 * whom a leader showed their view and left. Who may is `shared/room/membership.ts`'s to say.
 */
import type { Hub } from "#shared/document/hub.ts";
import type { ControlRefusal, WrittenControl } from "#shared/protocol/controls.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { followed } from "#shared/room/leader-controls.ts";
import { type Membership, mayConduct } from "#shared/room/membership.ts";
import type { Conducting } from "./conducting.ts";

export interface LeadingOptions {
  readonly membership: Membership;
  readonly hub: Hub;
  readonly conducting: Conducting;
  /** Monotonic seconds. */
  readonly now: () => number;
  /** These have another role: that is to be told and kept. */
  readonly changed: (actors: readonly number[]) => void;
}

export class Leading {
  readonly #options: LeadingOptions;
  /** Since when nobody has led, and since when the one whose view is followed has not. Monotonic seconds. */
  #leaderlessSince: number | null;
  #showerlessSince: number | null = null;

  constructor(options: LeadingOptions) {
    this.#options = options;
    this.#leaderlessSince = options.now();
  }

  /** Who comes by a leader's link when nobody has led for a while leads, also if they had handed the lead over. */
  entered(actor: number): void {
    const { membership } = this.#options;
    const seat = membership.seat(actor);
    const isFree = this.#isLong(this.#leaderlessSince);
    // Their own welcome says it.
    if (seat?.role === "performer" && mayConduct(seat.link) && isFree)
      this.#tell(membership.handOver(actor, actor).filter((each) => each !== actor));
    this.refresh();
  }

  control(actor: number, control: WrittenControl): ControlRefusal | null {
    const { membership, conducting } = this.#options;
    if (control.type !== "LEAD") return conducting.handle(control, actor);
    if (!membership.mayHandOver(actor, control.to)) return this.#leads(actor) ? "NOT_FOUND" : "FORBIDDEN";
    const refused = conducting.handle(control, actor);
    if (refused !== null) return refused;
    const touched = membership.handOver(actor, control.to);
    membership.wrote(control.to);
    this.#tell(touched);
    this.refresh();
    return null;
  }

  /** What time alone brings about. */
  refresh(): void {
    const { membership, hub, conducting, now } = this.#options;
    const shower = followed(hub.document);
    this.#leaderlessSince = membership.isLed() ? null : (this.#leaderlessSince ?? now());
    const isShown = shower === null || membership.isLed(shower);
    this.#showerlessSince = isShown ? null : (this.#showerlessSince ?? now());
    if (!this.#isLong(this.#showerlessSince)) return;
    this.#showerlessSince = null;
    conducting.handle({ type: "FOLLOW", view: null }, 0);
  }

  /** These lead from now on, or do not any more. */
  #tell(actors: readonly number[]): void {
    for (const actor of actors) this.#options.hub.setConducts(actor, this.#leads(actor));
    this.#options.changed(actors);
  }

  #leads(actor: number): boolean {
    return mayConduct(this.#options.membership.seat(actor)?.role ?? "listener");
  }

  #isLong(since: number | null): boolean {
    return since !== null && this.#options.now() - since >= LIMITS.leaderAway;
  }
}
