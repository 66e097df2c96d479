/** One room on several real workers: who goes where, what is brought from one to another, and what dies with whom. */
import { observer } from "mediasoup";
import { afterEach, expect, test, vi } from "vitest";
import type { SfuRoom } from "./room.ts";
import type { SfuService } from "./service.ts";
import { startTestSfu, takeSeat, type TestSeat } from "./test-seats.ts";

let service: SfuService;
afterEach(() => service.close());

async function open(options: { workers: number; consumersPerRouter: number }): Promise<SfuRoom> {
  service = await startTestSfu(options);
  return service.room("room");
}

const performers = async (room: SfuRoom, count: number): Promise<TestSeat[]> => {
  const seats: TestSeat[] = [];
  for (let actor = 1; actor <= count; actor++) seats.push(await takeSeat(room, actor));
  return seats;
};

/** How many of each are on all workers together. */
function sum(what: "routers" | "pipes" | "producers" | "consumers" | "transports"): number {
  return service.report.reduce((total, worker) => total + worker[what], 0);
}

const portsOf = (seats: readonly TestSeat[]): number[] => seats.map(({ port }) => port);

test("[SFU17] past the limit newcomers are on another worker, and on the emptier one when both are past it", async () => {
  const room = await open({ workers: 2, consumersPerRouter: 6 });
  const ports = portsOf(await performers(room, 6));
  const [first, , second] = ports;
  expect(first).not.toBe(second);
  expect(ports).toEqual([first, first, second, second, first, second]);
  expect(sum("routers")).toBe(2);
});

test("[SFU17] people who come at once and have consumed nothing yet are not all shown into one hall", async () => {
  const room = await open({ workers: 2, consumersPerRouter: 40 });
  const crowd = await Promise.all(Array.from({ length: 10 }, (_, index) => takeSeat(room, index + 1)));
  const [first = Number.NaN] = portsOf(crowd);
  // Each of them is about to consume the server and 18 producers of the others.
  expect(portsOf(crowd).filter((port) => port === first)).toHaveLength(5);
});

test("[SFU17] a room that stays small stays on one worker", async () => {
  const room = await open({ workers: 2, consumersPerRouter: 400 });
  const seats = await performers(room, 8);
  expect(new Set(portsOf(seats)).size).toBe(1);
  expect([sum("routers"), sum("pipes")]).toEqual([1, 0]);
});

test("[SFU18] what is produced on one worker is consumed on the other, brought there once, and ends there too", async () => {
  const room = await open({ workers: 2, consumersPerRouter: 1 });
  const seats = await performers(room, 4);
  const [ada] = seats as [TestSeat];
  const home = seats.filter(({ port }) => port === ada.port);
  const away = seats.filter(({ port }) => port !== ada.port);
  expect([home.length, away.length]).toEqual([2, 2]);
  const edits = await ada.produceData("edits");
  const live = await ada.produceData("live");
  const mix = (await ada.produce("mix"))["id"];
  const before = sum("producers");
  for (const other of [...home, ...away].filter((seat) => seat !== ada)) {
    expect(await other.consumeData(edits)).toMatchObject({ actor: 1, label: "edits", dataProducerId: edits });
    expect(await other.consumeData(live)).toMatchObject({ actor: 1, label: "live" });
    expect(await other.consume(1, "mix")).toMatchObject({ producerId: mix });
  }
  // Two ends of one pipe, three producers beyond it, and a pipe's consumer for each.
  expect([sum("pipes"), sum("producers") - before, sum("consumers")]).toEqual([2, 3, 3 * 3 + 3]);
  // The other way, too.
  const [far] = away as [TestSeat];
  const answer = await far.produceData("edits");
  expect(await ada.consumeData(answer)).toMatchObject({ actor: far.actor, dataProducerId: answer });

  await ada.ask("closeProducer", { kind: "mix" });
  await vi.waitFor(() => expect(sum("consumers")).toBe(3 * 2 + 2 + 2));
  await expect(far.consume(1, "mix")).rejects.toThrow("NOT_FOUND");
  room.leave(1);
  // The pipe's own, of what was brought to her worker, where somebody else still is.
  await vi.waitFor(() => expect(sum("consumers")).toBe(1));
});

test("[SFU18] a datagram may wait in a pipe for as long as at a consumer, so that no burst loses its tail", async () => {
  const piped: { label: string; lifetime: number | undefined; ordered: boolean | undefined }[] = [];
  observer.on("newworker", (worker) =>
    worker.observer.on("newrouter", (router) =>
      router.observer.on("newtransport", (transport) => {
        if (transport.type !== "pipe") return;
        transport.observer.on("newdataconsumer", ({ label, sctpStreamParameters: sent }) =>
          piped.push({ label, lifetime: sent?.maxPacketLifeTime, ordered: sent?.ordered }),
        );
      }),
    ),
  );
  const room = await open({ workers: 2, consumersPerRouter: 1 });
  const [ada, ben] = (await performers(room, 2)) as [TestSeat, TestSeat];
  for (const label of ["edits", "live"] as const) await ben.consumeData(await ada.produceData(label));
  observer.removeAllListeners("newworker");
  expect(piped).toEqual([
    { label: "edits", lifetime: 500, ordered: false },
    { label: "live", lifetime: 100, ordered: false },
  ]);
});

test("[SFU19] a hall goes with its last, and nothing of several workers is left over, whoever goes first", async () => {
  const room = await open({ workers: 2, consumersPerRouter: 1 });
  for (const order of [
    [1, 2, 3, 4],
    [4, 3, 2, 1],
    [2, 4, 1, 3],
  ]) {
    const seats = await performers(room, 4);
    for (const seat of seats) await Promise.all([seat.produceData("edits"), seat.produce("mix")]);
    for (const seat of seats)
      for (const from of seats) if (from !== seat) await seat.consume(from.actor, "mix");
    expect(sum("routers")).toBe(2);
    for (const actor of order) room.leave(actor);
    const nothing = { alive: true, routers: 0, transports: 0, pipes: 0, producers: 0, consumers: 0 };
    expect(service.report).toEqual([nothing, nothing]);
  }
  // Also where things are being brought while they leave.
  for (let round = 0; round < 20; round++) {
    const seats = await performers(room, 3);
    const [ada, , cy] = seats as [TestSeat, TestSeat, TestSeat];
    await Promise.all(seats.map((seat) => seat.produce("mix")));
    const underWay = [
      ...seats.map((seat) => seat.consume((seat.actor % 3) + 1, "mix")),
      ada.produce("input"),
    ];
    for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
    for (const { actor } of round % 2 ? [ada, cy] : [cy, ada]) room.leave(actor);
    await Promise.allSettled(underWay);
    room.leave(2);
    expect([sum("routers"), sum("transports"), sum("producers"), sum("consumers")]).toEqual([0, 0, 0, 0]);
  }
});

test("[SFU20] when one worker dies, only those on it are told to come again, and hear the others as before", async () => {
  const room = await open({ workers: 2, consumersPerRouter: 1 });
  const seats = await performers(room, 4);
  const [ada] = seats as [TestSeat];
  const home = seats.filter(({ port }) => port === ada.port);
  const away = seats.filter(({ port }) => port !== ada.port);
  const [far, farther] = away as [TestSeat, TestSeat];
  await Promise.all(seats.map((seat) => seat.produce("mix")));
  const lost = (await far.consume(ada.actor, "mix"))["id"];
  const kept = (await far.consume(farther.actor, "mix"))["id"];
  const told: (readonly number[])[] = [];
  room.on("reset", ({ guests }) => told.push(guests.map(({ actor }) => actor)));
  // Where a pipe takes the mix away; the other worker has two consumers of people.
  const index = service.report.findIndex(({ consumers }) => consumers === 1);
  process.kill(service.pids[index] ?? Number.NaN, "SIGKILL");
  await vi.waitFor(() => expect(told.length).toBe(1));
  expect(told[0]?.toSorted()).toEqual(home.map(({ actor }) => actor));

  await far.ask("resume", { consumerId: kept });
  await expect(far.ask("resume", { consumerId: lost })).rejects.toThrow("NOT_FOUND");
  // At once on the worker that lives, or on the one that has come back.
  const again = await takeSeat(room, ada.actor);
  await again.produce("mix");
  await far.consume(ada.actor, "mix");
  await again.consume(far.actor, "mix");
});
