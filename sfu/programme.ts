/**
 * The programme in one room of the SFU: who may send it, whether their packets come, and to whom whose are
 * forwarded. Who is named is the room's word; that somebody wishes to hear it stands here, since it outlives each
 * switch. Consumers of it are paused and resumed by nobody else.
 */
import type { Consumer, Producer } from "mediasoup/types";
import type { Hall } from "./hall.ts";
import type { Log } from "./log.ts";

/** Without a packet for so long (one comes every 20 ms) nothing is coming any more. */
const SILENT_AFTER_MS = 200;

interface Wish {
  /** Whose programme it is. */
  readonly actor: number;
  isWished: boolean;
  /** The consumer flows, or is about to. */
  isForwarded: boolean;
}

export interface SfuProgrammeOptions {
  /** Packets of this actor's come from now on, or do not any more. */
  readonly handleFlow: (actor: number, flows: boolean) => void;
  readonly log: Log;
}

export class SfuProgramme {
  readonly #options: SfuProgrammeOptions;
  readonly #wishes = new Map<Consumer, Wish>();
  #named: ReadonlySet<number> = new Set();
  #forwarded: ReadonlySet<number> = new Set();

  constructor(options: SfuProgrammeOptions) {
    this.#options = options;
  }

  /** Who may send it, and whose is forwarded to all who wish to hear it. */
  set(named: readonly number[], forwarded: readonly number[]): void {
    this.#named = new Set(named);
    this.#forwarded = new Set(forwarded);
    const wishes = [...this.#wishes];
    // What begins goes first: a moment of both is heard by nobody, a moment of none is.
    for (const [consumer, wish] of wishes) if (this.#isWanted(wish)) void this.#steer(consumer, wish);
    for (const [consumer, wish] of wishes) void this.#steer(consumer, wish);
  }

  isNamed(actor: number): boolean {
    return this.#named.has(actor);
  }

  /** From now on it is told whether packets of this producer come. Rejects where the worker cannot. */
  async watch(
    actor: number,
    producer: Producer,
    { direct, place }: Pick<Hall, "direct" | "place">,
  ): Promise<void> {
    const { rtpCapabilities } = place.router;
    // mediasoup ends it with its producer.
    const ear = await direct.consume({ producerId: producer.id, rtpCapabilities, paused: false });
    const flow = new Flow((flows) => this.#options.handleFlow(actor, flows));
    ear.on("rtp", () => flow.handlePacket());
    ear.observer.once("close", () => flow.close());
    if (producer.closed) ear.close();
  }

  /** A consumer of this actor's programme, which is paused. */
  take(consumer: Consumer, actor: number): void {
    this.#wishes.set(consumer, { actor, isWished: false, isForwarded: false });
    consumer.observer.once("close", () => this.#wishes.delete(consumer));
  }

  has(consumer: Consumer): boolean {
    return this.#wishes.has(consumer);
  }

  /** Its owner wishes to hear it, whenever it is on air; or does not. */
  async wish(consumer: Consumer, isWished: boolean): Promise<void> {
    const wish = this.#wishes.get(consumer);
    if (!wish) return;
    wish.isWished = isWished;
    await this.#steer(consumer, wish);
  }

  #isWanted({ actor, isWished }: Wish): boolean {
    return isWished && this.#forwarded.has(actor);
  }

  /** The worker carries out what it is told in that order. */
  async #steer(consumer: Consumer, wish: Wish): Promise<void> {
    const isWanted = this.#isWanted(wish);
    if (wish.isForwarded === isWanted) return;
    wish.isForwarded = isWanted;
    try {
      await (isWanted ? consumer.resume() : consumer.pause());
    } catch (error) {
      if (!consumer.closed) this.#options.log.warn({ reason: String(error) }, "programme not steered");
    }
  }
}

/** Whether packets come. */
class Flow {
  readonly #tell: (flows: boolean) => void;
  #timer: NodeJS.Timeout | null = null;
  #packets = 0;
  #flows = false;

  constructor(tell: (flows: boolean) => void) {
    this.#tell = tell;
  }

  handlePacket(): void {
    this.#packets += 1;
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#handleGap(), SILENT_AFTER_MS);
    this.#set(true);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#set(false);
  }

  /**
   * This thread may have been held up, with packets waiting for it: they are read before the first immediate, and
   * mediasoup hands them on with one of its own.
   */
  #handleGap(): void {
    const packets = this.#packets;
    const decide = (): void => {
      if (this.#packets === packets) this.close();
    };
    setImmediate(() => setImmediate(decide));
  }

  #set(flows: boolean): void {
    if (flows === this.#flows) return;
    this.#flows = flows;
    this.#tell(flows);
  }
}
