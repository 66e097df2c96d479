/** Requests to the SFU over the signaling socket, each matched to its reply or to the end of its deadline. */
import type { SfuMethod } from "#shared/protocol/messages.ts";
import { Outstanding } from "./outstanding.ts";
import type { SignalingSocket } from "./signaling-socket.ts";

export type SfuResult = Record<string, unknown>;
/** Asks the SFU; rejects with a `RequestError`. */
export type SfuRequest = (method: SfuMethod, params: Record<string, unknown>) => Promise<SfuResult>;

export class Requests {
  readonly #socket: Pick<SignalingSocket, "on" | "send">;
  readonly #outstanding = new Outstanding<SfuResult>();
  readonly #unsubscribe: readonly (() => void)[];

  constructor(socket: Pick<SignalingSocket, "on" | "send">) {
    this.#socket = socket;
    this.#unsubscribe = [
      socket.on("message", (message) => {
        if (message.type === "sfuReply")
          this.#outstanding.answer(message.id, message.result ?? null, message.error);
      }),
      socket.on("closed", () => this.#outstanding.rejectAll()),
    ];
  }

  readonly request: SfuRequest = (method, params) =>
    this.#outstanding.ask(method, (id) => this.#socket.send({ type: "sfu", id, method, params }));

  /** Whoever waits is told CLOSED. Idempotent. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#outstanding.close();
  }
}
