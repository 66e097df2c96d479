/** Requests to the SFU over the signaling socket, each matched to its reply or to the end of its deadline. */
import type { SfuMethod } from "#shared/protocol/messages.ts";
import type { SignalingSocket } from "./signaling-socket.ts";

export type RequestErrorCode =
  /** No connection, or it went before the answer came. */
  | "CLOSED"
  | "TIMEOUT"
  /** More unanswered requests than a page ever needs. */
  | "TOO_MANY"
  /** The server says no; the message is the server's. */
  | "REFUSED";

export class RequestError extends Error {
  readonly code: RequestErrorCode;

  private constructor(code: RequestErrorCode, message: string) {
    super(message);
    this.name = "RequestError";
    this.code = code;
  }

  static closed(method: string): RequestError {
    return new RequestError("CLOSED", `no connection to ask for ${method}`);
  }
  static timeout(method: string): RequestError {
    return new RequestError("TIMEOUT", `no answer to ${method}`);
  }
  static tooMany(method: string): RequestError {
    return new RequestError("TOO_MANY", `too many requests wait to ask for ${method}`);
  }
  static refused(method: string, reason: string): RequestError {
    return new RequestError("REFUSED", `${method}: ${reason}`);
  }
}

export type SfuResult = Record<string, unknown>;
/** Asks the SFU; rejects with a `RequestError`. */
export type SfuRequest = (method: SfuMethod, params: Record<string, unknown>) => Promise<SfuResult>;

interface Outstanding {
  readonly method: SfuMethod;
  readonly resolve: (result: SfuResult) => void;
  readonly reject: (error: RequestError) => void;
  readonly deadline: ReturnType<typeof setTimeout>;
}

const DEADLINE_MS = 10_000;
/** Two consumers for each of sixteen performers, set up at once, and as many again. */
const MAX_OUTSTANDING = 64;

export class Requests {
  readonly #socket: Pick<SignalingSocket, "on" | "send">;
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #unsubscribe: readonly (() => void)[];
  #nextId = 1;
  #closed = false;

  constructor(socket: Pick<SignalingSocket, "on" | "send">) {
    this.#socket = socket;
    this.#unsubscribe = [
      socket.on("message", (message) => {
        if (message.type === "sfuReply") this.#handleReply(message);
      }),
      socket.on("closed", () => this.#rejectAll()),
    ];
  }

  readonly request: SfuRequest = (method, params) =>
    new Promise((resolve, reject) => {
      if (this.#outstanding.size >= MAX_OUTSTANDING) {
        reject(RequestError.tooMany(method));
        return;
      }
      const id = this.#nextId++;
      if (this.#closed || !this.#socket.send({ type: "sfu", id, method, params })) {
        reject(RequestError.closed(method));
        return;
      }
      const deadline = setTimeout(() => {
        this.#outstanding.delete(id);
        reject(RequestError.timeout(method));
      }, DEADLINE_MS);
      this.#outstanding.set(id, { method, resolve, reject, deadline });
    });

  /** Whoever waits is told CLOSED. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#rejectAll();
  }

  #handleReply(reply: {
    id: number;
    result?: Record<string, unknown> | undefined;
    error?: string | undefined;
  }): void {
    const waiting = this.#outstanding.get(reply.id);
    // An answer after its deadline: whoever asked has been told already.
    if (waiting === undefined) return;
    this.#outstanding.delete(reply.id);
    clearTimeout(waiting.deadline);
    if (reply.result !== undefined) waiting.resolve(reply.result);
    else waiting.reject(RequestError.refused(waiting.method, reply.error ?? "no reason given"));
  }

  #rejectAll(): void {
    const waiting = [...this.#outstanding.values()];
    this.#outstanding.clear();
    for (const { method, reject, deadline } of waiting) {
      clearTimeout(deadline);
      reject(RequestError.closed(method));
    }
  }
}
