/** A group of a crowd, as its parent holds it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { cpuSeconds } from "../processes.ts";
import type { Back, GroupOptions, Look, Order, Word } from "./words.ts";

export class Group {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (word: Word) => void>();
  readonly #gone: Promise<never>;
  #lastId = 0;

  private constructor(options: GroupOptions) {
    // As JSON it would lose what there is not (NaN).
    this.#process = fork(join(import.meta.dirname, "people.ts"), [JSON.stringify(options)], {
      execArgv: [],
      serialization: "advanced",
    });
    this.#process.on("message", ({ id, word }: { id: number; word: Word }) => {
      this.#waiting.get(id)?.(word);
      this.#waiting.delete(id);
    });
    this.#gone = once(this.#process, "exit").then(([code]) => {
      throw new Error(`${options.kind} ended with ${String(code)}`);
    });
    this.#gone.catch(() => undefined);
  }

  /** Resolves when all of them are there. */
  static async come(options: GroupOptions): Promise<Group> {
    const group = new Group(options);
    try {
      await group.#hear(0);
    } catch (error) {
      await group.leave();
      throw error;
    }
    return group;
  }

  /** Seconds of CPU so far. */
  get cpu(): number {
    return cpuSeconds(this.#process.pid ?? Number.NaN);
  }

  async edit(edits: number): Promise<void> {
    await this.#ask({ type: "edit", edits });
  }

  async hear(actors: readonly number[]): Promise<void> {
    await this.#ask({ type: "hear", actors });
  }

  async look(): Promise<Look> {
    const word = await this.#ask({ type: "look" });
    if (word.type !== "look") throw new Error(`"${word.type}" in place of a look`);
    return word.look;
  }

  async watch(killedAt: number, actors: readonly number[]): Promise<Back> {
    const word = await this.#ask({ type: "watch", killedAt, actors });
    if (word.type !== "back") throw new Error(`"${word.type}" in place of who is back`);
    return word.back;
  }

  async leave(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#process.send({ id: -1, order: { type: "leave" } satisfies Order });
    await exited;
  }

  #ask(order: Order): Promise<Word> {
    const id = ++this.#lastId;
    const heard = this.#hear(id);
    this.#process.send({ id, order });
    return heard;
  }

  #hear(id: number): Promise<Word> {
    const word = new Promise<Word>((resolve) => this.#waiting.set(id, resolve));
    return Promise.race([word, this.#gone]);
  }
}
