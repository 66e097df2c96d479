/** A room and its SFU: when everybody goes there, and what passes between them. */
import { beforeEach, expect, test } from "vitest";
import { comeBackWithin } from "#shared/room/coming-back.ts";
import { delta, enter, entering, Page, Stage } from "./test-stage.ts";

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

test("[TOP5] the fifth performer brings everybody to the SFU, a listener too", async () => {
  for (const [performers, listeners] of [
    [5, 0],
    [2, 1],
  ] as const) {
    const room = await stage.open();
    const first = await enter(room);
    for (let i = 1; i < performers; i++) await enter(room);
    expect(first.page.last("topology")?.topology).toBe(performers > 4 ? "sfu" : undefined);
    for (let i = 0; i < listeners; i++) await enter(room, "listener");
    expect(first.page.last("topology")).toEqual({ type: "topology", topology: "sfu" });
  }
});

test("[TOP6] a worker that comes back within five seconds changes no rung, one that stays away does", async () => {
  const room = await stage.open("sfu");
  const { page } = await enter(room);
  stage.sfu.workers.alive = 0;
  stage.time.now += 4.5;
  room.tick();
  expect(room.rung).toBe("sfu");
  stage.time.now += 0.5;
  room.tick();
  expect(page.last("topology")).toEqual({ type: "topology", topology: "mesh" });
});

test("[TAP1] requests, producers, data and resets pass between the room and its SFU", async () => {
  const room = await stage.open("sfu");
  const ada = await enter(room);
  const ben = await enter(room);
  const request = { id: 3, method: "capabilities", params: { a: 1 } } as const;
  await room.sfu(ada.actor, "performer", request);
  expect(stage.sfu.asked).toEqual([[ada.actor, "performer", "capabilities", { a: 1 }]]);
  expect(ada.page.last("sfuReply")).toEqual({ type: "sfuReply", id: 3, result: { fine: true } });
  stage.sfu.events.emit("dataProducer", { actor: ada.actor, dataProducerId: "p" });
  expect(ben.page.last("dataProducer")).toEqual({
    type: "dataProducer",
    actor: ada.actor,
    dataProducerId: "p",
  });
  expect(ada.page.last("dataProducer")).toBeUndefined();
  ben.page.frames.length = 0;
  stage.sfu.events.emit("data", { actor: ada.actor, bytes: delta(ada.actor) });
  expect(ben.page.frames).toHaveLength(1);
  stage.sfu.events.emit("reset", { guests: [{ actor: ben.actor, role: "performer" }] });
  expect(ben.page.last("sfuReset")).toEqual({ type: "sfuReset", within: 0 });
  expect(ada.page.last("sfuReset")).toBeUndefined();
  room.leave(ada.actor, ada.page);
  expect(stage.sfu.left).toContain(ada.actor);
});

test("[SFU24] whoever comes back by another connection keeps what it has on the SFU, and loses it by leaving", async () => {
  const room = await stage.open("sfu");
  const { page, actor } = await enter(room);
  const welcome = page.last("welcome");
  await room.sfu(actor, "performer", { id: 1, method: "capabilities", params: {} });
  const other = new Page();
  const resume = { actor, actorKey: welcome?.actorKey ?? "" };
  await room.enter({ ...entering("performer"), memberKey: welcome?.memberKey, resume }, other);
  expect(other.last("welcome")?.actor).toBe(actor);
  room.leave(actor, page);
  expect(stage.sfu.left).toEqual([]);
  room.leave(actor, other);
  expect(stage.sfu.left).toEqual([actor]);
});

test("[SFU21] an audience is told to come back little by little, who plays at once", async () => {
  const room = await stage.open("sfu");
  const ada = await enter(room);
  const audience = await Promise.all(Array.from({ length: 10 }, () => enter(room, "listener")));
  await room.sfu(ada.actor, "performer", { id: 1, method: "capabilities", params: {} });
  const guests = [
    { actor: ada.actor, role: "performer" as const },
    ...audience.map(({ actor }) => ({ actor, role: "listener" as const })),
  ];
  stage.sfu.events.emit("reset", { guests });
  expect(ada.page.last("sfuReset")).toEqual({ type: "sfuReset", within: 0 });
  for (const { page } of audience)
    expect(page.last("sfuReset")).toEqual({ type: "sfuReset", within: comeBackWithin("listener", 10) });
});

test("[TAP1] what a listener or a stranger sends by the SFU changes nothing", async () => {
  const room = await stage.open("sfu");
  const ada = await enter(room);
  const listener = await enter(room, "listener");
  await room.sfu(ada.actor, "performer", { id: 1, method: "capabilities", params: {} });
  ada.page.frames.length = 0;
  for (const actor of [listener.actor, 99]) stage.sfu.events.emit("data", { actor, bytes: delta(actor) });
  expect(ada.page.frames).toEqual([]);
  expect(stage.store.rows).toEqual([]);
});
