/**
 * The rooms' store as the server's main thread sees it: every call is handed to the journal's thread, which
 * alone touches the disk. Calls made in one turn of the loop travel in one message.
 */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
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
import type { Journal } from "./journal.ts";

type Calls = Pick<
  Journal,
  "list" | "create" | "load" | "save" | "append" | "history" | "moment" | "remove" | "close"
>;

export interface WorkerOptions {
  readonly folder: string;
}

export interface Call {
  readonly id: number;
  readonly method: keyof Calls;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly error: { readonly code: StoreError["code"] | null; readonly message: string };
    };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "answers"; readonly answers: readonly Answer[] }
  | { readonly kind: "blocked"; readonly reason: string | null }
  | {
      readonly kind: "report";
      readonly level: "warn" | "error";
      readonly about: Readonly<Record<string, string>>;
      readonly text: string;
    };

interface Pending {
  readonly done: (value: never) => void;
  readonly fail: (error: Error) => void;
}

/** The folder of the rooms within the data folder. */
export const ROOMS = "rooms";

export class JournalStore implements RoomStore {
  readonly #folder: string;
  readonly #log: Log;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: ((isWritable: boolean) => void)[] = [];
  #outgoing: Call[] = [];
  #nextId = 0;
  #blocked: string | null = null;
  #isOver = false;

  /** Rejects where the folder cannot be used. */
  static async open(dataDir: string, log: Log): Promise<JournalStore> {
    const folder = join(dataDir, ROOMS);
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { folder } satisfies WorkerOptions,
      execArgv: [],
    });
    const reports: FromWorker[] = [];
    await new Promise<void>((done, fail) => {
      worker.once("error", fail);
      worker.on("message", function hear(message: FromWorker) {
        reports.push(message);
        if (message.kind !== "ready") return;
        worker.off("message", hear);
        worker.off("error", fail);
        done();
      });
    });
    const store = new JournalStore(folder, worker, log);
    for (const report of reports) store.#handle(report);
    return store;
  }

  private constructor(folder: string, worker: Worker, log: Log) {
    this.#folder = folder;
    this.#worker = worker;
    this.#log = log;
    worker.on("message", (message: FromWorker) => this.#handle(message));
    this.#ended = new Promise((done) => worker.once("exit", () => done()));
    void this.#ended.then(() => this.#end());
    // A mistake of ours: what was not acknowledged is sent again to the next life of this process.
    worker.on("error", (error) => {
      this.#end();
      throw error;
    });
  }

  get isWritable(): boolean {
    return this.#blocked === null;
  }

  onWritable(listener: (isWritable: boolean) => void): void {
    this.#listeners.push(listener);
  }

  create(room: StoredRoom): Promise<void> {
    return this.#call("create", room);
  }

  load(id: string): Promise<StoredRoom | null> {
    return this.#call("load", id);
  }

  save(header: RoomHeader): Promise<void> {
    return this.#call("save", header);
  }

  append(id: string, entries: readonly JournalEntry[]): Promise<void> {
    return this.#call("append", id, entries);
  }

  history(id: string, query: HistoryQuery): Promise<HistoryPage> {
    return this.#call("history", id, query);
  }

  moment(id: string, n: number): Promise<string | null> {
    return this.#call("moment", id, n);
  }

  list(): Promise<{ id: string; usedMs: number }[]> {
    return this.#call("list");
  }

  remove(id: string): Promise<void> {
    return this.#call("remove", id);
  }

  async problem(): Promise<string | null> {
    if (this.#blocked !== null) return `Edits cannot be stored: ${this.#blocked}`;
    try {
      await access(this.#folder, constants.W_OK);
      return null;
    } catch (error) {
      return `${this.#folder} cannot be written: ${(error as Error).message}`;
    }
  }

  async close(): Promise<void> {
    if (!this.#isOver) await this.#call("close");
    await this.#ended;
  }

  #call<M extends keyof Calls>(
    method: M,
    ...args: Parameters<Calls[M]>
  ): Promise<Awaited<ReturnType<Calls[M]>>> {
    if (this.#isOver) return Promise.reject(StoreError.closed());
    const id = this.#nextId++;
    this.#outgoing.push({ id, method, args });
    if (this.#outgoing.length === 1) setImmediate(() => this.#post());
    return new Promise((done, fail) => this.#pending.set(id, { done, fail }));
  }

  #post(): void {
    const calls = this.#outgoing;
    this.#outgoing = [];
    this.#worker.postMessage(calls);
  }

  #handle(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        return;
      case "answers":
        for (const answer of message.answers) this.#settle(answer);
        return;
      case "blocked":
        this.#blocked = message.reason;
        if (message.reason === null) this.#log.info("edits are stored again");
        else this.#log.error({ reason: message.reason }, "edits cannot be stored");
        for (const listener of this.#listeners) listener(this.isWritable);
        return;
      case "report":
        this.#log[message.level](message.about, message.text);
    }
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (!pending) return;
    if ("value" in answer) return pending.done(answer.value as never);
    const { code, message } = answer.error;
    if (code === "damaged") pending.fail(StoreError.damaged(message));
    else pending.fail(code === "closed" ? StoreError.closed() : new Error(message));
  }

  #end(): void {
    this.#isOver = true;
    for (const { fail } of this.#pending.values()) fail(StoreError.closed());
    this.#pending.clear();
  }
}
