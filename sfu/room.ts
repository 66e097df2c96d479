/**
 * One room of the SFU: per actor at most one transport each way, in one of the room's halls (`halls.ts`), and
 * what goes by it. Who may ask for what is `requests.ts`'s.
 *
 * A hall goes with its worker. The room then emits `reset` for those who were in it, forgets what they held and
 * shows them into a hall on a living worker at their next request; the others stay where they are.
 */
import type { DataProducer, WebRtcTransport } from "mediasoup/types";
import { Emitter } from "#shared/lib/emitter.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import type { Role, SfuMethod } from "#shared/protocol/messages.ts";
import { MESSAGE_BYTES, SEND_BUFFER_BYTES } from "./datagrams.ts";
import { withDeadline } from "./deadline.ts";
import type { Guest, Hall } from "./hall.ts";
import { Halls } from "./halls.ts";
import { floodPauseMs, SENT_BITRATE, watchInflow } from "./inflow.ts";
import type { Log } from "./log.ts";
import { type Label, type ParamsOf, parseRequest, type SfuErrorCode, type SfuRequest } from "./requests.ts";
import { SfuProgramme } from "./programme.ts";
import { SeatData } from "./seat-data.ts";
import { SeatSound } from "./seat-sound.ts";
import type { Place } from "./worker.ts";

export interface SfuRoomEvents extends Record<string, unknown> {
  /** A datagram of this actor's `edits`, heard by the server too. */
  data: { readonly actor: number; readonly bytes: Uint8Array };
  /** What this actor sends can be consumed from now on. */
  dataProducer: { readonly actor: number; readonly dataProducerId: string };
  /** Packets of this actor's programme come, or have not for 0.2 s, or cannot any more. */
  programme: { readonly actor: number; readonly flows: boolean };
  /** The hall of these is lost: their transports are to be made anew. */
  reset: { readonly guests: readonly Guest[] };
}

type Reply = Result<Record<string, unknown>, SfuErrorCode>;
type Direction = "send" | "recv";

/** What one actor holds. A seat that is no longer in the room's map has been left or reset. */
interface Seat extends Guest {
  /** Null before the first request, and after one that found none. */
  entering: Promise<Hall> | null;
  hall: Hall | null;
  readonly transports: Map<Direction, WebRtcTransport>;
  /** How often it has sent more than anybody does, and until when it may therefore not send, `performance.now()`. */
  floods: number;
  silentUntil: number;
  readonly data: SeatData;
  readonly sound: SeatSound;
  /** Requests are carried out one after the other. */
  tail: Promise<unknown>;
  waiting: number;
}

/** A client that makes both transports and consumes 30 producers at once has about this many under way. */
const WAITING_REQUESTS = 64;

/** Covers the restart of a died worker as well. */
const REQUEST_DEADLINE_MS = 10_000;

export class SfuRoom {
  readonly #log: Log;
  readonly #onClosed: () => void;
  readonly #events = new Emitter<SfuRoomEvents>();
  readonly #seats = new Map<number, Seat>();
  readonly #halls: Halls;
  readonly #programme: SfuProgramme;
  #closed = false;

  constructor(options: {
    /** A new router on the least loaded worker beside those of the named places; see `Halls`. */
    place: (taken: readonly Place[]) => Promise<Place | null>;
    /** Consumers in a hall from which on newcomers are shown into another. */
    limit: number;
    log: Log;
    onClosed: () => void;
  }) {
    const { place, limit } = options;
    this.#log = options.log;
    this.#onClosed = options.onClosed;
    this.#programme = new SfuProgramme({
      handleFlow: (actor, flows) => this.#events.emit("programme", { actor, flows }),
      log: this.#log,
    });
    this.#halls = new Halls({ place, limit, handleEnd: (hall) => this.#handleHallEnd(hall) });
  }

  on<K extends keyof SfuRoomEvents>(name: K, listener: (event: SfuRoomEvents[K]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Answers one request of an actor's; those of one actor are carried out in their order. Never rejects. */
  handle(actor: number, role: Role, method: SfuMethod, params: Record<string, unknown>): Promise<Reply> {
    if (this.#closed) return Promise.resolve(err("CLOSED"));
    const request = parseRequest(role, method, params);
    if (!request.ok) return Promise.resolve(request);
    const seat = this.#seatOf(actor, role);
    if (seat.waiting >= WAITING_REQUESTS) return Promise.resolve(err("BUSY"));
    seat.waiting += 1;
    const reply = seat.tail.then(() => this.#perform(seat, request.value));
    seat.tail = reply.then(() => (seat.waiting -= 1));
    return reply;
  }

  /** Closes what this actor holds. Idempotent; a request under way answers CLOSED. */
  leave(actor: number): void {
    const seat = this.#seats.get(actor);
    if (!seat) return;
    this.#seats.delete(actor);
    for (const transport of seat.transports.values()) transport.close();
    if (seat.hall) this.#halls.leave(seat, seat.hall);
  }

  /** Ends what this actor sends of its microphone or line: a leader has muted it. */
  closeInput(actor: number): void {
    this.#seats.get(actor)?.sound.closeProducer("input");
  }

  /** Who may send the programme, and whose is forwarded to all who wish to hear it. */
  setProgramme(named: readonly number[], forwarded: readonly number[]): void {
    this.#programme.set(named, forwarded);
  }

  /** To one actor alone, over its consumer of actor 0's producer; false where that is not open. */
  send(actor: number, bytes: Uint8Array): boolean {
    const seat = this.#seats.get(actor);
    if (seat?.transports.get("recv")?.sctpState !== "connected") return false;
    const consumer = seat.data.fromServer;
    if (!consumer) return false;
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
    this.#halls.close();
    this.#onClosed();
  }

  #seatOf(actor: number, role: Role): Seat {
    const seated = this.#seats.get(actor);
    if (seated) return seated;
    const seat: Seat = {
      actor,
      role,
      entering: null,
      hall: null,
      transports: new Map(),
      floods: 0,
      silentUntil: 0,
      data: new SeatData(actor),
      sound: new SeatSound(actor, this.#programme),
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
      hall = await withDeadline(this.#hallOf(seat), REQUEST_DEADLINE_MS, "no SFU worker is running");
    } catch (error) {
      this.#log.warn({ method: request.method, reason: String(error) }, "SFU request unanswered");
      return err(this.#closed || !this.#isSeated(seat) ? "CLOSED" : "UNAVAILABLE");
    }
    try {
      const work = this.#carryOut(seat, hall, request);
      return await withDeadline(work, REQUEST_DEADLINE_MS, "the SFU worker does not answer");
    } catch (error) {
      this.#log.warn({ method: request.method, reason: String(error) }, "SFU request failed");
      if (!this.#isSeated(seat)) return err("CLOSED");
      // What mediasoup itself finds wrong with a request on a living router is in the request.
      return err(hall.closed ? "UNAVAILABLE" : "INVALID");
    }
  }

  #hallOf(seat: Seat): Promise<Hall> {
    seat.entering ??= this.#enter(seat).catch((error: unknown) => {
      seat.entering = null;
      throw error;
    });
    return seat.entering;
  }

  async #enter(seat: Seat): Promise<Hall> {
    const hall = await this.#halls.enter(seat, () => this.#consumersEach());
    if (!this.#isSeated(seat)) {
      this.#halls.leave(seat, hall);
      throw new Error("the actor has left meanwhile");
    }
    seat.hall = hall;
    return hall;
  }

  /** What everybody who has come is about to consume: the server, and `edits` and `live` of who plays. */
  #consumersEach(): number {
    return 1 + 2 * [...this.#seats.values()].filter(({ role }) => role !== "listener").length;
  }

  #handleHallEnd(hall: Hall): void {
    const guests = [...hall.guests];
    for (const guest of guests) if (this.#seats.get(guest.actor) === guest) this.#seats.delete(guest.actor);
    // A worker that was stopped on purpose takes the server with it: nobody is to come back at once.
    if (guests.length > 0 && hall.place.hasDied()) this.#events.emit("reset", { guests });
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
        return this.#withTransport(seat, request.params.transportId, async (transport) => {
          const iceParameters = await transport.restartIce();
          const receives = transport === seat.transports.get("recv");
          return ok({ iceParameters, ...(receives && { dataProducers: this.#producersFor(seat, hall) }) });
        });
      case "produceData":
        return this.#produceData(seat, hall, request.params);
      case "consumeData":
        return this.#consumeData(seat, hall, request.params);
      case "produce":
        return seat.sound.produce(seat.transports.get("send"), hall, request.params);
      case "closeProducer":
        return Promise.resolve(seat.sound.closeProducer(request.params.kind) ? ok({}) : err("NOT_FOUND"));
      case "consume":
        return this.#consume(seat, hall, request.params);
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
    if (direction === "send" && performance.now() < seat.silentUntil) return err("BUSY");
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
    if (direction === "send") watchInflow(transport, () => this.#silence(seat, transport));
    const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport;
    const made = { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters };
    return ok(direction === "recv" ? { ...made, dataProducers: this.#producersFor(seat, hall) } : made);
  }

  #silence(seat: Seat, transport: WebRtcTransport): void {
    seat.floods += 1;
    const pauseMs = floodPauseMs(seat.floods);
    seat.silentUntil = performance.now() + pauseMs;
    this.#log.warn({ actor: seat.actor, pauseMs }, "more came in than anybody sends: transport closed");
    transport.close();
  }

  /** What a receiver that comes now can consume; what comes later is told by `dataProducer`. */
  #producersFor(seat: Seat, hall: Hall): { actor: number; dataProducerId: string }[] {
    const others = [...this.#seats.values()]
      .filter((each) => each !== seat)
      .flatMap(({ actor, data }) => data.producers.map(({ id }) => ({ actor, dataProducerId: id })));
    return [{ actor: 0, dataProducerId: hall.server.id }, ...others];
  }

  async #produceData(seat: Seat, hall: Hall, params: ParamsOf<"produceData">): Promise<Reply> {
    const { actor, data, transports } = seat;
    const made = await data.produce(transports.get("send"), params, async ({ id }) => {
      // The server hears it too. mediasoup ends this consumer with its producer.
      const ear = await hall.direct.consumeData({ dataProducerId: id });
      ear.on("message", (message) => this.#events.emit("data", { actor, bytes: new Uint8Array(message) }));
    });
    if (!made.ok) return made;
    const { id } = made.value;
    this.#events.emit("dataProducer", { actor, dataProducerId: id });
    return ok({ id });
  }

  async #consumeData(seat: Seat, hall: Hall, params: ParamsOf<"consumeData">): Promise<Reply> {
    const source = this.#produced(hall, params.dataProducerId);
    if (source === null) return err("NOT_FOUND");
    if (source.actor === seat.actor) return err("FORBIDDEN");
    if (!(await this.#bring(hall, source))) return err("UNAVAILABLE");
    return seat.data.consume(seat.transports.get("recv"), params, source);
  }

  async #consume(seat: Seat, hall: Hall, params: ParamsOf<"consume">): Promise<Reply> {
    const { actor, kind } = params;
    if (actor === seat.actor) return err("FORBIDDEN");
    const from = this.#seats.get(actor);
    const producer = from?.sound.producer(kind);
    if (!from?.hall || !producer) return err("NOT_FOUND");
    if (!(await this.#bring(hall, { producer, home: from.hall }))) return err("UNAVAILABLE");
    return seat.sound.consume(seat.transports.get("recv"), hall.place.router, producer, params);
  }

  /** Whose producer this is and what it carries; 0 is the server, null nobody in this room. */
  #produced(
    hall: Hall,
    dataProducerId: string,
  ): { actor: number; label: Label; producer: DataProducer; home: Hall } | null {
    if (dataProducerId === hall.server.id)
      return { actor: 0, label: "edits", producer: hall.server, home: hall };
    for (const { actor, data, hall: home } of this.#seats.values())
      for (const producer of data.producers)
        if (producer.id === dataProducerId && home)
          return { actor, label: producer.label as Label, producer, home };
    return null;
  }

  /** Makes it consumable in this hall. False where that cannot be: it has just ended, or a worker has. */
  async #bring(
    hall: Hall,
    { home, producer }: { readonly home: Hall; readonly producer: Parameters<Hall["bring"]>[1] },
  ): Promise<boolean> {
    try {
      await hall.bring(home, producer);
      return true;
    } catch (error) {
      this.#log.warn({ reason: String(error) }, "not brought to another SFU worker");
      return false;
    }
  }
}

/** Removes an entry unless something newer has taken its place. */
function forget<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (map.get(key) === value) map.delete(key);
}
