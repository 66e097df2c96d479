/**
 * The sound one actor sends and hears: at most one producer a kind, and one consumer of each producer, which
 * begins paused. mediasoup closes them with their transports and their producers; here they are forgotten then.
 */
import type { Consumer, Producer, Router, WebRtcTransport } from "mediasoup/types";
import { err, ok, type Result } from "#shared/lib/result.ts";
import type { AirKind } from "#shared/protocol/messages.ts";
import type { Hall } from "./hall.ts";
import { keepProducer } from "./keep-producer.ts";
import type { SfuProgramme } from "./programme.ts";
import type { ParamsOf, SfuErrorCode } from "./requests.ts";

type Reply = Result<Record<string, unknown>, SfuErrorCode>;

/** Two of each other performer that any operator allows so far. */
const MAX_CONSUMERS = 128;

export class SeatSound {
  readonly #actor: number;
  readonly #programme: SfuProgramme;
  readonly #producers = new Map<AirKind, Producer>();
  readonly #consumers = new Map<string, Consumer>();

  constructor(actor: number, programme: SfuProgramme) {
    this.#actor = actor;
    this.#programme = programme;
  }

  producer(kind: AirKind): Producer | undefined {
    return this.#producers.get(kind);
  }

  async produce(
    transport: WebRtcTransport | undefined,
    hall: Pick<Hall, "direct" | "place">,
    params: ParamsOf<"produce">,
  ): Promise<Reply> {
    const { kind, transportId, rtpParameters } = params;
    if (transport?.id !== transportId) return err("NOT_FOUND");
    if (kind === "programme" && !this.#programme.isNamed(this.#actor)) return err("FORBIDDEN");
    if (this.#producers.has(kind)) return err("CONFLICT");
    const producer = await transport.produce({
      kind: "audio",
      // reason: mediasoup checks them itself, field by field, and refuses with an exception that the room answers.
      rtpParameters: rtpParameters as never,
      appData: { actor: this.#actor, kind },
    });
    const made = await keepProducer(this.#producers, kind, producer, transport, async () => {
      if (kind === "programme") await this.#programme.watch(this.#actor, producer, hall);
    });
    return made.ok ? ok({ id: producer.id }) : made;
  }

  /** False where there is none. */
  closeProducer(kind: AirKind): boolean {
    const producer = this.#producers.get(kind);
    producer?.close();
    return producer !== undefined;
  }

  async consume(
    transport: WebRtcTransport | undefined,
    router: Router,
    producer: Producer,
    params: ParamsOf<"consume">,
  ): Promise<Reply> {
    if (transport?.id !== params.transportId) return err("NOT_FOUND");
    if (this.#consumers.size >= MAX_CONSUMERS) return err("BUSY");
    const { id: producerId } = producer;
    // reason: as above.
    const rtpCapabilities = params.rtpCapabilities as never;
    if ([...this.#consumers.values()].some((each) => each.producerId === producerId)) return err("CONFLICT");
    if (!router.canConsume({ producerId, rtpCapabilities })) return err("INVALID");
    const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true });
    const { id } = consumer;
    if (transport.closed) {
      consumer.close();
      return err("CLOSED");
    }
    if (params.kind === "programme") this.#programme.take(consumer, params.actor);
    this.#consumers.set(id, consumer);
    consumer.observer.once("close", () => this.#consumers.delete(id));
    return ok({ id, producerId, rtpParameters: consumer.rtpParameters });
  }

  async steer(what: "resume" | "pause" | "closeConsumer", consumerId: string): Promise<Reply> {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) return err("NOT_FOUND");
    if (what === "closeConsumer") consumer.close();
    else if (this.#programme.has(consumer)) await this.#programme.wish(consumer, what === "resume");
    else await consumer[what]();
    return ok({});
  }
}
