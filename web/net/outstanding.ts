/** Questions to the server that wait for an answer, each by its id, until that comes or its deadline. */

export type RequestErrorCode =
  /** No connection, or it went before the answer came. */
  | "CLOSED"
  | "TIMEOUT"
  /** More unanswered requests than a page ever needs. */
  | "TOO_MANY"
  /** The server says no, for its `reason`. */
  | "REFUSED";

export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** The server's word where it refused, else null. */
  readonly reason: string | null;

  private constructor(code: RequestErrorCode, message: string, reason: string | null = null) {
    super(message);
    this.name = "RequestError";
    this.code = code;
    this.reason = reason;
  }

  static closed(what: string): RequestError {
    return new RequestError("CLOSED", `no connection to ask for ${what}`);
  }
  static timeout(what: string): RequestError {
    return new RequestError("TIMEOUT", `no answer to ${what}`);
  }
  static tooMany(what: string): RequestError {
    return new RequestError("TOO_MANY", `too many requests wait to ask for ${what}`);
  }
  static refused(what: string, reason: string): RequestError {
    return new RequestError("REFUSED", `${what}: ${reason}`, reason);
  }
}

interface Waiting<T> {
  readonly what: string;
  readonly resolve: (answer: T) => void;
  readonly reject: (error: RequestError) => void;
  readonly deadline: ReturnType<typeof setTimeout>;
}

const DEADLINE_MS = 10_000;
/** Two consumers for each of sixteen performers, set up at once, and as many again. */
const MAX_OUTSTANDING = 64;

export class Outstanding<T> {
  readonly #waiting = new Map<number, Waiting<T>>();
  #nextId = 1;
  #closed = false;

  /** `send` is handed the question's id and says whether it went out. Rejects with a `RequestError`. */
  ask(what: string, send: (id: number) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= MAX_OUTSTANDING) {
        reject(RequestError.tooMany(what));
        return;
      }
      const id = this.#nextId++;
      if (this.#closed || !send(id)) {
        reject(RequestError.closed(what));
        return;
      }
      const deadline = setTimeout(() => {
        this.#waiting.delete(id);
        reject(RequestError.timeout(what));
      }, DEADLINE_MS);
      this.#waiting.set(id, { what, resolve, reject, deadline });
    });
  }

  /** `answer` is null where the server refused. One whose question has ended already is ignored. */
  answer(id: number, answer: T | null, refusal: string | undefined): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.deadline);
    if (answer !== null) waiting.resolve(answer);
    else waiting.reject(RequestError.refused(waiting.what, refusal ?? "no reason given"));
  }

  /** The connection is gone: whoever waits is told CLOSED. */
  rejectAll(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { what, reject, deadline } of all) {
      clearTimeout(deadline);
      reject(RequestError.closed(what));
    }
  }

  /** As `rejectAll`, and from now on nothing is asked. Idempotent. */
  close(): void {
    this.#closed = true;
    this.rejectAll();
  }
}
