/** Which rung a room stands on: the pure machine, told who is here and whether there is an SFU. */
import type { Rung, Topology } from "#shared/protocol/messages.ts";
import { firstTopology, nextTopology, type TopologyState } from "#shared/room/topology.ts";
import type { SfuService } from "./sfu-port.ts";

/** A worker that died is back within this time; the room does not change its rung for it. Seconds. */
const SFU_GRACE = 5;

export interface Heads {
  readonly performers: number;
  readonly listeners: number;
}

export class RoomRung {
  readonly #wanted: Topology;
  readonly #sfu: SfuService | null;
  #state: TopologyState;
  #sfuSeenAt = Number.NEGATIVE_INFINITY;

  /** `now` in monotonic seconds. */
  constructor(wanted: Topology, sfu: SfuService | null, heads: Heads, now: number) {
    this.#wanted = wanted;
    this.#sfu = sfu;
    this.#state = firstTopology(this.#input(heads, now));
  }

  get current(): Rung {
    return this.#state.rung;
  }

  /** True when the room has changed its rung. */
  update(heads: Heads, now: number): boolean {
    const before = this.current;
    this.#state = nextTopology(this.#state, this.#input(heads, now), now);
    return this.current !== before;
  }

  #input(heads: Heads, now: number) {
    if ((this.#sfu?.workers.alive ?? 0) > 0) this.#sfuSeenAt = now;
    return { wanted: this.#wanted, ...heads, sfuAvailable: now - this.#sfuSeenAt < SFU_GRACE };
  }
}
