/**
 * One who forwards a performer's sound to many listeners, as a process of its own: the product's SFU by its own
 * requests, or mediasoup alone, as its manual has it. Both send to PlainTransports that encrypt as for a browser
 * (SRTP, AES-GCM): a listener without ICE and DTLS. Its parent says in the arguments which.
 */
import { randomBytes } from "node:crypto";
import { createWorker, observer } from "mediasoup";
import type { Consumer, PlainTransport, Router, Worker } from "mediasoup/types";
import { startSfu } from "../../../sfu/service.ts";
import { knownBinary } from "../../../sfu/worker-binary/known.ts";
import { listenerCapabilities, RTP_PARAMETERS } from "./rtp.ts";
import type { ForwarderOptions, ForwarderWord } from "./words.ts";

const HOST = "127.0.0.1";
const SUITE = "AEAD_AES_256_GCM";
/** A key of 32 bytes and a salt of 12. */
const KEY_BYTES = 44;
/** How many listeners come at once. */
const COMING = 32;

/** Without SRTP for the performer, whose packets are made by hand. */
const plain = (router: Router, enableSrtp: boolean, enableSctp: boolean): Promise<PlainTransport> =>
  router.createPlainTransport({
    listenInfo: { protocol: "udp", ip: HOST },
    rtcpMux: true,
    comedia: !enableSrtp,
    enableSrtp,
    enableSctp,
    ...(enableSrtp && { srtpCryptoSuite: SUITE }),
  });

async function connect(transport: PlainTransport, port: number): Promise<void> {
  const srtpParameters = {
    cryptoSuite: SUITE,
    keyBase64: randomBytes(KEY_BYTES).toString("base64"),
  } as const;
  await transport.connect({ ip: HOST, port, srtpParameters });
}

interface Forwarder {
  /** Where the performer sends to. */
  readonly performer: PlainTransport;
  readonly consumers: readonly Consumer[];
  readonly workerPids: readonly number[];
}

/** So many listeners, some at a time. */
async function gather<T>(count: number, come: (index: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  while (all.length < count) {
    const next = Array.from({ length: Math.min(COMING, count - all.length) }, (_, i) => come(all.length + i));
    all.push(...(await Promise.all(next)));
  }
  return all;
}

async function bare({ listeners, sinkPorts }: ForwarderOptions, workerBin: string): Promise<Forwarder> {
  const worker = await createWorker({ workerBin, logLevel: "error" });
  const router = await worker.createRouter({
    mediaCodecs: [{ kind: "audio", mimeType: "audio/opus", clockRate: 48_000, channels: 2 }],
  });
  const performer = await plain(router, false, false);
  const producer = await performer.produce({ kind: "audio", rtpParameters: RTP_PARAMETERS });
  const rtpCapabilities = listenerCapabilities(router.rtpCapabilities);
  const consumers = await gather(listeners, async (index) => {
    const transport = await plain(router, true, false);
    await connect(transport, sinkPorts[index % sinkPorts.length] as number);
    return transport.consume({ producerId: producer.id, rtpCapabilities });
  });
  return { performer, consumers, workerPids: [worker.pid] };
}

/**
 * Every router that the product makes from now on gives it a PlainTransport where it asks for one of WebRTC.
 * Whatever else the product does with a transport, it does with this one.
 */
function giveThePlain(made: Map<string, PlainTransport>, isPerformer: () => boolean): void {
  const handleRouter = (router: Router): void => {
    const createWebRtcTransport = async (options: { enableSctp?: boolean }) => {
      const transport = await plain(router, !isPerformer(), options.enableSctp ?? false);
      made.set(transport.id, transport);
      return transport;
    };
    Object.assign(router, { createWebRtcTransport });
  };
  observer.on("newworker", (worker: Worker) => worker.observer.on("newrouter", handleRouter));
}

async function product(options: ForwarderOptions, workerBin: string): Promise<Forwarder> {
  const { listeners, workers, perRouter, sinkPorts } = options;
  const made = new Map<string, PlainTransport>();
  const consumers: Consumer[] = [];
  let isPerformer = true;
  giveThePlain(made, () => isPerformer);
  const service = await startSfu({
    workerBin,
    workers,
    listen: [{ ip: HOST, announcedAddress: HOST }],
    firstPort: 0,
    consumersPerRouter: perRouter,
    log: { info: () => undefined, warn: console.error, error: console.error },
  });
  const room = await service.room("audience");
  const ask = async (...[actor, role, method, params]: Parameters<typeof room.handle>) => {
    const reply = await room.handle(actor, role, method, params);
    if (!reply.ok) throw new Error(`${method}: ${reply.error}`);
    return reply.value;
  };
  const transportOf = (reply: Record<string, unknown>): PlainTransport => {
    const transport = made.get(String(reply["id"]));
    if (!transport) throw new Error("the product has made another transport");
    return transport;
  };
  const performer = transportOf(await ask(1, "performer", "createTransport", { direction: "send" }));
  const rtpParameters = { ...RTP_PARAMETERS };
  await ask(1, "performer", "produce", { transportId: performer.id, kind: "mix", rtpParameters });
  isPerformer = false;
  await gather(listeners, async (index) => {
    const actor = index + 2;
    const { rtpCapabilities } = await ask(actor, "listener", "capabilities", {});
    const transport = transportOf(await ask(actor, "listener", "createTransport", { direction: "recv" }));
    transport.observer.once("newconsumer", (consumer) => consumers.push(consumer));
    await connect(transport, sinkPorts[index % sinkPorts.length] as number);
    const { id: consumerId } = await ask(actor, "listener", "consume", {
      transportId: transport.id,
      actor: 1,
      kind: "mix",
      rtpCapabilities: listenerCapabilities(rtpCapabilities as never),
    });
    await ask(actor, "listener", "resume", { consumerId });
  });
  return { performer, consumers, workerPids: service.pids };
}

async function packetsOf(consumers: readonly Consumer[]): Promise<number> {
  const stats = await Promise.all(consumers.map((consumer) => consumer.getStats()));
  const sent = (reports: Awaited<ReturnType<Consumer["getStats"]>>) =>
    reports.reduce((sum, { type, packetCount }) => sum + (type === "outbound-rtp" ? packetCount : 0), 0);
  return stats.reduce((sum, reports) => sum + sent(reports), 0);
}

async function run(options: ForwarderOptions): Promise<void> {
  const workerBin = knownBinary(process.env);
  if (workerBin === null) throw new Error("there is no mediasoup worker on this machine");
  const { performer, consumers, workerPids } = await (options.subject === "bare" ? bare : product)(
    options,
    workerBin,
  );
  if (consumers.length !== options.listeners) throw new Error(`${consumers.length} consumers`);
  const say = (word: ForwarderWord) => process.send?.(word);
  process.on("message", () => {
    void packetsOf(consumers).then((packets) => say({ type: "forwarded", packets }));
  });
  process.on("disconnect", () => process.exit(0));
  say({ type: "ready", port: performer.tuple.localPort, workerPids });
}

await run(JSON.parse(process.argv[2] ?? "") as ForwarderOptions);
