/**
 * The room's programme as it comes to this page: a connection to the SFU for as long as the room stands on it, and
 * in its sections those who send the programme, or are about to. It comes back by itself. Which of them is heard is
 * the SFU's decision, and how loud the page's (`audio/programme-elements.ts`).
 */
import type { Random } from "#shared/lib/random.ts";
import { backoffMs } from "../backoff.ts";
import type { SfuRequest } from "../requests.ts";
import { type ReceiveOptions, ReceiveTransport } from "./receive-transport.ts";

/** On air, stand-by, and who was on air until the bar line. */
export const SECTIONS = 3;

export interface Section {
  /** Whose programme it carries; null while it is free. */
  readonly actor: number | null;
  /** It can be resumed. */
  readonly isReady: boolean;
  readonly receiver: RTCRtpReceiver;
}

export interface ReceptionOptions {
  readonly request: SfuRequest;
  readonly random: Random;
  readonly iceServers: () => readonly RTCIceServer[];
  /** Sections, or what they carry, are others. */
  readonly changed: () => void;
  /** Of connections, for tests. */
  readonly open?: (options: ReceiveOptions) => Promise<ReceiveTransport>;
}

interface Seat {
  readonly actor: number;
  consumerId: string | null;
}

/** How soon it begins anew when the server did not answer. Seconds. */
const UNHEARD_WITHIN = 1;
/** While the sender is not there yet, and while a connection does not come about. ms */
const AGAIN = { firstMs: 250, capMs: 2_000 } as const;
const RECONNECT = { firstMs: 500, capMs: 5_000 } as const;

const openTransport = (options: ReceiveOptions): Promise<ReceiveTransport> => ReceiveTransport.open(options);

type Timer = ReturnType<typeof setTimeout>;

export class ProgrammeReception {
  readonly #options: ReceptionOptions;
  readonly #seats: (Seat | null)[] = Array.from({ length: SECTIONS }, () => null);
  /** Counts lives of the connection: what was begun in an earlier one is none of this one's. */
  #life = 0;
  #transport: ReceiveTransport | null = null;
  #isOpen = false;
  #wanted: readonly number[] = [];
  #hears = false;
  #failures = 0;
  #misses = 0;
  #reopening: Timer | undefined;
  #asking: Timer | undefined;

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** None before there is a connection. */
  get sections(): readonly Section[] {
    const receivers = this.#transport?.receivers ?? [];
    return receivers.map((receiver, index) => {
      const seat = this.#seats[index] ?? null;
      return { receiver, actor: seat?.actor ?? null, isReady: seat !== null && seat.consumerId !== null };
    });
  }

  get isConnected(): boolean {
    return this.#transport?.isConnected ?? false;
  }

  /** Whether the room's SFU can be asked. Said again it begins anew: what the SFU held for us is gone. */
  setOpen(isOpen: boolean): void {
    this.#end();
    this.#isOpen = isOpen;
    this.#failures = 0;
    if (isOpen) void this.#begin();
  }

  /** The SFU has lost our connection: another begins within so many seconds. */
  reset(within: number): void {
    if (!this.#isOpen) return;
    this.#end();
    this.#beginAfter(within * 1_000 * this.#options.random());
  }

  /** Whose programme is to be there, at most as many as there are sections. */
  setWanted(actors: readonly number[]): void {
    this.#wanted = actors;
    this.#misses = 0;
    this.#settle();
  }

  /** A wish: the SFU forwards who is on air. */
  setHears(hears: boolean): void {
    if (hears === this.#hears) return;
    this.#hears = hears;
    for (const seat of this.#seats) if (seat && seat.consumerId !== null) this.#steer(seat.consumerId);
  }

  /** The browser says that the network is another one. */
  networkChanged(): void {
    this.#transport?.restart();
  }

  /** Idempotent. */
  close(): void {
    this.#isOpen = false;
    this.#end();
  }

  #end(): void {
    this.#life += 1;
    clearTimeout(this.#reopening);
    clearTimeout(this.#asking);
    this.#transport?.close();
    this.#transport = null;
    this.#seats.fill(null);
    this.#options.changed();
  }

  #beginAfter(waitMs: number): void {
    clearTimeout(this.#reopening);
    this.#reopening = setTimeout(() => void this.#begin(), waitMs);
  }

  async #begin(): Promise<void> {
    const life = this.#life;
    const { request, iceServers, open = openTransport, random } = this.#options;
    const lost = (): void => {
      if (life !== this.#life) return;
      this.#end();
      this.#beginAfter(backoffMs(this.#failures++, RECONNECT, random));
    };
    try {
      const transport = await open({ request, iceServers: iceServers(), sections: SECTIONS, failed: lost });
      if (life !== this.#life) return transport.close();
      this.#transport = transport;
      this.#failures = 0;
      this.#options.changed();
      this.#settle();
    } catch {
      lost();
    }
  }

  /** Makes what is there what is wanted. */
  #settle(): void {
    const transport = this.#transport;
    if (!transport) return;
    for (const [index, seat] of this.#seats.entries()) {
      if (seat === null || this.#wanted.includes(seat.actor)) continue;
      this.#seats[index] = null;
      transport.release(index).catch(() => {});
      this.#options.changed();
    }
    for (const actor of this.#wanted) {
      const free = this.#seats.indexOf(null);
      if (free < 0 || this.#seats.some((seat) => seat?.actor === actor)) continue;
      void this.#take(transport, free, actor);
    }
  }

  async #take(transport: ReceiveTransport, index: number, actor: number): Promise<void> {
    const life = this.#life;
    const seat: Seat = { actor, consumerId: null };
    this.#seats[index] = seat;
    const isCurrent = (): boolean => life === this.#life && this.#seats[index] === seat;
    try {
      const consumerId = await transport.consume(index, actor);
      // Whoever has been let go meanwhile was released after this.
      if (!isCurrent()) return;
      seat.consumerId = consumerId;
      this.#misses = 0;
      if (this.#hears) this.#steer(consumerId);
      this.#options.changed();
    } catch {
      if (!isCurrent()) return;
      // It is named before it sends.
      this.#seats[index] = null;
      clearTimeout(this.#asking);
      this.#asking = setTimeout(() => this.#settle(), backoffMs(this.#misses++, AGAIN, this.#options.random));
    }
  }

  #steer(consumerId: string): void {
    const life = this.#life;
    this.#options.request(this.#hears ? "resume" : "pause", { consumerId }).catch(() => {
      // A wish that nobody has heard would be silence: begin anew.
      if (life === this.#life && this.#hears && this.#isOpen) this.reset(UNHEARD_WITHIN);
    });
  }
}
