/** Our own: real commands on four replicas, in the bytes of each way that an edit goes. */
import { decodeDelta, encodeDelta } from "#shared/document/codec.ts";
import { applyCommand } from "#shared/document/commands.ts";
import type { Delta } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { decodeSnapshot, encodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import type { Command } from "#shared/protocol/commands.ts";
import { roomTime } from "#shared/time/instants.ts";
import { AUTHORS, type Edit } from "./edits.ts";
import type { Holder } from "./subject.ts";

/** Seconds that a transport change lies ahead, on a network that is near. */
const LEAD = 0.2;
const SEED = 1;

/** On a fast path (mesh, SFU), on the author's own socket, and from the server to the others. */
export type Way = "fast" | "to server" | "from server";

export class TuttiJam implements Holder {
  readonly #way: Way;
  readonly #replicas: readonly Replica[];
  #nowMs = 1;

  constructor(way: Way = "fast") {
    this.#way = way;
    this.#replicas = Array.from(
      { length: AUTHORS },
      (_, index) => new Replica({ actor: index + 1, seed: SEED }),
    );
    const first = new Replica({ actor: 0, seed: SEED }).commit(firstWrites(), this.#nowMs);
    for (const replica of this.#replicas) replica.receive(first);
  }

  /** Registers held, floors and emptied cells too. */
  get size(): number {
    return this.#replicas[0]?.document.size ?? 0;
  }

  edit({ author, atMs, command }: Edit): number {
    return this.command(author, atMs, command);
  }

  command(author: number, atMs: number, command: Command): number {
    const replica = this.#replicas[author] as Replica;
    this.#nowMs = atMs;
    const context = { now: roomTime(atMs / 1_000), lead: LEAD, actor: replica.actor };
    const writes = applyCommand(replica.document, command, context);
    if (!writes.ok || writes.value.length === 0) throw new Error(`${command.type} changed nothing`);
    const bytes = this.#encode(replica.commit(writes.value, atMs));
    for (const other of this.#replicas) {
      if (other === replica) continue;
      const delta = decodeDelta(
        bytes,
        other.context(this.#way === "from server" ? null : replica.actor, atMs),
      );
      if (!delta.ok) throw new Error(delta.error);
      other.receive(delta.value);
    }
    return bytes.length;
  }

  state(): Uint8Array {
    const { document, vector } = this.#replicas[0] as Replica;
    return encodeSnapshot({ registers: document.registers(), vector, roomMs: this.#nowMs });
  }

  load(state: Uint8Array): Replica {
    const snapshot = decodeSnapshot(state);
    if (!snapshot.ok) throw new Error(snapshot.error);
    const replica = new Replica({ actor: AUTHORS + 1, seed: SEED });
    replica.load(snapshot.value);
    return replica;
  }

  #encode(delta: Delta): Uint8Array {
    switch (this.#way) {
      case "fast":
        return encodeDelta(delta, { explicitActor: false, nowMs: this.#nowMs });
      case "to server":
        return encodeDelta(delta, { explicitActor: false, nowMs: this.#nowMs, acknowledged: delta.seq - 1 });
      case "from server":
        return encodeDelta(delta, { explicitActor: true, nowMs: 0 });
    }
  }
}
