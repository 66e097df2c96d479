/**
 * One room of the SFU: a router, a DirectTransport by which the server hears the room's edits and reaches
 * single actors, and per actor at most one transport each way. Who may ask for what is `requests.ts`'s.
 *
 * The router goes with its worker. The room then emits `reset`, forgets what it held and makes itself anew
 * on a living worker at the next request.
 */
import type { DataConsumer, DataProducer, DirectTransport, WebRtcTransport } from "mediasoup/types";
import { Emitter } from "#shared/lib/emitter.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import type { Role, SfuMethod } from "#shared/protocol/messages.ts";
import { SeatSound } from "./seat-sound.ts";
import { withDeadline } from "./deadline.ts";
import type { Log } from "./log.ts";
import { type Label, type ParamsOf, parseRequest, type SfuErrorCode, type SfuRequest } from "./requests.ts";
import type { Place } from "./worker.ts";

export interface SfuRoomEvents extends Record<string, unknown> {
  /** A datagram of this actor's `edits`, heard by the server too. */
  data: { readonly actor: number; readonly bytes: Uint8Array };
  /** What this actor sends can be consumed from now on. */
  dataProducer: { readonly actor: number; readonly dataProducerId: string };
  /** The room's router is lost: transports are to be made anew. */
  reset: undefined;
}

type Reply = Result<Record<string, unknown>, SfuErrorCode>;
type Direction = "send" | "recv";

/** What one actor holds. A seat that is no longer in the room's map has been left or reset. */
interface Seat {
  readonly actor: number;
  readonly transports: Map<Direction, WebRtcTransport>;
  readonly producers: Map<Label, DataProducer>;
  readonly consumers: Map<string, DataConsumer>;
  readonly sound: SeatSound;
  /** Requests are carried out one after the other. */
  tail: Promise<unknown>;
  waiting: number;
}

/** What lives and dies with one router. */
interface Hall {
  readonly place: Place;
  readonly direct: DirectTransport;
  /** Actor 0's producer: the server speaks to one actor through that actor's consumer of it. */
  readonly server: DataProducer;
}

/** A client that makes both transports and consumes 30 producers at once has about this many under way. */
const WAITING_REQUESTS = 64;

/** Covers the restart of a died worker as well. */
const REQUEST_DEADLINE_MS = 10_000;

/** A datagram is at most 1,100 bytes; whoever sends more than this through the SFU is broken. */
const MESSAGE_BYTES = 16_384;

/**
 * How long a datagram may wait in the worker for a full congestion window, in ms. Without it the worker of
 * 3.27.1 reads "no limit" as zero and drops what cannot leave in the same instant: a burst loses its tail.
 * An edit is worth waiting for; a parameter frame is too late once it left the jitter buffer's span.
 */
const LIFETIME_MS = { edits: 500, live: 100 } as const satisfies Record<Label, number>;

/** Two streams of Opus at their highest rate, 510 kb/s, with their headers: whoever sends more is broken. */
const SENT_BITRATE = 1_500_000;

/** What may wait for one slow receiver before datagrams are dropped: about a second of a busy room. */
const SEND_BUFFER_BYTES = 262_144;

export class SfuRoom {
  readonly #place: () => Promise<Place>;
  readonly #log: Log;
  readonly #onClosed: () => void;
  readonly #events = new Emitter<SfuRoomEvents>();
  readonly #seats = new Map<number, Seat>();
  #hall: Promise<Hall> | null = null;
  #closed = false;

  constructor(options: {
    /** A new router on the least loaded worker; waits while none is alive. */
    place: () => Promise<Place>;
    log: Log;
    onClosed: () => void;
  }) {
    this.#place = options.place;
    this.#log = options.log;
    this.#onClosed = options.onClosed;
  }

  on<K extends keyof SfuRoomEvents>(name: K, listener: (event: SfuRoomEvents[K]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Answers one request of an actor's; those of one actor are carried out in their order. Never rejects. */
  handle(actor: number, role: Role, method: SfuMethod, params: Record<string, unknown>): Promise<Reply> {
    if (this.#closed) return Promise.resolve(err("CLOSED"));
    const request = parseRequest(role, method, params);
    if (!request.ok) return Promise.resolve(request);
    const seat = this.#seatOf(actor);
    if (seat.waiting >= WAITING_REQUESTS) return Promise.resolve(err("BUSY"));
    seat.waiting += 1;
    const reply = seat.tail.then(() => this.#perform(seat, request.value));
    seat.tail = reply.then(() => (seat.waiting -= 1));
    return reply;
  }

  /** Closes what this actor holds. Idempotent; a request under way answers CLOSED. */
  leave(actor: number): void {
    const seat = this.#seats.get(actor);
    this.#seats.delete(actor);
    for (const transport of seat?.transports.values() ?? []) transport.close();
  }

  /** Ends what this actor sends of its microphone or line: a leader has muted it. */
  closeInput(actor: number): void {
    this.#seats.get(actor)?.sound.closeProducer("input");
  }

  /** To one actor alone, over its consumer of actor 0's producer; false where that is not open. */
  send(actor: number, bytes: Uint8Array): boolean {
    const seat = this.#seats.get(actor);
    if (seat?.transports.get("recv")?.sctpState !== "connected") return false;
    const consumer = [...seat.consumers.values()].find((each) => each.appData["actor"] === 0);
    if (!consumer || consumer.closed) return false;
    consumer
      .send(Buffer.from(bytes))
      .catch((error: unknown) => this.#log.warn({ actor, reason: String(error) }, "SFU datagram not sent"));
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#seats.clear();
    this.#events.close();
    this.#hall?.then(
      (hall) => hall.place.router.close(),
      () => undefined,
    );
    this.#hall = null;
    this.#onClosed();
  }

  #seatOf(actor: number): Seat {
    const seated = this.#seats.get(actor);
    if (seated) return seated;
    const seat: Seat = {
      actor,
      transports: new Map(),
      producers: new Map(),
      consumers: new Map(),
      sound: new SeatSound(actor),
      tail: Promise.resolve(),
      waiting: 0,
    };
    this.#seats.set(actor, seat);
    return seat;
  }

  #isSeated(seat: Seat): boolean {
    return this.#seats.get(seat.actor) === seat;
  }

  async #perform(seat: Seat, request: SfuRequest): Promise<Reply> {
    if (!this.#isSeated(seat)) return err("CLOSED");
    let hall: Hall;
    try {
      hall = await withDeadline(this.#openHall(), REQUEST_DEADLINE_MS, "no SFU worker is running");
    } catch (error) {
      this.#log.warn({ method: request.method, reason: String(error) }, "SFU request unanswered");
      return err(this.#closed ? "CLOSED" : "UNAVAILABLE");
    }
    try {
      const work = this.#carryOut(seat, hall, request);
      return await withDeadline(work, REQUEST_DEADLINE_MS, "the SFU worker does not answer");
    } catch (error) {
      this.#log.warn({ method: request.method, reason: String(error) }, "SFU request failed");
      if (!this.#isSeated(seat)) return err("CLOSED");
      // What mediasoup itself finds wrong with a request on a living router is in the request.
      return err(hall.place.router.closed ? "UNAVAILABLE" : "INVALID");
    }
  }

  #openHall(): Promise<Hall> {
    if (this.#hall) return this.#hall;
    const opening: Promise<Hall> = this.#makeHall().catch((error: unknown) => {
      if (this.#hall === opening) this.#hall = null;
      throw error;
    });
    this.#hall = opening;
    return opening;
  }

  async #makeHall(): Promise<Hall> {
    const place = await this.#place();
    try {
      const direct = await place.router.createDirectTransport({ maxReceiveMessageSize: MESSAGE_BYTES });
      const server = await direct.produceData({ label: "edits", appData: { actor: 0 } });
      place.router.observer.once("close", () => this.#handleRouterClosed(place));
      if (this.#closed) throw new Error("the room was closed meanwhile");
      return { place, direct, server };
    } catch (error) {
      place.router.close();
      throw error;
    }
  }

  #handleRouterClosed(place: Place): void {
    if (this.#closed) return;
    this.#hall = null;
    this.#seats.clear();
    // A worker that was stopped on purpose takes the server with it: nobody is to come back at once.
    if (place.hasDied()) this.#events.emit("reset", undefined);
  }

  #carryOut(seat: Seat, hall: Hall, request: SfuRequest): Promise<Reply> {
    switch (request.method) {
      case "capabilities":
        return Promise.resolve(ok({ rtpCapabilities: hall.place.router.rtpCapabilities }));
      case "createTransport":
        return this.#createTransport(seat, hall, request.params.direction);
      case "connectTransport":
        return this.#withTransport(seat, request.params.transportId, async (transport) => {
          await transport.connect({ dtlsParameters: request.params.dtlsParameters });
          return ok({});
        });
      case "restartIce":
        return this.#withTransport(seat, request.params.transportId, async (transport) =>
          ok({ iceParameters: await transport.restartIce() }),
        );
      case "produceData":
        return this.#produceData(seat, hall, request.params);
      case "consumeData":
        return this.#consumeData(seat, hall, request.params);
      case "produce":
        if (request.params.kind === "programme") return Promise.resolve(err("FORBIDDEN"));
        return seat.sound.produce(seat.transports.get("send"), request.params);
      case "closeProducer":
        return Promise.resolve(seat.sound.closeProducer(request.params.kind) ? ok({}) : err("NOT_FOUND"));
      case "consume": {
        const { actor, kind } = request.params;
        if (actor === seat.actor) return Promise.resolve(err("FORBIDDEN"));
        const producer = this.#seats.get(actor)?.sound.producer(kind);
        if (!producer) return Promise.resolve(err("NOT_FOUND"));
        return seat.sound.consume(seat.transports.get("recv"), hall.place.router, producer, request.params);
      }
      case "resume":
      case "pause":
      case "closeConsumer":
        return seat.sound.steer(request.method, request.params.consumerId);
    }
  }

  async #withTransport(
    seat: Seat,
    transportId: string,
    use: (transport: WebRtcTransport) => Promise<Reply>,
  ): Promise<Reply> {
    const transport = [...seat.transports.values()].find((each) => each.id === transportId);
    return transport ? use(transport) : err("NOT_FOUND");
  }

  /** A transport of a direction that the actor has already takes the older one's place. */
  async #createTransport(seat: Seat, hall: Hall, direction: Direction): Promise<Reply> {
    const transport = await hall.place.router.createWebRtcTransport({
      webRtcServer: hall.place.server,
      preferUdp: true,
      initialAvailableOutgoingBitrate: 1_000_000,
      enableSctp: true,
      maxSendMessageSize: MESSAGE_BYTES,
      maxReceiveMessageSize: MESSAGE_BYTES,
      sctpSendBufferSize: SEND_BUFFER_BYTES,
    });
    if (direction === "send") await transport.setMaxIncomingBitrate(SENT_BITRATE);
    if (!this.#isSeated(seat)) {
      transport.close();
      return err("CLOSED");
    }
    seat.transports.get(direction)?.close();
    seat.transports.set(direction, transport);
    transport.observer.once("close", () => forget(seat.transports, direction, transport));
    transport.on("dtlsstatechange", (state) => {
      if (state === "closed" || state === "failed") transport.close();
    });
    const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport;
    const made = { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters };
    return ok(direction === "recv" ? { ...made, dataProducers: this.#producersFor(seat, hall) } : made);
  }

  /** What a receiver that comes now can consume; what comes later is told by `dataProducer`. */
  #producersFor(seat: Seat, hall: Hall): { actor: number; dataProducerId: string }[] {
    const others = [...this.#seats.values()]
      .filter((each) => each !== seat)
      .flatMap((each) =>
        [...each.producers.values()].map(({ id }) => ({ actor: each.actor, dataProducerId: id })),
      );
    return [{ actor: 0, dataProducerId: hall.server.id }, ...others];
  }

  async #produceData(seat: Seat, hall: Hall, params: ParamsOf<"produceData">): Promise<Reply> {
    const { label, sctpStreamParameters } = params;
    const transport = seat.transports.get("send");
    if (transport?.id !== params.transportId) return err("NOT_FOUND");
    if (seat.producers.has(label)) return err("CONFLICT");
    const producer = await transport.produceData({
      label,
      sctpStreamParameters,
      appData: { actor: seat.actor },
    });
    try {
      if (label === "edits") await this.#listenTo(seat.actor, hall, producer);
    } catch (error) {
      producer.close();
      throw error;
    }
    if (!this.#isSeated(seat) || producer.closed) {
      producer.close();
      return err("CLOSED");
    }
    seat.producers.set(label, producer);
    producer.observer.once("close", () => forget(seat.producers, label, producer));
    this.#events.emit("dataProducer", { actor: seat.actor, dataProducerId: producer.id });
    return ok({ id: producer.id });
  }

  /** The server hears a producer's datagrams too. mediasoup ends this consumer with its producer. */
  async #listenTo(actor: number, hall: Hall, producer: DataProducer): Promise<void> {
    const consumer = await hall.direct.consumeData({ dataProducerId: producer.id });
    consumer.on("message", (message) => this.#events.emit("data", { actor, bytes: new Uint8Array(message) }));
  }

  async #consumeData(seat: Seat, hall: Hall, params: ParamsOf<"consumeData">): Promise<Reply> {
    const transport = seat.transports.get("recv");
    if (transport?.id !== params.transportId) return err("NOT_FOUND");
    const produced = this.#produced(hall, params.dataProducerId);
    if (produced === null) return err("NOT_FOUND");
    if (produced.actor === seat.actor) return err("FORBIDDEN");
    if (seat.consumers.has(params.dataProducerId)) return err("CONFLICT");
    const consumer = await transport.consumeData({
      dataProducerId: params.dataProducerId,
      // A consumer does not inherit its producer's maxRetransmits.
      ordered: false,
      maxRetransmits: 0,
      maxPacketLifeTime: LIFETIME_MS[produced.label],
      appData: { actor: produced.actor },
    });
    if (!this.#isSeated(seat)) {
      consumer.close();
      return err("CLOSED");
    }
    seat.consumers.set(params.dataProducerId, consumer);
    consumer.observer.once("close", () => forget(seat.consumers, params.dataProducerId, consumer));
    const { id, dataProducerId, sctpStreamParameters, label, protocol } = consumer;
    return ok({ id, actor: produced.actor, dataProducerId, sctpStreamParameters, label, protocol });
  }

  /** Whose producer this is and what it carries; 0 is the server, null nobody in this room. */
  #produced(hall: Hall, dataProducerId: string): { actor: number; label: Label } | null {
    if (dataProducerId === hall.server.id) return { actor: 0, label: "edits" };
    for (const { actor, producers } of this.#seats.values())
      for (const [label, producer] of producers) if (producer.id === dataProducerId) return { actor, label };
    return null;
  }
}

/** Removes an entry unless something newer has taken its place. */
function forget<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (map.get(key) === value) map.delete(key);
}
