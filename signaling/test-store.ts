/** A store in memory, for tests of rooms. */
import type { ChatLine } from "#shared/protocol/chat.ts";
import {
  type HistoryPage,
  type JournalEntry,
  type RoomHeader,
  type RoomStore,
  StoreError,
  type StoredRoom,
} from "./store.ts";

/** Keeps rooms as the journal does; a test says when the disk is there, is full, or loses a file. */
export class MemoryStore implements RoomStore {
  readonly rooms = new Map<string, { room: StoredRoom; usedMs: number }>();
  readonly rows: JournalEntry[] = [];
  readonly #listeners: ((isWritable: boolean) => void)[] = [];
  readonly #unixMs: () => number;
  isWritable = true;
  failing = false;
  saves = 0;
  /** Set to hold appends and saves back until it is called. */
  release: (() => void) | null = null;
  #held: Promise<void> = Promise.resolve();

  constructor(unixMs: () => number) {
    this.#unixMs = unixMs;
  }

  hold(): void {
    this.#held = new Promise((done) => (this.release = done));
  }
  setWritable(isWritable: boolean): void {
    this.isWritable = isWritable;
    for (const listener of this.#listeners) listener(isWritable);
  }
  onWritable(listener: (isWritable: boolean) => void): void {
    this.#listeners.push(listener);
  }
  async create(room: StoredRoom): Promise<void> {
    this.rooms.set(room.id, { room, usedMs: this.#unixMs() });
  }
  async load(id: string): Promise<StoredRoom | null> {
    return this.rooms.get(id)?.room ?? null;
  }
  async save(header: RoomHeader): Promise<void> {
    if (this.failing) throw new Error("the disk is broken");
    await this.#held;
    this.saves += 1;
    const { room } = this.#get(header.id);
    this.rooms.set(header.id, { room: { ...room, ...header }, usedMs: this.#unixMs() });
  }
  async append(id: string, entries: readonly JournalEntry[]): Promise<void> {
    await this.#held;
    this.#get(id);
    this.rows.push(...entries);
  }
  async say(id: string, line: ChatLine): Promise<void> {
    await this.#held;
    if (this.failing) throw new Error("the disk is broken");
    const { room } = this.#get(id);
    this.rooms.set(id, { room: { ...room, chat: [...(room.chat ?? []), line] }, usedMs: this.#unixMs() });
  }
  async history(): Promise<HistoryPage> {
    return { entries: [], more: false, since: 0, moments: [] };
  }
  async moment(_id: string, n: number): Promise<string | null> {
    if (n > 9) throw new Error("cannot be read");
    return n === 9 ? null : "AA==";
  }
  async list() {
    return [...this.rooms].map(([id, { usedMs }]) => ({ id, usedMs }));
  }
  async remove(id: string): Promise<void> {
    this.rooms.delete(id);
  }
  async problem(): Promise<string | null> {
    return null;
  }
  async close(): Promise<void> {}

  #get(id: string): { room: StoredRoom } {
    const kept = this.rooms.get(id);
    if (!kept) throw StoreError.damaged("gone");
    return kept;
  }
}
