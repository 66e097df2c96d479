/** The ways back to those who are connected to a room: one each, by actor. */
import type { ErrorCode } from "#shared/protocol/errors.ts";
import type { ServerMessage } from "#shared/protocol/messages.ts";

/** The way back to one connection. */
export interface Outlet {
  sendText(message: ServerMessage): void;
  sendBinary(bytes: Uint8Array): void;
  /** Ends the connection with the code's own close code. */
  fail(code: ErrorCode): void;
}

export class Outlets {
  readonly #outlets = new Map<number, Outlet>();

  /** Takes the place of the one this actor had, which ends. */
  set(actor: number, outlet: Outlet): void {
    const older = this.#outlets.get(actor);
    this.#outlets.set(actor, outlet);
    older?.fail("REPLACED");
  }

  get(actor: number): Outlet | undefined {
    return this.#outlets.get(actor);
  }

  /** False where this one has been replaced, which changes nothing. */
  delete(actor: number, outlet: Outlet): boolean {
    return this.#outlets.get(actor) === outlet && this.#outlets.delete(actor);
  }

  /** To everybody but `except`. */
  broadcast(message: ServerMessage, except: number | null = null): void {
    for (const [actor, outlet] of this.#outlets) if (actor !== except) outlet.sendText(message);
  }

  /** To everybody of whom this holds. */
  some(message: ServerMessage, isMeant: (actor: number) => boolean): void {
    for (const [actor, outlet] of this.#outlets) if (isMeant(actor)) outlet.sendText(message);
  }

  /** To each a message of its own. */
  each(message: (actor: number) => ServerMessage): void {
    for (const [actor, outlet] of this.#outlets) outlet.sendText(message(actor));
  }
}
