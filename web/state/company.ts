/**
 * The others, beside what they play: where their hands are, what is said, and reactions. Fetched after the first
 * sound.
 */
import { signal } from "@preact/signals";
import { BEATS_PER_BAR } from "#shared/music/model.ts";
import type { RoomMessage, Welcome } from "../net/signaling-socket.ts";
import { Chat } from "./chat.ts";
import { Presence } from "./presence.ts";
import { Reactions } from "./reactions.ts";
import type { PlayerView, Wire } from "./view.ts";

export interface CompanyParts {
  readonly wire: Wire;
  readonly player: Pick<PlayerView, "heard">;
}

export class Company {
  readonly presence: Presence;
  readonly chat: Chat;
  readonly reactions: Reactions;
  /** How many listen, told once a second at most. */
  readonly listeners = signal(0);
  readonly #wire: Wire;

  constructor(parts: CompanyParts) {
    const { wire } = parts;
    this.#wire = wire;
    this.presence = new Presence({
      tell: (at) => void wire.send({ type: "presence", at }),
      author: (actor) => wire.author(actor),
      now: () => performance.now() / 1_000,
    });
    this.chat = new Chat({
      wire,
      bar: () => {
        const { beat, running } = parts.player.heard(performance.now());
        return running && beat >= 0 ? Math.floor(beat / BEATS_PER_BAR) + 1 : null;
      },
      newKey: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
      tab: () => sessionStorage,
      browser: () => localStorage,
    });
    this.reactions = new Reactions(wire);
    wire.on((message) => this.#handle(message));
    this.chat.connected();
  }

  #handle(message: RoomMessage | Welcome): void {
    switch (message.type) {
      case "welcome":
        this.listeners.value = 0;
        this.presence.reset();
        this.chat.connected();
        return;
      case "presence":
        return this.presence.heard(message.from, message.at);
      case "left":
        return this.presence.left(message.actor);
      case "chat":
        return this.chat.heard(message.lines, message.all === true);
      case "chatRefused":
        return this.chat.refused(message.key, message.error);
      case "reaction":
        return this.reactions.heard(message.from, message.reaction, message.name);
      case "listeners":
        this.listeners.value = message.count;
        return;
      case "slowed":
        return this.#wire.say(slowedWords(message.what));
      default:
    }
  }
}

export const slowedWords = (what: string): string =>
  what === "reaction"
    ? "You react faster than the room allows: some of it was not shown."
    : "You move faster than the room allows: others see fewer of your movements.";
