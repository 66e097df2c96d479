/**
 * All rooms' files in one folder, and when what is written to them. What comes in is gathered and committed
 * in rounds, one transaction a room; between two rounds one other piece of work is done at a time, so that
 * nobody's acknowledgement waits behind a long one. It blocks: it lives in a thread of its own (`worker.ts`).
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ChatLine } from "#shared/protocol/chat.ts";
import {
  type HistoryPage,
  type HistoryQuery,
  type JournalEntry,
  type RoomHeader,
  StoreError,
  type StoredRoom,
} from "../store.ts";
import { takeOver } from "./legacy.ts";
import type { Retention } from "./retention.ts";
import { RoomFile, SIDE_FILES } from "./room-file.ts";
import { isDamage, NewerFile } from "./schema.ts";

/** From the beginning of one round to that of the next, at least, ms. */
const ROUND_MS = 20;
/** While the disk takes nothing, it is tried again after this long, ms. */
const RETRY_MS = 1_000;
/** A file that nobody has asked for in this long is closed, ms. */
const IDLE_MS = 60_000;

export const EXTENSION = ".db";

export interface JournalEvents {
  /** Why the disk takes nothing from now on; null when it does again. */
  blocked(reason: string | null): void;
  report(
    level: "warn" | "error",
    about: { readonly room: string; readonly reason: string },
    text: string,
  ): void;
}

interface Open {
  readonly file: RoomFile;
  usedAt: number;
}

interface Waiting {
  header: RoomHeader | null;
  readonly entries: JournalEntry[];
  readonly lines: ChatLine[];
  readonly settle: { done: () => void; fail: (error: Error) => void }[];
}

export class Journal {
  readonly #folder: string;
  readonly #events: JournalEvents;
  readonly #retention: Retention | undefined;
  readonly #open = new Map<string, Open>();
  /** What has not been committed, by room; in the order in which the rooms came. */
  readonly #waiting = new Map<string, Waiting>();
  /** Done one at a time, between rounds. */
  readonly #chores: (() => void)[] = [];
  readonly #upkeep = new Set<string>();
  readonly #idle: NodeJS.Timeout;
  #timer: NodeJS.Timeout | null = null;
  #timerDue = 0;
  #roundAt = Number.NEGATIVE_INFINITY;
  /** While this is above now, writing is not tried; set when a commit fails for want of space. */
  #retryAt = Number.NEGATIVE_INFINITY;
  #isBlocked = false;

  /** Makes the folder where there is none, and takes over rooms of the older form. */
  constructor(folder: string, events: JournalEvents, retention?: Retention) {
    this.#folder = folder;
    this.#events = events;
    this.#retention = retention;
    mkdirSync(folder, { recursive: true });
    for (const id of takeOver(folder))
      events.report("error", { room: id, reason: "its file is damaged" }, "room set aside");
    this.#idle = setInterval(() => this.#closeIdle(), IDLE_MS / 2);
  }

  list(): { id: string; usedMs: number }[] {
    const rooms: { id: string; usedMs: number }[] = [];
    for (const name of readdirSync(this.#folder)) {
      if (!name.endsWith(EXTENSION)) continue;
      const times = [name, `${name}-wal`].map(
        (file) => statSync(join(this.#folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0,
      );
      rooms.push({ id: name.slice(0, -EXTENSION.length), usedMs: Math.max(...times) });
    }
    return rooms;
  }

  /** At once, so that what is appended after this call comes to stand in the new file. */
  create(room: StoredRoom): void {
    this.#close(room.id);
    this.#keep(room.id, RoomFile.create(this.#path(room.id), room, this.#retention));
  }

  /** Null where there is none, or none that can be used: then it has been set aside. */
  load(id: string): Promise<StoredRoom | null> {
    return this.#chore(() => {
      // Opened anew, so that the whole file is looked at.
      this.#close(id);
      if (!existsSync(this.#path(id))) return null;
      try {
        const file = this.#file(id, { check: true });
        this.#tidy(id, file);
        return file.load();
      } catch (error) {
        if (isDamage(error)) this.#setAside(id, (error as Error).message);
        else if (error instanceof NewerFile)
          this.#events.report("error", { room: id, reason: error.message }, "room of a newer version");
        else throw error;
        return null;
      }
    });
  }

  save(header: RoomHeader): Promise<void> {
    return this.#write(header.id, (waiting) => {
      waiting.header = header;
    });
  }

  append(id: string, entries: readonly JournalEntry[]): Promise<void> {
    return this.#write(id, (waiting) => {
      for (const entry of entries) waiting.entries.push(entry);
    });
  }

  say(id: string, line: ChatLine): Promise<void> {
    return this.#write(id, (waiting) => {
      waiting.lines.push(line);
    });
  }

  history(id: string, query: HistoryQuery): Promise<HistoryPage> {
    return this.#chore(() => this.#file(id).history(query));
  }

  moment(id: string, n: number): Promise<string | null> {
    return this.#chore(() => {
      const frame = this.#file(id).moment(n);
      return frame && Buffer.from(frame).toString("base64");
    });
  }

  remove(id: string): Promise<void> {
    return this.#chore(() => {
      this.#close(id);
      for (const end of ["", ...SIDE_FILES]) rmSync(`${this.#path(id)}${end}`, { force: true });
    });
  }

  /** Commits what there is, as far as the disk takes it, and closes every file. */
  close(): void {
    clearInterval(this.#idle);
    if (this.#timer) clearTimeout(this.#timer);
    this.#retryAt = Number.NEGATIVE_INFINITY;
    this.#commit();
    for (const chore of this.#chores.splice(0)) chore();
    for (const { settle } of this.#waiting.values()) for (const { fail } of settle) fail(StoreError.closed());
    for (const id of this.#open.keys()) this.#close(id);
  }

  #write(id: string, add: (waiting: Waiting) => void): Promise<void> {
    return new Promise((done, fail) => {
      let waiting = this.#waiting.get(id);
      if (!waiting) this.#waiting.set(id, (waiting = { header: null, entries: [], lines: [], settle: [] }));
      add(waiting);
      waiting.settle.push({ done, fail });
      this.#schedule();
    });
  }

  /** What has come before it for any room is committed first. */
  #chore<T>(work: () => T): Promise<T> {
    return new Promise((done, fail) => {
      this.#chores.push(() => {
        try {
          done(work());
        } catch (error) {
          fail(error as Error);
        }
      });
      this.#schedule();
    });
  }

  /** When the next round may begin, by `performance.now()`. */
  get #roundDue(): number {
    return Math.max(this.#roundAt + ROUND_MS, this.#retryAt);
  }

  #schedule(): void {
    const isBusy = this.#chores.length > 0 || this.#upkeep.size > 0;
    if (!isBusy && this.#waiting.size === 0) return;
    const due = isBusy ? 0 : this.#roundDue;
    if (this.#timer && this.#timerDue <= due) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timerDue = due;
    this.#timer = setTimeout(() => this.#turn(), Math.max(0, due - performance.now()));
  }

  #turn(): void {
    this.#timer = null;
    const chore = this.#chores.shift();
    // A chore counts on what was handed over before it: then the round comes early.
    if (chore || performance.now() >= this.#roundDue) this.#commit();
    if (chore) chore();
    else this.#tidyOne();
    this.#schedule();
  }

  #commit(): void {
    const now = performance.now();
    if (this.#waiting.size === 0 || now < this.#retryAt) return;
    this.#roundAt = now;
    let refused: Error | null = null;
    for (const [id, { header, entries, lines, settle }] of this.#waiting) {
      try {
        const file = this.#file(id);
        file.write(header, entries, lines);
        if (file.needsUpkeep) this.#upkeep.add(id);
        for (const { done } of settle) done();
      } catch (error) {
        if (!isDamage(error)) {
          refused = error as Error;
          continue;
        }
        this.#setAside(id, (error as Error).message);
        for (const { fail } of settle) fail(StoreError.damaged((error as Error).message));
      }
      this.#waiting.delete(id);
    }
    this.#retryAt = refused ? performance.now() + RETRY_MS : Number.NEGATIVE_INFINITY;
    if (this.#isBlocked === (refused !== null)) return;
    this.#isBlocked = refused !== null;
    this.#events.blocked(refused && refused.message);
  }

  /** Snapshots and forgetting, one room at a time. */
  #tidyOne(): void {
    const [id] = this.#upkeep;
    if (id === undefined) return;
    this.#upkeep.delete(id);
    const open = this.#open.get(id);
    if (open) this.#tidy(id, open.file);
  }

  /** What fails here harms nothing, and is due again. */
  #tidy(id: string, file: RoomFile): void {
    try {
      file.upkeep(Date.now() - file.header().createdMs);
    } catch (error) {
      this.#events.report("warn", { room: id, reason: (error as Error).message }, "no snapshot made");
    }
  }

  #file(id: string, options: { check: boolean } = { check: false }): RoomFile {
    const open = this.#open.get(id);
    if (open) {
      open.usedAt = performance.now();
      return open.file;
    }
    const retention = this.#retention ? { retention: this.#retention } : {};
    const file = RoomFile.open(this.#path(id), { ...options, ...retention });
    this.#keep(id, file);
    return file;
  }

  #keep(id: string, file: RoomFile): void {
    this.#open.set(id, { file, usedAt: performance.now() });
  }

  #close(id: string): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    this.#upkeep.delete(id);
    open?.file.close();
  }

  #closeIdle(): void {
    const before = performance.now() - IDLE_MS;
    for (const [id, { usedAt }] of this.#open)
      if (usedAt < before && !this.#waiting.has(id) && !this.#upkeep.has(id)) this.#close(id);
  }

  /** The side files keep their names' form, so that SQLite's own tools still read the whole. */
  #setAside(id: string, reason: string): void {
    this.#close(id);
    const path = this.#path(id);
    for (const end of ["", ...SIDE_FILES])
      if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${path}.corrupt${end}`);
    this.#events.report("error", { room: id, reason }, "room set aside");
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${EXTENSION}`);
  }
}
