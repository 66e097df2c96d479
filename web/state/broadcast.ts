/**
 * My part in the room's programme. When the room names this page its room mix goes to the audience, without a hand of
 * mine: nothing else of this page is in it (`audio/sends.ts`). And what the room goes by when it chooses: how many
 * notes came too late here, and whether this is a phone.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { ServerMessage } from "#shared/protocol/messages.ts";
import type { Player } from "../audio/player.ts";
import type { Sends } from "../audio/sends.ts";
import type { Connection } from "../net/connection.ts";
import type { Quality } from "../net/streams/opus.ts";
import type { Streams } from "../net/streams/streams.ts";

/** Who broadcasts to the audience, as actors. */
export type Programme = Omit<Extract<ServerMessage, { readonly type: "programme" }>, "type">;

export interface BroadcastOptions {
  readonly connection: Pick<Connection, "fit" | "on" | "programme" | "welcome">;
  readonly streams: Pick<Streams, "start" | "stop">;
  /** Null while this page makes no sound. */
  readonly sends: () => Pick<Sends, "open" | "close"> | null;
  readonly player: Pick<Player, "inspect">;
  readonly isSmall: () => boolean;
}

/** What every listener gets. */
const QUALITY: Quality = { bitrate: 128_000, ptime: 20 };
/** Who is named no more goes on for so long: the listeners cross over, and it may be named again. ms */
const LINGER_MS = 5_000;
/** Between two counts of late notes, which a hidden page may make no oftener. ms; and counts of a minute. */
const COUNT_EVERY_MS = 1_000;
const COUNTS = 60;

export class Broadcast {
  readonly #options: BroadcastOptions;
  readonly #programme = signal<Programme | null>(null);
  readonly #late = new LateNotes();
  #isSending = false;
  #lingering: ReturnType<typeof setTimeout> | undefined;

  constructor(options: BroadcastOptions) {
    this.#options = options;
    const { connection } = options;
    connection.on("message", ({ type }) => {
      if (type === "programme") this.turn();
    });
    connection.on("welcome", () => this.turn());
    setInterval(() => this.#count(), COUNT_EVERY_MS);
    this.#count();
    this.turn();
  }

  get programme(): ReadonlySignal<Programme | null> {
    return this.#programme;
  }

  /** Who is named, or whether this page sounds, is another now. */
  turn(): void {
    const { connection, streams } = this.#options;
    const { programme } = connection;
    this.#programme.value = programme;
    const me = connection.welcome?.actor ?? null;
    const isNamed = me !== null && (programme?.onAir === me || programme?.standBy === me);
    const sends = this.#options.sends();
    if (!isNamed || !sends) {
      if (this.#isSending) this.#lingering ??= setTimeout(() => this.stop(), LINGER_MS);
      return;
    }
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    if (this.#isSending) return;
    this.#isSending = true;
    streams.start("programme", sends.open("programme"), QUALITY);
  }

  /** At once: the graph that it comes from ends. Idempotent. */
  stop(): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    if (!this.#isSending) return;
    this.#isSending = false;
    this.#options.streams.stop("programme");
    this.#options.sends()?.close("programme");
  }

  #count(): void {
    const { connection, player, isSmall } = this.#options;
    const { late, missed } = player.inspect();
    const fit = { late: this.#late.count(late + missed), small: isSmall() };
    if (fit.late !== connection.fit?.late || fit.small !== connection.fit.small) connection.fit = fit;
  }
}

/** How many of a rising number came within the last counts; one that has fallen began anew. */
export class LateNotes {
  #totals: number[] = [];

  count(total: number): number {
    if (total < (this.#totals.at(-1) ?? 0)) this.#totals = [0];
    this.#totals = [...this.#totals, total].slice(-COUNTS - 1);
    return total - (this.#totals[0] ?? total);
  }
}
