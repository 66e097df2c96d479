/** Asks the server for what was: pages of its journal, and the document as it stood after one of its rows. */
import { decodeDelta } from "#shared/document/codec.ts";
import { decodeSnapshot, type Register } from "#shared/document/snapshot-codec.ts";
import type { Row } from "#shared/document/gestures.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { HistoryEntry, ServerMessage } from "#shared/protocol/messages.ts";
import { Outstanding, RequestError } from "./outstanding.ts";
import type { SignalingSocket } from "./signaling-socket.ts";

export interface PastPage {
  /** Newest first. */
  readonly rows: readonly Row[];
  /** Whether there are older ones. */
  readonly more: boolean;
  /** Room ms of the oldest moment that can be had. */
  readonly since: number;
  /** Moments from before the oldest row, newest first; only with the last page. */
  readonly moments: readonly { readonly n: number; readonly received: number }[];
}

type Answer<K extends "history" | "moment"> = Extract<ServerMessage, { type: K }>;

export class Past {
  readonly #socket: Pick<SignalingSocket, "on" | "send">;
  readonly #pages = new Outstanding<Answer<"history">>();
  readonly #moments = new Outstanding<Answer<"moment">>();
  readonly #unsubscribe: readonly (() => void)[];

  constructor(socket: Pick<SignalingSocket, "on" | "send">) {
    this.#socket = socket;
    this.#unsubscribe = [
      socket.on("message", (message) => {
        if (message.type === "history")
          this.#pages.answer(message.id, message.entries ? message : null, message.error);
        if (message.type === "moment")
          this.#moments.answer(message.id, message.snapshot ? message : null, message.error);
      }),
      socket.on("closed", () => {
        this.#pages.rejectAll();
        this.#moments.rejectAll();
      }),
    ];
  }

  /** The newest rows, or those below `before`. Rejects with a `RequestError`. */
  async page(before: number | null): Promise<PastPage> {
    const { entries, more, since, moments } = await this.#pages.ask("history", (id) =>
      this.#socket.send({
        type: "history",
        id,
        ...(before === null ? {} : { before }),
        limit: LIMITS.historyEntries,
      }),
    );
    return {
      rows: (entries ?? []).map(rowOf),
      more: more ?? false,
      since: since ?? 0,
      moments: moments ?? [],
    };
  }

  /** The registers as they stood right after row `n`. Rejects with a `RequestError`. */
  async moment(n: number): Promise<readonly Register[]> {
    const { snapshot } = await this.#moments.ask("moment", (id) =>
      this.#socket.send({ type: "moment", id, n }),
    );
    const bytes = bytesOf(snapshot ?? "");
    const decoded = bytes && decodeSnapshot(bytes);
    if (!decoded?.ok) throw RequestError.refused("moment", "UNREADABLE");
    return decoded.value.registers;
  }

  /** Whoever waits is told CLOSED. Idempotent. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#pages.close();
    this.#moments.close();
  }
}

/** A delta that cannot be read here (a later version's) is a row that says nothing of what it did. */
function rowOf({ n, actor, seq, time, received, via: bringer, delta }: HistoryEntry): Row {
  const bytes = bytesOf(delta);
  const via = bringer ?? null;
  const decoded = bytes && decodeDelta(bytes, { actor: null, nowMs: 0, highestSeq: () => seq });
  if (!decoded?.ok) return { n, stamp: { time, counter: 0, actor }, received, via, writes: [] };
  return { n, stamp: decoded.value.stamp, received, via, writes: decoded.value.writes };
}

/** Of base64; null for what is none. */
function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
  } catch {
    return null;
  }
}
