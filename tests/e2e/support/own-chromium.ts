/**
 * A Chromium that is not driven by Playwright, which keeps every page visible and every timer running.
 * Here a tab behind another one is hidden as it is for anybody, and the whole browser can be stopped
 * as a machine that sleeps stops it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { CHROMIUM, CHROMIUM_FLAGS } from "../../chromium.ts";
import type { Inspection } from "./browser.ts";
import { type PackedRecording, type Recording, tapExpression, unpackRecording } from "./recording.ts";
import { until } from "./until.ts";

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class OwnChromium {
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  readonly #profile: string;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastId = 0;

  private constructor(process: ChildProcess, socket: WebSocket, profile: string) {
    this.#process = process;
    this.#socket = socket;
    this.#profile = profile;
    socket.on("message", (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as Reply;
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    });
  }

  static async launch(): Promise<OwnChromium> {
    const profile = mkdtempSync(join(tmpdir(), "tutti-chromium-"));
    const flags = [
      "--headless",
      ...CHROMIUM_FLAGS,
      `--user-data-dir=${profile}`,
      "--remote-debugging-port=0",
      "about:blank",
    ];
    // A group of its own: its processes can be stopped together.
    const child = spawn(CHROMIUM, flags, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    child.stderr.on("data", (chunk) => (log += String(chunk)));
    const url = await until(() => /DevTools listening on (ws:\S+)/.exec(log)?.[1] ?? null, {
      what: "Chromium's address",
      timeoutMs: 30_000,
      detail: () => log,
    });
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new OwnChromium(child, socket, profile);
  }

  /** A new tab in front of the others. */
  async open(url: string): Promise<OwnTab> {
    const { targetId } = await this.send<{ targetId: string }>("Target.createTarget", { url });
    await this.send("Target.activateTarget", { targetId });
    const attached = await this.send<{ sessionId: string }>("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    return new OwnTab(this, attached.sessionId);
  }

  /** Stops every process of it, or lets them go on: what sleep does to a browser. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    if (this.#process.pid !== undefined) process.kill(-this.#process.pid, signal);
  }

  /** Calls a method of the DevTools protocol. Rejects with its error. */
  send<Result>(method: string, params: object, sessionId?: string): Promise<Result> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result as Result);
      });
      this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
    });
  }

  async close(): Promise<void> {
    this.#socket.close();
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, "exit");
      this.signal("SIGCONT");
      this.#process.kill();
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

export class OwnTab {
  readonly #chromium: OwnChromium;
  readonly #session: string;

  constructor(chromium: OwnChromium, session: string) {
    this.#chromium = chromium;
    this.#session = session;
  }

  /** Runs a function in the page, as in the handler of a gesture, and brings back what it gives. */
  evaluate<Arg, Value>(run: (arg: Arg) => Value | Promise<Value>, arg?: Arg): Promise<Value> {
    return this.#run(`(${run.toString()})(${JSON.stringify(arg) ?? ""})`);
  }

  async #run<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#chromium.send<Evaluated>(
      "Runtime.evaluate",
      {
        expression,
        awaitPromise: true,
        returnByValue: true,
        userGesture: true,
      },
      this.#session,
    );
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as Value;
  }

  /** Waits for a button of this name, and clicks it. */
  async press(name: string): Promise<void> {
    await until(
      () =>
        this.evaluate((label) => {
          const button = [...document.querySelectorAll("button")].find(
            (each) => (each.ariaLabel ?? each.textContent) === label,
          );
          button?.click();
          return button !== undefined;
        }, name),
      { what: `a button "${name}"` },
    );
  }

  untilInspect(what: string, holds: (state: Inspection) => boolean, timeoutMs = 30_000): Promise<Inspection> {
    let last: Inspection | null = null;
    return until(
      async () => {
        last = await this.evaluate(() => window.tutti?.inspect() ?? null);
        return last && holds(last) ? last : null;
      },
      { what, timeoutMs, detail: () => JSON.stringify(last) },
    );
  }

  async tap(seconds: number): Promise<Recording> {
    return unpackRecording(await this.#run<PackedRecording>(tapExpression(seconds)));
  }
}
