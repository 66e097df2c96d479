/**
 * The server of a simulated jam: a hub, and a disk that is slower than the network. An acknowledgement means
 * stored, so a crash leaves what was acknowledged, and of the rest as much as happened to be written.
 */
import type { Snapshot } from "#shared/document/codec.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { Hub } from "#shared/document/hub.ts";
import { Replica } from "#shared/document/replica.ts";
import type { World } from "./world.ts";

/** A hub that tells stored from unstored; one that does not counts everything as stored at once. */
type StoringHub = Hub & {
  takeUnstored?(): Delta[];
  stored?(deltas: readonly Delta[], now: number): void;
  snapshotFrame(nowMs: number, to?: number): Uint8Array;
};

export const JAM_SEED = 7;

export class SimulatedDisk {
  hub: StoringHub;
  readonly #world: World;
  readonly #changed: () => void;
  #journal: Delta[] = [];
  /** Being written; the crash decides. */
  #writing: readonly Delta[] = [];
  #life = 0;

  constructor(world: World, first: readonly Write[], nowMs: number, changed: () => void) {
    this.#world = world;
    this.#changed = changed;
    this.hub = new Hub({ seed: JAM_SEED });
    this.hub.writeAsServer(first, nowMs);
    this.#journal = this.hub.takeUnstored?.() ?? [];
    this.hub.stored?.(this.#journal, world.now);
    this.hub.take(world.now, nowMs);
  }

  /** Group commit: what has come is written in one go, a while later it is stored, and then the next. */
  flush(): void {
    if (this.#writing.length > 0) return;
    const deltas = this.hub.takeUnstored?.() ?? [];
    if (deltas.length === 0) return;
    this.#writing = deltas;
    const life = this.#life;
    const slowest = this.#world.chance(0.2) ? 0.3 : 0.04;
    this.#world.after(this.#world.between(0.002, slowest), () => {
      if (life !== this.#life) return;
      this.#writing = [];
      this.#journal.push(...deltas);
      this.hub.stored?.(deltas, this.#world.now);
      this.#changed();
    });
  }

  /** The process dies and another takes over what is on disk. */
  crash(nowMs: number): void {
    this.#life += 1;
    const written = this.#world.chance(0.5) ? this.#writing : [];
    this.#writing = [];
    this.#journal.push(...written);
    this.hub = new Hub({ seed: JAM_SEED, snapshot: this.#restored(nowMs) });
  }

  #restored(nowMs: number): Snapshot {
    if (!this.hub.takeUnstored) {
      const { registers, vector } = this.hub.snapshot(nowMs);
      return { registers: [...registers], vector: vector.clone(), roomMs: nowMs };
    }
    const replica = new Replica({ actor: 0, seed: JAM_SEED });
    for (const delta of this.#journal) replica.receive(delta);
    return { registers: [...replica.document.registers()], vector: replica.vector, roomMs: nowMs };
  }
}
