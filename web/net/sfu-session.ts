/**
 * One life of a connection to the SFU: a device, a transport to send on and one to receive on, our
 * producers and the consumers of the others'. It ends once; coming back is a new session. Everything
 * here may fail at any await, and then the session fails as a whole and says so.
 */
import type { types } from "mediasoup-client";
import * as v from "valibot";
import type { Channel } from "#shared/ports.ts";
import { RequestError } from "./outstanding.ts";
import type { SfuRequest, SfuResult } from "./requests.ts";
import {
  CapabilitiesReply,
  ConsumeDataReply,
  ProduceDataReply,
  RestartIceReply,
  TransportReply,
} from "./sfu-replies.ts";

export interface SfuSessionOptions {
  readonly Device: typeof types.Device;
  readonly request: SfuRequest;
  readonly iceServers: readonly RTCIceServer[];
  /** A listener's session only consumes. */
  readonly mayProduce: boolean;
  readonly handlers: {
    /** Our own producers are open (at once, where there are none). */
    readonly ready: () => void;
    readonly consumerOpen: (actor: number, channel: Channel) => void;
    readonly consumerClosed: (actor: number, channel: Channel) => void;
    readonly message: (actor: number, channel: Channel, bytes: Uint8Array) => void;
    /** Called once, never after `close()`. */
    readonly failed: () => void;
    readonly rejected: () => void;
  };
}

const CHANNELS = ["edits", "live"] as const;
const UNRELIABLE = { ordered: false, maxRetransmits: 0 } as const;
/** From asking for our producers to their being open: ICE, DTLS and SCTP. */
const OPEN_DEADLINE_MS = 15_000;
/** Two producers an actor, of more actors than a room has. */
const MAX_CONSUMERS = 1_024;
/** More than this unsent means that the path is stuck: what is offered then is dropped and repaired later. */
const MAX_BUFFERED_BYTES = 65_536;

export class SfuSession {
  readonly #options: SfuSessionOptions;
  readonly #producers = new Map<Channel, types.DataProducer>();
  /** By the producer's id; null while the consumer is being set up. */
  readonly #consumers = new Map<string, { readonly actor: number; consumer: types.DataConsumer | null }>();
  readonly #deadline: ReturnType<typeof setTimeout>;
  /** What sound goes by (`streams/`), with the transports; whole once the session is ready. */
  device: types.Device | null = null;
  transports: readonly types.Transport[] = [];
  /** What is asked for before the transport is there waits for it. */
  readonly #receiving: Promise<types.Transport>;
  #closed = false;

  constructor(options: SfuSessionOptions) {
    this.#options = options;
    this.#deadline = setTimeout(() => this.#fail(), OPEN_DEADLINE_MS);
    this.#receiving = this.#start();
    // Whoever awaits it handles its failure as well; this one is for when nobody does.
    this.#receiving.catch(() => this.#fail());
  }

  /**
   * Consumes what this producer sends. Idempotent; a producer that cannot be consumed is forgotten. Those
   * that were there before the session are consumed unasked.
   */
  async consume(actor: number, dataProducerId: string): Promise<void> {
    if (this.#closed || this.#consumers.has(dataProducerId)) return;
    if (this.#consumers.size >= MAX_CONSUMERS) return this.#options.handlers.rejected();
    const entry: { readonly actor: number; consumer: types.DataConsumer | null } = { actor, consumer: null };
    this.#consumers.set(dataProducerId, entry);
    try {
      const transport = await this.#receiving;
      const params = { transportId: transport.id, dataProducerId };
      const reply = v.parse(ConsumeDataReply, await this.#options.request("consumeData", params));
      if (this.#consumers.get(dataProducerId) !== entry) return;
      const { id, label, sctpStreamParameters } = reply;
      // How reliably it is sent is the sender's affair: of the server's parameters only the stream counts here.
      const stream = { streamId: sctpStreamParameters.streamId, ...UNRELIABLE };
      const consumer = await transport.consumeData({
        id,
        dataProducerId,
        label,
        sctpStreamParameters: stream,
      });
      if (this.#consumers.get(dataProducerId) !== entry) return consumer.close();
      entry.consumer = consumer;
      this.#listen(dataProducerId, actor, label, consumer);
    } catch (error) {
      if (this.#consumers.get(dataProducerId) === entry) this.#consumers.delete(dataProducerId);
      if (this.#closed) return;
      this.#options.handlers.rejected();
      // Refused: it is gone again. Unanswered: we would stay deaf to it, so that the session begins anew.
      if (error instanceof RequestError && error.code !== "REFUSED") this.#fail();
    }
  }

  /**
   * The network may be another one, or a word of the server's was missed meanwhile: what flows goes on flowing.
   * If this does not help, "failed" follows by itself, and the next session has new credentials, too.
   */
  restartIce(): void {
    for (const transport of this.transports) void this.#restartIce(transport);
  }

  /** This actor has left: its consumers are of no use. */
  forget(actor: number): void {
    for (const [dataProducerId, entry] of this.#consumers) {
      if (entry.actor !== actor) continue;
      this.#consumers.delete(dataProducerId);
      entry.consumer?.close();
    }
  }

  broadcast(channel: Channel, bytes: Uint8Array): boolean {
    const producer = this.#producers.get(channel);
    if (
      producer === undefined ||
      producer.readyState !== "open" ||
      producer.bufferedAmount > MAX_BUFFERED_BYTES
    )
      return false;
    try {
      producer.send(bytes);
      return true;
    } catch {
      // The channel is closing and its event has not come yet.
      return false;
    }
  }

  /** Idempotent, silent afterwards. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#deadline);
    for (const transport of this.transports) transport.close();
    this.#consumers.clear();
    this.#producers.clear();
  }

  async #start(): Promise<types.Transport> {
    const { Device, request, mayProduce } = this.#options;
    const device = (this.device = new Device());
    const capabilities = v.parse(CapabilitiesReply, await request("capabilities", {}));
    await device.load({ routerRtpCapabilities: capabilities.rtpCapabilities });
    const [receiving, sending] = await Promise.all([
      this.#open(device, "recv"),
      mayProduce ? this.#open(device, "send") : null,
    ]);
    if (sending === null) this.#ready();
    else
      this.#produce(sending).then(
        () => this.#ready(),
        () => this.#fail(),
      );
    return receiving;
  }

  #ready(): void {
    clearTimeout(this.#deadline);
    if (!this.#closed) this.#options.handlers.ready();
  }

  #fail(): void {
    if (this.#closed) return;
    this.close();
    this.#options.handlers.failed();
  }

  async #open(device: types.Device, direction: "send" | "recv"): Promise<types.Transport> {
    const { request } = this.#options;
    const reply = v.parse(TransportReply, await request("createTransport", { direction }));
    if (this.#closed) throw new Error("the session was closed");
    const options = { ...reply, iceServers: [...this.#options.iceServers] };
    const transport =
      direction === "send" ? device.createSendTransport(options) : device.createRecvTransport(options);
    this.transports = [...this.transports, transport];
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      const params = { transportId: transport.id, dtlsParameters };
      void settle(request("connectTransport", params), () => done(), failed);
    });
    transport.on("producedata", ({ sctpStreamParameters, label }, done, failed) => {
      const params = { transportId: transport.id, sctpStreamParameters, label };
      void settle(
        request("produceData", params),
        (answer) => done(v.parse(ProduceDataReply, answer)),
        failed,
      );
    });
    for (const each of reply.dataProducers) void this.consume(each.actor, each.dataProducerId);
    transport.on("connectionstatechange", (state) => {
      if (state === "disconnected") void this.#restartIce(transport);
      else if (state === "failed" || state === "closed") this.#fail();
    });
    return transport;
  }

  async #produce(transport: types.Transport): Promise<void> {
    for (const label of CHANNELS) {
      const producer = await transport.produceData({ ...UNRELIABLE, label });
      if (this.#closed) return producer.close();
      this.#producers.set(label, producer);
      producer.on("close", () => this.#fail());
      await opened(producer);
    }
  }

  #listen(dataProducerId: string, actor: number, channel: Channel, consumer: types.DataConsumer): void {
    const { handlers } = this.#options;
    consumer.binaryType = "arraybuffer";
    consumer.on("message", (data: unknown) => {
      if (this.#closed) return;
      if (data instanceof ArrayBuffer) handlers.message(actor, channel, new Uint8Array(data));
      else handlers.rejected();
    });
    consumer.observer.on("close", () => {
      if (this.#closed) return;
      if (this.#consumers.get(dataProducerId)?.consumer === consumer) this.#consumers.delete(dataProducerId);
      handlers.consumerClosed(actor, channel);
    });
    if (consumer.readyState === "open") handlers.consumerOpen(actor, channel);
    else consumer.on("open", () => handlers.consumerOpen(actor, channel));
  }

  async #restartIce(transport: types.Transport): Promise<void> {
    try {
      const asked = await this.#options.request("restartIce", { transportId: transport.id });
      const reply = v.parse(RestartIceReply, asked);
      for (const each of reply.dataProducers) void this.consume(each.actor, each.dataProducerId);
      await transport.restartIce(reply);
    } catch (error) {
      // The server has no such transport any more. Unanswered is something else: the socket is away too.
      if (error instanceof RequestError && error.code === "REFUSED") this.#fail();
    }
  }
}

/** mediasoup-client asks with a pair of callbacks: this answers it with what came of the request. */
async function settle(
  asked: Promise<SfuResult>,
  done: (reply: SfuResult) => void,
  failed: (error: Error) => void,
): Promise<void> {
  try {
    done(await asked);
  } catch (error) {
    failed(error as Error);
  }
}

/** Waits for the producer's channel. The session's deadline bounds it: closing the transport closes the producer. */
function opened(producer: types.DataProducer): Promise<void> {
  if (producer.readyState === "open") return Promise.resolve();
  return new Promise((resolve, reject) => {
    producer.on("open", resolve);
    producer.observer.on("close", () => reject(new Error("the producer closed before it opened")));
  });
}
