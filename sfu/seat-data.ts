/**
 * The datagrams one actor sends and hears: at most one producer a label, and one consumer of each producer.
 * mediasoup closes them with their transports and their producers; here they are forgotten then.
 */
import type { DataConsumer, DataProducer, WebRtcTransport } from "mediasoup/types";
import { err, ok, type Result } from "#shared/lib/result.ts";
import { datagrams } from "./datagrams.ts";
import { keepProducer } from "./keep-producer.ts";
import type { Label, ParamsOf, SfuErrorCode } from "./requests.ts";

type Reply = Result<Record<string, unknown>, SfuErrorCode>;

export class SeatData {
  readonly #actor: number;
  readonly #producers = new Map<Label, DataProducer>();
  /** By the producer's id. */
  readonly #consumers = new Map<string, DataConsumer>();

  constructor(actor: number) {
    this.#actor = actor;
  }

  get producers(): readonly DataProducer[] {
    return [...this.#producers.values()];
  }

  /** `listen`: before it is told to anybody, and only of `edits`. */
  async produce(
    transport: WebRtcTransport | undefined,
    params: ParamsOf<"produceData">,
    listen: (producer: DataProducer) => Promise<unknown>,
  ): Promise<Result<DataProducer, SfuErrorCode>> {
    const { label, sctpStreamParameters } = params;
    if (transport?.id !== params.transportId) return err("NOT_FOUND");
    if (this.#producers.has(label)) return err("CONFLICT");
    const appData = { actor: this.#actor };
    const producer = await transport.produceData({ label, sctpStreamParameters, appData });
    return keepProducer(this.#producers, label, producer, transport, async () => {
      if (label === "edits") await listen(producer);
    });
  }

  /** Of a producer that is in the transport's hall by now, and whose it is: 0 is the server. */
  async consume(
    transport: WebRtcTransport | undefined,
    params: ParamsOf<"consumeData">,
    produced: { readonly actor: number; readonly label: Label },
  ): Promise<Reply> {
    const { dataProducerId } = params;
    if (transport?.id !== params.transportId) return err("NOT_FOUND");
    if (this.#consumers.has(dataProducerId)) return err("CONFLICT");
    const { actor, label } = produced;
    const consumer = await transport.consumeData({ dataProducerId, ...datagrams(label), appData: { actor } });
    if (transport.closed) {
      consumer.close();
      return err("CLOSED");
    }
    this.#consumers.set(dataProducerId, consumer);
    consumer.observer.once("close", () => {
      if (this.#consumers.get(dataProducerId) === consumer) this.#consumers.delete(dataProducerId);
    });
    const { id, sctpStreamParameters, protocol } = consumer;
    return ok({ id, actor, dataProducerId, sctpStreamParameters, label: consumer.label, protocol });
  }

  /** By which the server speaks to this actor alone; undefined where there is none (yet). */
  get fromServer(): DataConsumer | undefined {
    return [...this.#consumers.values()].find((each) => each.appData["actor"] === 0 && !each.closed);
  }
}
