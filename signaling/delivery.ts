/**
 * A live room's side of delivery: hands what connections send to the hub, what is new to the keeper, and what the hub
 * owes to the connections when it is due. What a delta is, and who is owed what, is decided in `shared/document/hub.ts`.
 */
import type { Hub } from "#shared/document/hub.ts";
import { encodePong, type Ping } from "#shared/protocol/frames.ts";
import type { Role, Status } from "#shared/protocol/messages.ts";
import { type Membership, mayConduct, mayWrite } from "#shared/room/membership.ts";
import { DueTimer } from "./due-timer.ts";
import type { Outlet, Outlets } from "./outlets.ts";
import type { KeeperContext, RoomKeeper } from "./room-keeper.ts";
import type { RoomTimekeeper } from "./room-time.ts";

export interface DeliveryOptions {
  readonly room: string;
  readonly context: KeeperContext;
  readonly hub: Hub;
  readonly membership: Pick<Membership, "wrote">;
  readonly outlets: Pick<Outlets, "get">;
  readonly time: RoomTimekeeper;
  readonly keeper: RoomKeeper;
  /** The document may have changed, or time has passed: what the server writes itself goes along. */
  readonly refresh: () => void;
  /** This actor's document was not what it should be. */
  readonly differs: (actor: number) => void;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  /** For the first thing that the hub will owe. */
  readonly #timer: DueTimer;
  #closed = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#timer = new DueTimer(
      () => options.context.clock.now(),
      () => this.flush(),
    );
  }

  /** This connection is owed everything from now on, and begins with the document as it is. */
  join(actor: number, role: Role, outlet: Outlet, earlier: readonly number[]): void {
    const { context, hub, time } = this.#options;
    const now = context.clock.now();
    hub.join(actor, { now, mayWrite: mayWrite(role), mayConduct: mayConduct(role), earlier });
    outlet.sendBinary(hub.snapshotFrame(time.nowMs(), actor));
  }

  /** Its connection is gone, or another takes its place. */
  leave(actor: number): void {
    this.#options.hub.leave(actor);
  }

  ping(actor: number, ping: Ping): void {
    const { room, context, hub, outlets, time, differs } = this.#options;
    const { clock, counters, log } = context;
    const received = time.told();
    const pong = {
      id: ping.id,
      clockEpoch: clock.epoch,
      received,
      tip: hub.tip(),
      heard: hub.heard(actor),
    };
    const outlet = outlets.get(actor);
    outlet?.sendBinary(encodePong({ ...pong, serverDelay: clock.delay(), sent: time.now() }));
    if (!ping.state || !hub.handleState(actor, ping.state, clock.now())) return;
    counters.add("digests.differ");
    differs(actor);
    log.warn({ room, actor }, "a client's document is not what it should be: replaced");
    this.flush();
  }

  /** A delta of this actor's own; the error says what is wrong with it. */
  delta(actor: number, bytes: Uint8Array, via: "socket" | "sfu"): string | null {
    const { context, hub, membership, outlets, time, keeper } = this.#options;
    const { clock, counters, store } = context;
    if (this.#closed) return null;
    if (!store.isWritable) {
      // Its author keeps it, and sends it again.
      counters.add("deltas.unwritable");
      return null;
    }
    const taken = hub.handleDelta(actor, bytes, clock.now(), time.nowMs(), via);
    if (taken.error !== undefined) return taken.error;
    if (taken.refused !== undefined) {
      counters.add("deltas.refused");
      if (taken.stampAhead === true) outlets.get(actor)?.fail("STAMP_AHEAD");
      this.flush();
      return null;
    }
    const isHearsay = taken.delta !== undefined && hub.viaOf(taken.delta) !== undefined;
    const how = taken.held === true ? "held" : !taken.fresh ? "again" : isHearsay ? "hearsay" : via;
    counters.add(`deltas.${how}`);
    if (taken.locked) counters.add("deltas.locked");
    // With its first delta, so that no note is ever nobody's.
    if (taken.fresh && !isHearsay && membership.wrote(actor)) keeper.keepNow();
    this.flush();
    return null;
  }

  have(actor: number, bytes: Uint8Array): string | null {
    const { error } = this.#options.hub.handleHave(actor, bytes, this.#options.context.clock.now());
    this.flush();
    return error ?? null;
  }

  /** What it hears directly steers only what the server sends to this actor itself. */
  setDirect(actor: number, { direct, losing }: Pick<Status, "direct" | "losing">): void {
    this.#options.hub.setDirect(actor, new Set(direct), losing);
    this.#timer.set(this.#options.hub.nextDue);
  }

  /** Stores what is new, and sends what is due. */
  flush(): void {
    const { context, hub, outlets, time, keeper, refresh } = this.#options;
    refresh();
    keeper.journal();
    for (const { to, bytes, kind } of hub.take(context.clock.now(), time.nowMs())) {
      context.counters.add(`sent.${kind}`);
      outlets.get(to)?.sendBinary(bytes);
    }
    this.#timer.set(hub.nextDue);
  }

  /** Nothing is taken in any more; what has been is stored, and told to its author, all the same. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#timer.close();
  }
}
