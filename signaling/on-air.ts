/** Who sends sound, and which: told to everybody, to those who come later too. The sound itself never comes by here. */
import type { Air, AirKind } from "#shared/protocol/messages.ts";
import type { Outlets } from "./outlets.ts";

const SILENT: Air = { input: false, mix: false, mixHasInput: false };
const FIELDS = ["input", "mix", "mixHasInput"] as const satisfies readonly (AirKind | "mixHasInput")[];

export class OnAir {
  readonly #outlets: Pick<Outlets, "broadcast" | "get">;
  readonly #closeInput: (actor: number) => void;
  /** Those who send anything. */
  readonly #air = new Map<number, Air>();

  /** `closeInput`: at the SFU. */
  constructor(outlets: Pick<Outlets, "broadcast" | "get">, closeInput: (actor: number) => void) {
    this.#outlets = outlets;
    this.#closeInput = closeInput;
  }

  /** Told to the others where it is news. */
  say(actor: number, { input, mix, mixHasInput }: Air): void {
    this.#set(actor, { input, mix, mixHasInput: mix && input && mixHasInput }, actor);
  }

  /** A leader's word. Its owner is told like everybody, and stops. False: that actor sends no input. */
  muteInput(actor: number): boolean {
    const air = this.#air.get(actor);
    if (!air?.input) return false;
    this.#set(actor, { ...air, input: false, mixHasInput: false }, null);
    this.#closeInput(actor);
    return true;
  }

  /** To somebody who has come in. */
  greet(actor: number): void {
    const outlet = this.#outlets.get(actor);
    for (const [from, air] of this.#air) if (from !== actor) outlet?.sendText({ type: "air", from, ...air });
  }

  /** That it is gone is told by `left`. */
  leave(actor: number): void {
    this.#air.delete(actor);
  }

  #set(actor: number, air: Air, except: number | null): void {
    const before = this.#air.get(actor) ?? SILENT;
    if (FIELDS.every((field) => air[field] === before[field])) return;
    if (air.input || air.mix) this.#air.set(actor, air);
    else this.#air.delete(actor);
    this.#outlets.broadcast({ type: "air", from: actor, ...air }, except);
  }
}
