/** The bad network as the benchmark holds it: the process, what it is told, and the ports it gives out. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Conditions } from "./line.ts";

export interface Weather {
  /** From browser to browser. */
  readonly between: Conditions;
  /** On one leg to the server or from it: its SFU, and its WebSocket. */
  readonly server: Conditions;
}

export type Order =
  | { readonly type: "weather"; readonly weather: Weather }
  /** The ports of the server; answered with the port that leads to the first of them. */
  | { readonly type: "server"; readonly tcpPort: number; readonly udpPort: number }
  /** Answered with the port that leads to this UDP port. */
  | { readonly type: "door"; readonly port: number };

export interface Answer {
  readonly id: number;
  readonly port: number;
}

export class Network {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (port: number) => void>();
  readonly #doors = new Set<number>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on("message", ({ id, port }: Answer) => {
      this.#waiting.get(id)?.(port);
      this.#waiting.delete(id);
    });
  }

  static async start(): Promise<Network> {
    const child = fork(join(import.meta.dirname, "process.ts"), { execArgv: [] });
    await once(child, "spawn");
    return new Network(child);
  }

  async setWeather(weather: Weather): Promise<void> {
    await this.#order({ type: "weather", weather });
  }

  /** The address under which pages find this server, whose SFU is on the port after its own. */
  async lead(url: string): Promise<string> {
    const tcpPort = Number(new URL(url).port);
    const port = await this.#order({ type: "server", tcpPort, udpPort: tcpPort + 1 });
    return `http://127.0.0.1:${port}`;
  }

  /** The port of 127.0.0.1 by which this UDP port is reached. */
  async door(port: number): Promise<number> {
    const door = await this.#order({ type: "door", port });
    this.#doors.add(door);
    return door;
  }

  isDoor(port: number): boolean {
    return this.#doors.has(port);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#process.kill();
    await exited;
  }

  #order(order: Order): Promise<number> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#process.send({ id, order });
    });
  }
}
