/**
 * The rooms' store as the server's main thread sees it: every call is handed to one of the journal's threads,
 * which alone touch the disk. A room is always the same thread's. They mostly wait for the disk, and they wait
 * at the same time: with one thread, fifty rooms that are edited at once would wait one after the other.
 */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { ChatLine } from "#shared/protocol/chat.ts";
import type { Log } from "../log.ts";
import {
  type HistoryPage,
  type HistoryQuery,
  type JournalEntry,
  type RoomHeader,
  type RoomStore,
  StoreError,
  type StoredRoom,
} from "../store.ts";
import { JournalThread } from "./journal-thread.ts";

/** The folder of the rooms within the data folder. */
export const ROOMS = "rooms";

/** A few more bring little: the disk takes what comes together as one. */
const THREADS = 4;

export class JournalStore implements RoomStore {
  readonly #folder: string;
  readonly #log: Log;
  /** By place; each but the first is started when a room of its comes. */
  readonly #threads: (JournalThread | undefined)[] = [];
  readonly #listeners: ((isWritable: boolean) => void)[] = [];
  #wasWritable = true;
  #isClosed = false;

  /** Rejects where the folder cannot be used. */
  static async open(dataDir: string, log: Log): Promise<JournalStore> {
    const store = new JournalStore(join(dataDir, ROOMS), log);
    // The first takes over rooms of an older form: no other may look at the folder before.
    await store.#thread(0).opened();
    return store;
  }

  private constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  get isWritable(): boolean {
    return this.#blocked === null;
  }

  onWritable(listener: (isWritable: boolean) => void): void {
    this.#listeners.push(listener);
  }

  async create(room: StoredRoom): Promise<void> {
    return this.#of(room.id).call("create", room);
  }

  async load(id: string): Promise<StoredRoom | null> {
    return this.#of(id).call("load", id);
  }

  async save(header: RoomHeader): Promise<void> {
    return this.#of(header.id).call("save", header);
  }

  async append(id: string, entries: readonly JournalEntry[]): Promise<void> {
    return this.#of(id).call("append", id, entries);
  }

  async say(id: string, line: ChatLine): Promise<void> {
    return this.#of(id).call("say", id, line);
  }

  async history(id: string, query: HistoryQuery): Promise<HistoryPage> {
    return this.#of(id).call("history", id, query);
  }

  async moment(id: string, n: number): Promise<string | null> {
    return this.#of(id).call("moment", id, n);
  }

  async list(): Promise<{ id: string; usedMs: number }[]> {
    return this.#thread(0).call("list");
  }

  async remove(id: string): Promise<void> {
    return this.#of(id).call("remove", id);
  }

  async problem(): Promise<string | null> {
    const blocked = this.#blocked;
    if (blocked !== null) return `Edits cannot be stored: ${blocked}`;
    try {
      await access(this.#folder, constants.W_OK);
      return null;
    } catch (error) {
      return `${this.#folder} cannot be written: ${(error as Error).message}`;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#threads.flatMap((thread) => thread?.close() ?? []));
  }

  /** One disk that is full is full for all. */
  get #blocked(): string | null {
    for (const thread of this.#threads) if (thread?.blocked) return thread.blocked;
    return null;
  }

  #of(id: string): JournalThread {
    return this.#thread(crc32(id) % THREADS);
  }

  #thread(place: number): JournalThread {
    const running = this.#threads[place];
    if (running) return running;
    if (this.#isClosed) throw StoreError.closed();
    const thread = new JournalThread(this.#folder, {
      blocked: () => this.#handleBlocked(),
      report: (level, about, text) => this.#log[level](about, text),
    });
    this.#threads[place] = thread;
    return thread;
  }

  #handleBlocked(): void {
    const reason = this.#blocked;
    if (this.isWritable === this.#wasWritable) return;
    this.#wasWritable = this.isWritable;
    if (reason === null) this.#log.info("edits are stored again");
    else this.#log.error({ reason }, "edits cannot be stored");
    for (const listener of this.#listeners) listener(this.isWritable);
  }
}
