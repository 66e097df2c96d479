/**
 * One of a room's halls: a router of its own, and the server's ear and voice there. Whatever a seat produces
 * has its home in the seat's hall, and is brought to another one when somebody there asks for it.
 */
import type { DataProducer, DirectTransport, Producer } from "mediasoup/types";
import type { Role } from "#shared/protocol/messages.ts";
import { MESSAGE_BYTES } from "./datagrams.ts";
import { Pipe } from "./pipe.ts";
import type { Place } from "./worker.ts";

/** One life of an actor in the room; told from another one by identity. */
export interface Guest {
  readonly actor: number;
  readonly role: Role;
}

/** Anything of mediasoup's that says when it ends. */
interface Ending {
  readonly observer: { once(event: "close", listener: () => void): unknown };
}

export class Hall {
  readonly place: Place;
  readonly direct: DirectTransport;
  /** Actor 0's producer: the server speaks to one actor through that actor's consumer of it. */
  readonly server: DataProducer;
  /** Those who have their transports here. */
  readonly guests = new Set<Guest>();
  /** By the hall they come from. */
  readonly #pipes = new Map<Hall, Promise<Pipe>>();
  /** By the producer's id. */
  readonly #brought = new Map<string, Promise<Ending>>();

  private constructor(place: Place, direct: DirectTransport, server: DataProducer) {
    this.place = place;
    this.direct = direct;
    this.server = server;
  }

  /** Takes the place over: it is given back where this rejects. */
  static async open(place: Place): Promise<Hall> {
    try {
      const direct = await place.router.createDirectTransport({ maxReceiveMessageSize: MESSAGE_BYTES });
      const server = await direct.produceData({ label: "edits", appData: { actor: 0 } });
      return new Hall(place, direct, server);
    } catch (error) {
      place.router.close();
      throw error;
    }
  }

  get closed(): boolean {
    return this.place.router.closed;
  }

  /** Consumers that there are, or that those who are here are about to make: so many each. */
  consumers(each: number): number {
    return Math.max(this.place.tally.consumers, this.guests.size * each);
  }

  /** Makes what has its home in another hall consumable here, once; it ends with its producer. */
  bring(home: Hall, source: Producer | DataProducer): Promise<Ending> {
    if (home === this) return Promise.resolve(source);
    const known = this.#brought.get(source.id);
    if (known) return known;
    const coming = this.#bring(home, source);
    this.#brought.set(source.id, coming);
    const forget = (): void => {
      if (this.#brought.get(source.id) === coming) this.#brought.delete(source.id);
    };
    coming.then((brought) => brought.observer.once("close", forget), forget);
    return coming;
  }

  /** Everything here ends, pipes from and to it too. Idempotent. */
  close(): void {
    this.place.router.close();
  }

  async #bring(home: Hall, source: Producer | DataProducer): Promise<Ending> {
    const pipe = await this.#pipeFrom(home);
    return "rtpParameters" in source ? pipe.sound(source) : pipe.data(source);
  }

  async #pipeFrom(home: Hall): Promise<Pipe> {
    const known = this.#pipes.get(home);
    if (known) return known;
    const opening = Pipe.open(home.place.router, this.place.router);
    this.#pipes.set(home, opening);
    const forget = (): void => void this.#pipes.delete(home);
    opening.then((pipe) => pipe.onceClosed(forget), forget);
    return opening;
  }
}
