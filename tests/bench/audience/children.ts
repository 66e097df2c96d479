/** The processes of the audience benchmark, as their parent holds them. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { cpuSeconds } from "../processes.ts";
import type { ForwarderOptions, ForwarderReady, ForwarderWord, SinkWord } from "./words.ts";

type Word = ForwarderWord | SinkWord;

/** A child that answers each question with one word, and is asked one at a time. */
class Child {
  readonly #process: ChildProcess;

  constructor(file: string, ...args: string[]) {
    this.#process = fork(join(import.meta.dirname, file), args, { execArgv: [] });
  }

  get pid(): number {
    return this.#process.pid ?? Number.NaN;
  }

  /** Its next word, which is to be of this type. */
  async hear<T extends Word["type"]>(type: T): Promise<Extract<Word, { type: T }>> {
    const ended = new AbortController();
    const { signal } = ended;
    const gone = once(this.#process, "exit", { signal }).then(([code]) => {
      throw new Error(`a process of the benchmark ended with ${String(code)}`);
    });
    // Once the word is here nobody waits for the end any more.
    gone.catch(() => undefined);
    const [word] = (await Promise.race([once(this.#process, "message", { signal }), gone])) as [Word];
    ended.abort();
    if (word.type !== type) throw new Error(`"${word.type}" in place of "${type}"`);
    return word as Extract<Word, { type: T }>;
  }

  ask<T extends Word["type"]>(type: T): Promise<Extract<Word, { type: T }>> {
    const answer = this.hear(type);
    this.#process.send({});
    return answer;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#process.disconnect();
    await exited;
  }
}

export class Sink {
  readonly #child: Child;
  readonly ports: readonly number[];

  private constructor(child: Child, ports: readonly number[]) {
    this.#child = child;
    this.ports = ports;
  }

  static async start(): Promise<Sink> {
    const child = new Child("sink.ts");
    return new Sink(child, (await child.hear("ports")).ports);
  }

  /** Packets that have come so far. */
  async packets(): Promise<number> {
    return (await this.#child.ask("came")).packets;
  }

  close(): Promise<void> {
    return this.#child.close();
  }
}

/** Seconds of CPU so far. */
export interface Cpu {
  readonly node: number;
  readonly workers: readonly number[];
}

export class Forwarder {
  readonly #child: Child;
  readonly #ready: ForwarderReady;

  private constructor(child: Child, ready: ForwarderReady) {
    this.#child = child;
    this.#ready = ready;
  }

  static async start(options: ForwarderOptions): Promise<Forwarder> {
    const child = new Child("forwarder.ts", JSON.stringify(options));
    return new Forwarder(child, await child.hear("ready"));
  }

  /** Where the performer's packets go. */
  get port(): number {
    return this.#ready.port;
  }

  get cpu(): Cpu {
    return { node: cpuSeconds(this.#child.pid), workers: this.#ready.workerPids.map(cpuSeconds) };
  }

  /** Packets that it has sent to its listeners so far. Asking costs it, so that it is asked between two turns. */
  async packets(): Promise<number> {
    return (await this.#child.ask("forwarded")).packets;
  }

  close(): Promise<void> {
    return this.#child.close();
  }
}
