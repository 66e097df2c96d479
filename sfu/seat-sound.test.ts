/** Sound through a real worker, as far as it is asked for: who may send what, and that nothing is left over. */
import { observer } from "mediasoup";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Role } from "#shared/protocol/messages.ts";
import type { SfuRoom } from "./room.ts";
import type { SfuService } from "./service.ts";
import { opus, startTestSfu, takeSeat } from "./test-seats.ts";

let service: SfuService;
let room: SfuRoom;

beforeEach(async () => {
  service = await startTestSfu();
  room = await service.room("room");
});
afterEach(() => service.close());

const seat = (actor: number, role: Role = "performer") => takeSeat(room, actor, role);

test("[STR5] a performer sends at most one stream a kind, of Opus, over its own transport", async () => {
  const [ada, ben] = [await seat(1), await seat(2)];
  const mix = await ada.produce("mix");
  await ada.produce("input");
  await expect(ada.produce("mix")).rejects.toThrow("CONFLICT");
  await ada.ask("closeProducer", { kind: "mix" });
  await expect(ada.ask("closeProducer", { kind: "mix" })).rejects.toThrow("NOT_FOUND");
  expect((await ada.produce("mix"))["id"]).not.toBe(mix["id"]);
  await expect(ben.produce("mix", opus("audio/PCMU"))).rejects.toThrow("INVALID");
  await expect(ben.produce("mix", { codecs: [] })).rejects.toThrow("INVALID");
  await expect(ben.produce("mix", opus(), "somebody else's")).rejects.toThrow("NOT_FOUND");
  await expect(
    ben.ask("produce", { transportId: "t", kind: "video", rtpParameters: opus() }),
  ).rejects.toThrow("INVALID");
});

test("[STR6] a listener hears and sends nothing", async () => {
  const ada = await seat(1);
  await ada.produce("mix");
  const listener = await seat(2, "listener");
  await expect(listener.produce("mix")).rejects.toThrow("FORBIDDEN");
  await expect(listener.produce("input")).rejects.toThrow("FORBIDDEN");
  const { id } = await listener.consume(1, "mix");
  await listener.ask("resume", { consumerId: id });
});

test("[STR7] a stream is asked for by whose it is and which, and once", async () => {
  const [ada, ben] = [await seat(1), await seat(2)];
  await expect(ben.consume(1, "mix")).rejects.toThrow("NOT_FOUND");
  const { id: producerId } = await ada.produce("mix");
  await expect(ada.consume(1, "mix")).rejects.toThrow("FORBIDDEN");
  await expect(ben.consume(1, "input")).rejects.toThrow("NOT_FOUND");
  const consumed = await ben.consume(1, "mix");
  expect(consumed).toMatchObject({ producerId, rtpParameters: { codecs: [{ mimeType: "audio/opus" }] } });
  await expect(ben.consume(1, "mix")).rejects.toThrow("CONFLICT");
  const consumerId = consumed["id"];
  for (const method of ["resume", "pause", "resume"] as const) await ben.ask(method, { consumerId });
  await expect(ada.ask("resume", { consumerId })).rejects.toThrow("NOT_FOUND");
  await ben.ask("closeConsumer", { consumerId });
  await expect(ben.ask("resume", { consumerId })).rejects.toThrow("NOT_FOUND");
  await ben.consume(1, "mix");
});

test("[STR4] an input that a leader has muted ends at the SFU; the mix goes on", async () => {
  const [ada, ben] = [await seat(1), await seat(2)];
  await ada.produce("input");
  await ada.produce("mix");
  const input = await ben.consume(1, "input");
  const mix = await ben.consume(1, "mix");
  room.closeInput(1);
  // The worker says so of its own accord.
  await vi.waitFor(() => expect(ben.ask("resume", { consumerId: input["id"] })).rejects.toThrow("NOT_FOUND"));
  await expect(ben.consume(1, "input")).rejects.toThrow("NOT_FOUND");
  await ben.ask("resume", { consumerId: mix["id"] });
});

test("[STR8] nothing is left over when everybody has left, whoever goes first", async () => {
  const open = new Set<object>();
  const watch = (each: { readonly observer: { once(event: "close", listener: () => void): unknown } }) => {
    open.add(each);
    each.observer.once("close", () => open.delete(each));
  };
  observer.once("newworker", (worker) =>
    worker.observer.on("newrouter", (router) =>
      router.observer.on("newtransport", (transport) => {
        watch(transport);
        transport.observer.on("newproducer", watch);
        transport.observer.on("newconsumer", watch);
      }),
    ),
  );
  await service.close();
  service = await startTestSfu();
  room = await service.room("room");
  const KINDS = ["input", "mix"] as const;
  for (const order of [
    [1, 2, 3],
    [3, 1, 2],
  ]) {
    const seats = [await seat(1), await seat(2), await seat(3, "listener")];
    for (const kind of KINDS) await Promise.all(seats.slice(0, 2).map((each) => each.produce(kind)));
    for (const [index, each] of seats.entries())
      for (const from of [1, 2])
        if (from !== index + 1) for (const kind of KINDS) await each.consume(from, kind);
    // Five transports and the hall's own; four producers; eight consumers.
    expect(open.size).toBe(6 + 4 + 8);
    for (const actor of order) room.leave(actor);
    expect(open.size).toBe(0);
  }
  // Also where requests are under way when they leave.
  for (let round = 0; round < 10; round++) {
    const [ada, ben] = [await seat(1), await seat(2)];
    await ada.produce("mix");
    const underWay = [ada.produce("input"), ben.consume(1, "mix"), ben.produce("mix")];
    for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
    for (const actor of [1, 2]) room.leave(actor);
    await Promise.allSettled(underWay);
    expect(open.size).toBe(0);
  }
});
