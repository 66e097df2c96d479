/** The programme through real workers: packets in at one end, and who gets which of them at the other. */
import type { Consumer, Producer } from "mediasoup/types";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Hall } from "./hall.ts";
import { SfuProgramme } from "./programme.ts";
import { HOST, opus, startTestSfu, takeSeat } from "./test-seats.ts";
import { knownBinary } from "./worker-binary/known.ts";
import { SfuWorker } from "./worker.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const [ADA, BEN] = [1, 2];
const PACKET_MS = 20;

const workers: SfuWorker[] = [];
const senders: Sender[] = [];
let told: [actor: number, flows: boolean][] = [];
let programme: SfuProgramme;

beforeEach(() => {
  told = [];
  programme = new SfuProgramme({ handleFlow: (...flow) => told.push(flow), log: silent });
});
afterEach(() => {
  for (const sender of senders.splice(0)) sender.stop();
  for (const worker of workers.splice(0)) worker.close();
});

async function openHall(): Promise<Hall> {
  const binary = knownBinary(process.env) ?? "";
  const listen = [{ ip: HOST, announcedAddress: HOST }];
  const worker = new SfuWorker({ binary, listen, port: 0, log: silent, onRestarted: () => undefined });
  workers.push(worker);
  await worker.start();
  return Hall.open(await worker.createRouter());
}

/** Sends packets as a browser would, whose payload is their number. */
class Sender {
  readonly actor: number;
  readonly producer: Producer;
  readonly #ssrc: number;
  #timer: NodeJS.Timeout | undefined;
  sent = 0;

  private constructor(actor: number, producer: Producer, ssrc: number) {
    this.actor = actor;
    this.producer = producer;
    this.#ssrc = ssrc;
  }

  static async open(actor: number, hall: Hall): Promise<Sender> {
    const rtpParameters = opus();
    const producer = await hall.direct.produce({ kind: "audio", rtpParameters });
    await programme.watch(actor, producer, hall);
    const sender = new Sender(actor, producer, rtpParameters.encodings[0]?.ssrc ?? 0);
    senders.push(sender);
    sender.start();
    return sender;
  }

  start(): void {
    this.#timer = setInterval(() => this.send(), PACKET_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  send(): void {
    // Its worker may have been killed.
    if (this.producer.closed) return;
    const packet = Buffer.alloc(16);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(111, 1);
    packet.writeUInt16BE(this.sent & 0xffff, 2);
    packet.writeUInt32BE((this.sent * 960) >>> 0, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    packet.writeUInt32BE(this.sent, 12);
    this.sent += 1;
    this.producer.send(packet);
  }
}

/** Somebody's consumer of one programme, and the numbers of the packets it was sent. */
async function consume(sender: Sender, home: Hall, hall = home) {
  await hall.bring(home, sender.producer);
  const { rtpCapabilities } = hall.place.router;
  const { id: producerId } = sender.producer;
  const consumer: Consumer = await hall.direct.consume({ producerId, rtpCapabilities, paused: true });
  const heard: number[] = [];
  consumer.on("rtp", (packet) => heard.push(packet.readUInt32BE(packet.length - 4)));
  programme.take(consumer, sender.actor);
  return { consumer, heard };
}

/** After so many packets more from this sender. */
const packets = (sender: Sender, count: number): Promise<void> => {
  const until = sender.sent + count;
  return vi.waitFor(() => expect(sender.sent).toBeGreaterThanOrEqual(until), { timeout: 5_000, interval: 5 });
};
const flowOf = (actor: number) => told.findLast(([each]) => each === actor)?.[1];

test("[PRG9] a wish is granted while its performer is on air, and outlives each switch", async () => {
  const hall = await openHall();
  const [ada, ben] = [await Sender.open(ADA, hall), await Sender.open(BEN, hall)];
  programme.set([ADA, BEN], [ADA]);
  const listener = { ada: await consume(ada, hall), ben: await consume(ben, hall) };
  const deaf = await consume(ada, hall);
  await programme.wish(listener.ada.consumer, true);
  await programme.wish(listener.ben.consumer, true);
  await vi.waitFor(() => expect(listener.ada.heard.length).toBeGreaterThan(5));
  expect(listener.ben.heard).toEqual([]);

  programme.set([ADA, BEN], [BEN]);
  await vi.waitFor(() => expect(listener.ben.heard.length).toBeGreaterThan(5));
  // What is on its way arrives.
  await packets(ada, 3);
  const count = listener.ada.heard.length;
  await packets(ada, 5);
  expect(listener.ada.heard.length).toBe(count);

  await programme.wish(listener.ben.consumer, false);
  await packets(ben, 3);
  const before = listener.ben.heard.length;
  await packets(ben, 5);
  expect(listener.ben.heard.length).toBe(before);
  // Who wishes nothing any more is not woken by a switch either.
  programme.set([ADA, BEN], [ADA]);
  programme.set([ADA, BEN], [BEN]);
  await packets(ben, 5);
  expect(listener.ben.heard.length).toBe(before);
  expect(deaf.heard).toEqual([]);
});

test("[PRG10] round a planned switch both are forwarded, and of neither is a packet missing", async () => {
  const hall = await openHall();
  const [ada, ben] = [await Sender.open(ADA, hall), await Sender.open(BEN, hall)];
  programme.set([ADA, BEN], [ADA]);
  const [first, second] = [await consume(ada, hall), await consume(ben, hall)];
  await Promise.all([first, second].map(({ consumer }) => programme.wish(consumer, true)));
  await vi.waitFor(() => expect(first.heard.length).toBeGreaterThan(3));
  programme.set([ADA, BEN], [ADA, BEN]);
  await vi.waitFor(() => expect(second.heard.length).toBeGreaterThan(5));
  programme.set([ADA, BEN], [BEN]);
  await packets(ben, 10);
  for (const { heard } of [first, second])
    for (const [index, number] of heard.entries()) expect(number).toBe((heard[0] ?? 0) + index);
  // Ada's last came after Ben's first.
  expect(first.heard.length).toBeLessThan(ada.sent);
});

test("[PRG11] that packets do not come any more is told once, and that they come again", async () => {
  const hall = await openHall();
  const ada = await Sender.open(ADA, hall);
  await vi.waitFor(() => expect(told).toEqual([[ADA, true]]));
  ada.stop();
  await vi.waitFor(() =>
    expect(told).toEqual([
      [ADA, true],
      [ADA, false],
    ]),
  );
  ada.start();
  await vi.waitFor(() => expect(flowOf(ADA)).toBe(true));
  // A thread that is held up has not heard nothing: it has not listened. A packet waits for it, and so do
  // timers, which Node runs first after an immediate.
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      ada.send();
      const until = performance.now() + 500;
      while (performance.now() < until);
      resolve();
    });
  });
  await packets(ada, 3);
  expect(told).toHaveLength(3);
  ada.producer.close();
  await vi.waitFor(() => expect(flowOf(ADA)).toBe(false));
  expect(told).toHaveLength(4);
});

test("[PRG11] a worker that dies ends what came by it", async () => {
  const hall = await openHall();
  await Sender.open(ADA, hall);
  await vi.waitFor(() => expect(flowOf(ADA)).toBe(true));
  const [worker] = workers;
  process.kill(worker?.pid ?? Number.NaN, "SIGKILL");
  await vi.waitFor(() => expect(flowOf(ADA)).toBe(false));
});

test("[PRG12] it is switched alike for those on another worker", async () => {
  const [home, away] = [await openHall(), await openHall()];
  const [ada, ben] = [await Sender.open(ADA, home), await Sender.open(BEN, away)];
  programme.set([ADA, BEN], [ADA]);
  const listeners = [];
  for (const hall of [home, away])
    listeners.push({ ada: await consume(ada, home, hall), ben: await consume(ben, away, hall) });
  for (const each of listeners)
    for (const { consumer } of [each.ada, each.ben]) await programme.wish(consumer, true);
  for (const each of listeners) await vi.waitFor(() => expect(each.ada.heard.length).toBeGreaterThan(5));
  ada.stop();
  await vi.waitFor(() => expect(flowOf(ADA)).toBe(false));
  programme.set([BEN], [BEN]);
  for (const each of listeners) await vi.waitFor(() => expect(each.ben.heard.length).toBeGreaterThan(5));
});

test("[PRG9] only who is named may send a programme, and anybody may ask for it", async () => {
  const service = await startTestSfu();
  try {
    const room = await service.room("room");
    const [ada, ben] = [await takeSeat(room, ADA), await takeSeat(room, BEN)];
    const listener = await takeSeat(room, 3, "listener");
    await expect(ada.produce("programme")).rejects.toThrow("FORBIDDEN");
    room.setProgramme([ADA], [ADA]);
    await ada.produce("programme");
    await expect(ada.produce("programme")).rejects.toThrow("CONFLICT");
    await expect(ben.produce("programme")).rejects.toThrow("FORBIDDEN");
    room.setProgramme([ADA, BEN], [ADA]);
    await ben.produce("programme");
    await expect(listener.produce("programme")).rejects.toThrow("FORBIDDEN");
    for (const from of [ADA, BEN]) {
      const { id } = await listener.consume(from, "programme");
      for (const method of ["resume", "pause", "resume"] as const)
        expect(await listener.ask(method, { consumerId: id })).toEqual({});
    }
    await ben.consume(ADA, "programme");
    await ada.ask("closeProducer", { kind: "programme" });
    await expect(ben.consume(ADA, "programme")).rejects.toThrow("NOT_FOUND");
  } finally {
    await service.close();
  }
});
