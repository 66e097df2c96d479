/** A leader's controls to the server, each matched to its answer or to the end of its deadline. */
import type { LeaderControl } from "#shared/protocol/controls.ts";
import { Outstanding } from "./outstanding.ts";
import type { SignalingSocket } from "./signaling-socket.ts";

export class Controls {
  readonly #socket: Pick<SignalingSocket, "on" | "send">;
  readonly #outstanding = new Outstanding<true>();
  readonly #unsubscribe: readonly (() => void)[];

  constructor(socket: Pick<SignalingSocket, "on" | "send">) {
    this.#socket = socket;
    this.#unsubscribe = [
      socket.on("message", (message) => {
        if (message.type === "control")
          this.#outstanding.answer(message.id, message.error === undefined ? true : null, message.error);
      }),
      socket.on("closed", () => this.#outstanding.rejectAll()),
    ];
  }

  /** Resolves when the server has taken it; rejects with a `RequestError`. */
  async ask(control: LeaderControl): Promise<void> {
    await this.#outstanding.ask(control.type, (id) => this.#socket.send({ type: "control", id, control }));
  }

  /** Whoever waits is told CLOSED. Idempotent. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#outstanding.close();
  }
}
