/**
 * A pipe from one router to another, in another worker: two transports on this machine's loopback, by which
 * what is produced there can be consumed here under the same id. mediasoup's own `pipeToRouter` does the
 * same, but gives a datagram no time to wait and keeps a pipe that could not be made.
 */
import type { DataProducer, PipeTransport, Producer, Router } from "mediasoup/types";
import { datagrams, MESSAGE_BYTES, SEND_BUFFER_BYTES } from "./datagrams.ts";
import type { Label } from "./requests.ts";

const END = {
  listenInfo: { protocol: "udp", ip: "127.0.0.1" },
  enableSctp: true,
  maxSendMessageSize: MESSAGE_BYTES,
  maxReceiveMessageSize: MESSAGE_BYTES,
  sctpSendBufferSize: SEND_BUFFER_BYTES,
} as const;

interface Ended {
  readonly observer: { once(event: "close", listener: () => void): unknown };
  close(): void;
}

/** When either ends, for whatever reason, the other does. */
function tie(one: Ended, other: Ended): void {
  one.observer.once("close", () => other.close());
  other.observer.once("close", () => one.close());
}

export class Pipe {
  readonly #there: PipeTransport;
  readonly #here: PipeTransport;

  private constructor(there: PipeTransport, here: PipeTransport) {
    this.#there = there;
    this.#here = here;
    tie(there, here);
  }

  static async open(from: Router, to: Router): Promise<Pipe> {
    const made = await Promise.allSettled([from.createPipeTransport(END), to.createPipeTransport(END)]);
    const ends = made.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
    try {
      const [there, here] = ends;
      if (!there || !here) throw new Error("a pipe between two workers could not be made");
      const addressOf = ({ tuple }: PipeTransport) => ({ ip: tuple.localAddress, port: tuple.localPort });
      await Promise.all([there.connect(addressOf(here)), here.connect(addressOf(there))]);
      if (there.closed || here.closed) throw new Error("a router of the pipe was closed meanwhile");
      return new Pipe(there, here);
    } catch (error) {
      for (const end of ends) end.close();
      throw error;
    }
  }

  get closed(): boolean {
    return this.#here.closed;
  }

  /** Also when the router at either end does. */
  onceClosed(listener: () => void): void {
    this.#here.observer.once("close", listener);
  }

  /** Nothing here pauses a producer, so that it flows for as long as there is one. */
  async sound(source: Producer): Promise<Producer> {
    const consumer = await this.#there.consume({ producerId: source.id });
    try {
      const { kind, rtpParameters } = consumer;
      const producer = await this.#here.produce({
        id: source.id,
        kind,
        rtpParameters,
        appData: source.appData,
      });
      return this.#joined(source, consumer, producer);
    } catch (error) {
      consumer.close();
      throw error;
    }
  }

  async data(source: DataProducer): Promise<DataProducer> {
    const label = source.label as Label;
    const consumer = await this.#there.consumeData({ dataProducerId: source.id, ...datagrams(label) });
    try {
      const { sctpStreamParameters, protocol } = consumer;
      if (!sctpStreamParameters) throw new Error("a pipe's consumer has no stream");
      const producer = await this.#here.produceData({
        id: source.id,
        sctpStreamParameters,
        label,
        protocol,
        appData: source.appData,
      });
      return this.#joined(source, consumer, producer);
    } catch (error) {
      consumer.close();
      throw error;
    }
  }

  /** Idempotent. */
  close(): void {
    this.#here.close();
  }

  #joined<P extends Ended>(source: { readonly closed: boolean }, consumer: Ended, producer: P): P {
    tie(consumer, producer);
    // What is made on a closed transport nobody else closes, and what its source left behind neither.
    if (!source.closed && !this.closed) return producer;
    producer.close();
    throw new Error("what was to be piped has ended meanwhile");
  }
}
