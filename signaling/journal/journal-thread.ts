/**
 * One thread of the journal as the main thread sees it: calls go out, many in one message where they come
 * together, and each is settled by its answer. Which room belongs to which thread is `journal-store.ts`.
 */
import { Worker } from "node:worker_threads";
import { StoreError } from "../store.ts";
import type { Journal, JournalEvents } from "./journal.ts";

export type JournalCalls = Pick<
  Journal,
  "list" | "create" | "load" | "save" | "append" | "say" | "history" | "moment" | "remove" | "close"
>;

export interface WorkerOptions {
  readonly folder: string;
}

export interface Call {
  readonly id: number;
  readonly method: keyof JournalCalls;
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
      readonly about: { readonly room: string; readonly reason: string };
      readonly text: string;
    };

interface Pending {
  readonly done: (value: never) => void;
  readonly fail: (error: Error) => void;
}

export class JournalThread {
  readonly #events: JournalEvents;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  /** Whoever waits for it to run. */
  #opening: { readonly done: () => void; readonly fail: (error: Error) => void } | null = null;
  #outgoing: Call[] = [];
  #nextId = 0;
  #blocked: string | null = null;
  #isOver = false;

  constructor(folder: string, events: JournalEvents) {
    this.#events = events;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { folder } satisfies WorkerOptions,
      execArgv: [],
    });
    this.#worker = worker;
    this.#ended = new Promise((done) => worker.once("exit", () => done()));
    void this.#ended.then(() => this.#end());
    worker.on("message", (message: FromWorker) => this.#handle(message));
    worker.on("error", (error) => {
      this.#end();
      // A mistake of ours: what was not acknowledged is sent again to the next life of this process.
      if (!this.#opening) throw error;
      this.#opening.fail(error);
    });
  }

  /** Why this thread's rooms cannot be stored now, or null. */
  get blocked(): string | null {
    return this.#blocked;
  }

  /** Resolves when it runs, and rejects where it cannot use the folder. Called at once or not at all. */
  opened(): Promise<void> {
    return new Promise((done, fail) => {
      this.#opening = { done, fail };
    });
  }

  call<M extends keyof JournalCalls>(
    method: M,
    ...args: Parameters<JournalCalls[M]>
  ): Promise<Awaited<ReturnType<JournalCalls[M]>>> {
    if (this.#isOver) return Promise.reject(StoreError.closed());
    const id = this.#nextId++;
    this.#outgoing.push({ id, method, args });
    if (this.#outgoing.length === 1) setImmediate(() => this.#post());
    return new Promise((done, fail) => this.#pending.set(id, { done, fail }));
  }

  async close(): Promise<void> {
    if (!this.#isOver) await this.call("close");
    await this.#ended;
  }

  #post(): void {
    const calls = this.#outgoing;
    this.#outgoing = [];
    this.#worker.postMessage(calls);
  }

  #handle(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        this.#opening?.done();
        this.#opening = null;
        return;
      case "answers":
        for (const answer of message.answers) this.#settle(answer);
        return;
      case "blocked":
        this.#blocked = message.reason;
        return this.#events.blocked(message.reason);
      case "report":
        return this.#events.report(message.level, message.about, message.text);
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
