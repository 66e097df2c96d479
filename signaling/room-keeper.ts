/**
 * What of a live room reaches its store, and when: new deltas at once, the header when it has changed. Should
 * the file turn out to be broken, the room is written anew from what is in memory. The room decides what a
 * delta is and whom it concerns.
 */
import { encodeDelta } from "#shared/document/codec.ts";
import type { Delta } from "#shared/document/delta.ts";
import type { Hub } from "#shared/document/hub.ts";
import type { Membership } from "#shared/room/membership.ts";
import type { Chat } from "./chat.ts";
import type { Counters } from "./counters.ts";
import type { Log } from "./log.ts";
import type { RoomTimekeeper } from "./room-time.ts";
import type { ServerClock } from "./server-clock.ts";
import { type JournalEntry, type RoomHeader, type RoomStore, StoreError } from "./store.ts";

/** A room in use is saved anew after this long all the same, so that its room time is kept. Seconds. */
const SAVE_IDLE = 60;

/** What of the header never changes. */
export type RoomConstants = Omit<RoomHeader, "createdMs" | "roomMs" | "membership">;

export interface KeeperContext {
  readonly store: RoomStore;
  readonly clock: ServerClock;
  readonly counters: Counters;
  readonly log: Log;
}

export interface KeptRoom {
  readonly constants: RoomConstants;
  readonly hub: Hub;
  readonly membership: Membership;
  readonly time: RoomTimekeeper;
  readonly chat: Pick<Chat, "lines">;
}

export class RoomKeeper {
  readonly #room: KeptRoom;
  readonly #context: KeeperContext;
  readonly #onStored: () => void;
  readonly #storing = new Set<Promise<void>>();
  /** What a broken file refused, and no other has taken yet. */
  #refused: Delta[] = [];
  #rescue: Promise<void> | null = null;
  /** The last of those that are under way, and the one that has not begun. */
  #saving: Promise<void> | null = null;
  #queued: Promise<void> | null = null;
  /** Rises with every change of the header that a save would lack. */
  #revision = 0;
  #savedRevision = 0;
  #savedAt: number;

  /** `onStored` is told when deltas have come to be stored. */
  constructor(room: KeptRoom, context: KeeperContext, onStored: () => void) {
    this.#room = room;
    this.#context = context;
    this.#onStored = onStored;
    this.#savedAt = context.clock.now();
  }

  /** The header has changed. */
  touch(): void {
    this.#revision++;
  }

  /** The header has changed in what a crash must not lose. */
  keepNow(): void {
    this.touch();
    void this.save();
  }

  /** Whether a save would hold something that the last did not, or the room time of one in use has grown old. */
  isDirty(isUsed: boolean): boolean {
    if (this.#revision !== this.#savedRevision) return true;
    return isUsed && this.#context.clock.now() - this.#savedAt > SAVE_IDLE;
  }

  /** Whether nothing is on its way to the disk. */
  get isQuiet(): boolean {
    return this.#storing.size === 0 && this.#saving === null && this.#refused.length === 0;
  }

  /** Hands the hub's new deltas to the store. */
  journal(): void {
    const deltas = [...this.#refused, ...this.#room.hub.takeUnstored()];
    if (deltas.length === 0) return;
    this.#refused = [];
    const storing = this.#store(deltas).finally(() => this.#storing.delete(storing));
    this.#storing.add(storing);
  }

  /** Saves the header. Saves follow one another; a failed one is logged and tried again. */
  save(options: { final: boolean } = { final: false }): Promise<void> {
    // One that has not begun will hold all that this one would: while the disk is full no more pile up.
    if (this.#queued && !options.final) return this.#queued;
    const saving = (this.#saving ?? Promise.resolve()).then(() => {
      if (this.#queued === saving) this.#queued = null;
      return this.#save(options);
    });
    this.#saving = this.#queued = saving;
    return saving.finally(() => {
      if (this.#saving === saving) this.#saving = null;
    });
  }

  /** What was handed over has been stored, or has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#storing);
  }

  async #store(deltas: readonly Delta[]): Promise<void> {
    const { store, clock, counters, log } = this.#context;
    const { constants, hub } = this.#room;
    const received = this.#roomMs();
    try {
      const entries = deltas.map((delta) => entryOf(delta, received, this.#room.hub.viaOf(delta)));
      const append = () => store.append(constants.id, entries);
      // Once more after a writing anew, since the server's own deltas are not in the document before.
      await append().catch((error: unknown) => this.#writeAnew(error).then(append));
    } catch (error) {
      counters.add("appends.failed");
      log.error({ room: constants.id, err: error }, "deltas not stored");
      this.#refused.push(...deltas);
      return;
    }
    hub.stored(deltas, clock.now());
    this.#onStored();
  }

  async #save(options: { final: boolean }): Promise<void> {
    const { store, clock, counters, log } = this.#context;
    const revision = this.#revision;
    const header = this.#header(options);
    try {
      await store.save(header).catch((error: unknown) => this.#writeAnew(error));
    } catch (error) {
      counters.add("saves.failed");
      log.error({ room: header.id, err: error }, "room not saved");
      return;
    }
    this.#room.membership.saved(header.membership);
    this.#savedRevision = revision;
    this.#savedAt = clock.now();
    counters.add("saves");
  }

  /** All that one broken file refused is saved by one writing: what is in memory holds it all. */
  #writeAnew(cause: unknown): Promise<void> {
    if (!(cause instanceof StoreError) || cause.code !== "damaged") throw cause;
    this.#rescue ??= this.#create().finally(() => {
      this.#rescue = null;
    });
    return this.#rescue;
  }

  #create(): Promise<void> {
    this.#context.counters.add("rooms.written_anew");
    const snapshot = this.#room.hub.snapshotFrame(this.#roomMs());
    return this.#context.store.create({ ...this.#header(), snapshot, chat: this.#room.chat.lines });
  }

  #header(options: { final: boolean } = { final: false }): RoomHeader {
    const { constants, membership, time } = this.#room;
    return {
      ...constants,
      createdMs: time.createdMs,
      roomMs: this.#roomMs(),
      membership: membership.record(options),
    };
  }

  #roomMs(): number {
    return this.#room.time.nowMs();
  }
}

function entryOf(delta: Delta, received: number, via: number | undefined): JournalEntry {
  const { actor, seq, stamp } = delta;
  const frame = encodeDelta(delta, { explicitActor: true, nowMs: 0 });
  return { actor, seq, time: stamp.time, counter: stamp.counter, received, via: via ?? null, frame };
}
