import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Role, SfuMethod } from "#shared/protocol/messages.ts";
import type { SfuRoom } from "./room.ts";
import { type SfuService, startSfu } from "./service.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const HOST = "127.0.0.1";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const start = async (port: number, workers = 1): Promise<SfuService> =>
  startSfu({
    workerBin: null,
    workers,
    listen: [{ ip: HOST, announcedAddress: HOST }],
    firstPort: port,
    consumersPerRouter: 400,
    log: silent,
  });

/** One actor's requests, whose refusals throw. */
function client(room: SfuRoom, actor: number, role: Role = "performer") {
  const ask = async (
    method: SfuMethod,
    params: Record<string, unknown>,
  ): Promise<Record<string, unknown>> => {
    const reply = await room.handle(actor, role, method, params);
    if (!reply.ok) throw new Error(reply.error);
    return reply.value;
  };
  return {
    ask,
    transport: async (direction: "send" | "recv") =>
      String((await ask("createTransport", { direction }))["id"]),
    produce: async (transportId: string, label = "edits") =>
      String((await ask("produceData", { transportId, label, sctpStreamParameters: datagrams(1) }))["id"]),
  };
}

const datagrams = (streamId: number) => ({ streamId, ordered: false, maxRetransmits: 0 });

describe("the SFU on a real worker", () => {
  let service: SfuService;
  let room: SfuRoom;
  let port: number;

  beforeEach(async () => {
    port = await freePort();
    service = await start(port);
    room = await service.room("room");
  });
  afterEach(() => service.close());

  test("[SFU5] a transport is reached on the worker's one port, over UDP and TCP", async () => {
    const made = await client(room, 1).ask("createTransport", { direction: "send" });
    const candidates = made["iceCandidates"] as { protocol: string; port: number; address: string }[];
    expect(candidates.map(({ protocol, address, port: at }) => [protocol, address, at])).toEqual([
      ["udp", HOST, port],
      ["tcp", HOST, port],
    ]);
  });

  test("[ICE5] it is reached on one port in both families of addresses", async () => {
    await service.close();
    const both = ["127.0.0.1", "::1"];
    service = await startSfu({
      workerBin: null,
      workers: 1,
      listen: both.map((ip) => ({ ip, announcedAddress: ip })),
      firstPort: port,
      consumersPerRouter: 400,
      log: silent,
    });
    const made = await client(await service.room("six"), 1).ask("createTransport", { direction: "send" });
    const candidates = made["iceCandidates"] as { protocol: string; port: number; address: string }[];
    expect(
      candidates.map(({ protocol, address, port: at }) => `${protocol} ${address} ${at}`).toSorted(),
    ).toEqual(both.flatMap((address) => [`tcp ${address} ${port}`, `udp ${address} ${port}`]).toSorted());
  });

  test("offers Opus and nothing else that plays", async () => {
    const { rtpCapabilities } = await client(room, 1, "listener").ask("capabilities", {});
    expect(rtpCapabilities).toMatchObject({ codecs: [{ mimeType: "audio/opus", channels: 2 }] });
  });

  test("[SFU6] a new producer is told to the room, and to whoever makes a receiver later", async () => {
    const told: { actor: number; dataProducerId: string }[] = [];
    room.on("dataProducer", (event) => told.push(event));
    const first = client(room, 1);
    const id = await first.produce(await first.transport("send"));
    expect(told).toEqual([{ actor: 1, dataProducerId: id }]);

    const late = await client(room, 2, "listener").ask("createTransport", { direction: "recv" });
    const listed = late["dataProducers"] as { actor: number; dataProducerId: string }[];
    expect(listed.map(({ actor }) => actor)).toEqual([0, 1]);
    expect(listed).toContainEqual({ actor: 1, dataProducerId: id });
  });

  test("[SFU7] a consumer is unordered, lets datagrams wait a moment and says whose it is", async () => {
    const author = client(room, 1);
    const dataProducerId = await author.produce(await author.transport("send"), "live");
    const listener = client(room, 2, "listener");
    const transportId = await listener.transport("recv");
    const consumed = await listener.ask("consumeData", { transportId, dataProducerId });
    expect(consumed).toMatchObject({
      actor: 1,
      label: "live",
      // mediasoup reports a maxRetransmits of 0 as undefined.
      sctpStreamParameters: { ordered: false, maxRetransmits: undefined, maxPacketLifeTime: 100 },
    });
    await expect(listener.ask("consumeData", { transportId, dataProducerId })).rejects.toThrow("CONFLICT");
  });

  test("[SFU8] nobody consumes their own", async () => {
    const author = client(room, 1);
    const dataProducerId = await author.produce(await author.transport("send"));
    const transportId = await author.transport("recv");
    await expect(author.ask("consumeData", { transportId, dataProducerId })).rejects.toThrow("FORBIDDEN");
  });

  test("[SFU9] an actor has one producer a label and one transport a direction", async () => {
    const author = client(room, 1);
    const older = await author.transport("send");
    await author.produce(older);
    await expect(author.produce(older)).rejects.toThrow("CONFLICT");
    const newer = await author.transport("send");
    await expect(author.produce(older)).rejects.toThrow("NOT_FOUND");
    await expect(author.produce(newer)).resolves.toBeTypeOf("string");
  });

  test("[SFU10] transports and producers of another actor or another room cannot be used", async () => {
    const author = client(room, 1);
    const transportId = await author.transport("send");
    const dataProducerId = await author.produce(transportId);
    await expect(client(room, 2).produce(transportId)).rejects.toThrow("NOT_FOUND");
    const stranger = client(await service.room("elsewhere"), 2);
    const recv = await stranger.transport("recv");
    await expect(stranger.ask("consumeData", { transportId: recv, dataProducerId })).rejects.toThrow(
      "NOT_FOUND",
    );
  });

  test("[SFU11] what an actor holds ends when it leaves", async () => {
    const author = client(room, 1);
    const transportId = await author.transport("send");
    const dataProducerId = await author.produce(transportId);
    room.leave(1);
    const other = client(room, 2);
    const recv = await other.transport("recv");
    await expect(other.ask("consumeData", { transportId: recv, dataProducerId })).rejects.toThrow(
      "NOT_FOUND",
    );
    await expect(author.produce(transportId)).rejects.toThrow("NOT_FOUND");
  });

  test("a request under way when its actor leaves answers CLOSED", async () => {
    const making = room.handle(1, "performer", "createTransport", { direction: "send" });
    room.leave(1);
    expect(await making).toEqual({ ok: false, error: "CLOSED" });
  });

  test("[SFU12] an actor that asks without end is answered BUSY", async () => {
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => room.handle(1, "performer", "capabilities", {})),
    );
    expect(replies.filter((reply) => reply.ok)).toHaveLength(64);
    expect(replies.at(-1)).toEqual({ ok: false, error: "BUSY" });
  });

  test("what is wrong in a way only mediasoup sees is a refusal, not an exception", async () => {
    const author = client(room, 1);
    const transportId = await author.transport("send");
    const connect = () =>
      author.ask("connectTransport", {
        transportId,
        dtlsParameters: { fingerprints: [{ algorithm: "sha-256", value: "AA:BB" }] },
      });
    await connect();
    await expect(connect()).rejects.toThrow("INVALID");
  });

  test("[SFU23] a transport that is reached anew has other credentials, and names what there is to consume by now", async () => {
    const listener = client(room, 1, "listener");
    const made = await listener.ask("createTransport", { direction: "recv" });
    const author = client(room, 2);
    const sending = await author.transport("send");
    const dataProducerId = await author.produce(sending);
    const again = await listener.ask("restartIce", { transportId: made["id"] });
    expect(again["dataProducers"]).toContainEqual({ actor: 2, dataProducerId });
    expect(again["iceParameters"]).toMatchObject({ iceLite: true });
    expect(again["iceParameters"]).not.toEqual(made["iceParameters"]);
    expect(await author.ask("restartIce", { transportId: sending })).not.toHaveProperty("dataProducers");
  });

  test("nothing is sent to an actor that has no open receiver", async () => {
    expect(room.send(1, Uint8Array.of(1))).toBe(false);
    await client(room, 1).transport("recv");
    expect(room.send(1, Uint8Array.of(1))).toBe(false);
  });

  test("[SFU13] a worker that dies is started anew, and its rooms are told to come again", async () => {
    const author = client(room, 1);
    await author.produce(await author.transport("send"));
    const reset = new Promise<void>((resolve) => room.on("reset", () => resolve()));
    const [pid] = service.pids;
    process.kill(pid ?? Number.NaN, "SIGKILL");
    await reset;
    expect(service.workers).toEqual({ alive: 0, wanted: 1 });

    // Asked while there is no worker, it waits for the new one.
    await expect(author.produce(await author.transport("send"))).resolves.toBeTypeOf("string");
    expect(service.workers).toEqual({ alive: 1, wanted: 1 });
    expect(service.pids).not.toContain(pid);
  });

  test("[SFU14] a room that is closed answers CLOSED and is made anew under its name", async () => {
    await client(room, 1).transport("send");
    room.close();
    expect(await room.handle(1, "performer", "capabilities", {})).toEqual({ ok: false, error: "CLOSED" });
    expect(await service.room("room")).not.toBe(room);
  });

  test("a port that is taken stops the start with a sentence that names it", async () => {
    await expect(start(port)).rejects.toThrow(`The SFU cannot listen on ${HOST}:${port}`);
  });
});

test("a binary that is no worker stops the start with a sentence that names it", async () => {
  await expect(
    startSfu({
      workerBin: "/bin/false",
      workers: 1,
      listen: [{ ip: HOST, announcedAddress: HOST }],
      firstPort: await freePort(),
      consumersPerRouter: 400,
      log: silent,
    }),
  ).rejects.toThrow("The SFU worker /bin/false cannot be started");
});
