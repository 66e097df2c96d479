/** What is said in a room: over real sockets and a real disk, and where the disk fails, in memory. */
import { expect, test } from "vitest";
import type { ChatLine } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { join, makeRoom, type TestClient } from "./test-client.ts";
import { enter, settle, Stage } from "./test-stage.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();

/** The next line that is told alone. */
const line = async (client: TestClient): Promise<ChatLine> =>
  (await client.text("chat", ({ all }) => all !== true)).lines[0] as ChatLine;

async function past(client: TestClient): Promise<ChatLine[]> {
  client.send({ type: "catchUp" });
  return (await client.text("chat", ({ all }) => all === true)).lines as ChatLine[];
}

test("[CHAT1] what is said reaches everybody, its speaker and an audience too, stamped by the server", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.leader, { name: "Ada" });
  const ben = await join(house.server.url, links.performer);
  const eve = await join(house.server.url, links.listener);
  ada.client.send({ type: "chat", key: 7, text: "  Shall we? \n Yes. ", bar: 3, member: 99, name: "Eve" });
  const told = await line(ben.client);
  expect(told).toEqual({
    n: 1,
    member: ada.welcome.member,
    name: "Ada",
    color: 0,
    time: expect.any(Number),
    bar: 3,
    text: "Shall we? \n Yes.",
    key: 7,
  });
  expect(await line(ada.client)).toEqual(told);
  expect(await line(eve.client)).toEqual(told);
});

test("[CHAT2] who comes, and who comes after a restart, is told all that is kept, when it asks", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.performer, { name: "Ada" });
  for (const [key, text] of ["one", "two", "three"].entries()) {
    ada.client.send({ type: "chat", key, text });
    await line(ada.client);
  }
  const eve = await join(house.server.url, links.listener);
  const before = await past(eve.client);
  expect(before.map(({ text, name }) => [name, text])).toEqual([
    ["Ada", "one"],
    ["Ada", "two"],
    ["Ada", "three"],
  ]);
  await house.restart();
  const later = await join(house.server.url, links.performer, { name: "Ben" });
  expect(await past(later.client)).toEqual(before);
  later.client.send({ type: "chat", key: 1, text: "four" });
  const four = await line(later.client);
  expect(four.n).toBeGreaterThan(3);
  expect(await past(later.client)).toEqual([...before, four]);
});

test("[CHAT3] a listener's words are refused, and its connection goes on", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.performer);
  const eve = await join(house.server.url, links.listener);
  eve.client.send({ type: "chat", key: 3, text: "me too" });
  expect(await eve.client.text("chatRefused")).toEqual({ type: "chatRefused", key: 3, error: "FORBIDDEN" });
  expect(await eve.client.answers()).toBe(true);
  expect(await past(ada.client)).toEqual([]);
});

test("[CHAT3] what is empty or too long is no message", async () => {
  const { links } = await makeRoom(house.server.url);
  for (const text of ["", "   \n ", "x".repeat(LIMITS.chatLength + 1), 7]) {
    const { client } = await join(house.server.url, links.performer);
    client.send({ type: "chat", key: 1, text });
    expect((await client.text("error")).code).toBe("MALFORMED");
  }
});

test("[CHAT4] what is said twice under one key stands once, also over a restart, and another's key is another's", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.performer);
  const ben = await join(house.server.url, links.performer);
  for (const { client } of [ada, ada, ben]) client.send({ type: "chat", key: 5, text: "hello" });
  const first = await line(ada.client);
  await line(ada.client);
  await house.restart();
  const { memberKey } = ada.welcome;
  const again = await join(house.server.url, links.performer, { memberKey });
  again.client.send({ type: "chat", key: 5, text: "hello" });
  expect(await line(again.client)).toEqual(first);
  expect((await past(again.client)).map(({ member }) => member)).toEqual([
    ada.welcome.member,
    ben.welcome.member,
  ]);
});

test("[FAIR6] who floods the chat is refused in words and stays; nobody else waits", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.performer);
  const ben = await join(house.server.url, links.performer);
  const began = performance.now();
  for (let key = 0; key < 1_000; key++) ada.client.send({ type: "chat", key, text: `spam ${key}` });
  ben.client.send({ type: "chat", key: 1, text: "still here" });
  expect(await ben.client.text("chat", ({ lines }) => (lines[0] as ChatLine).text === "still here"));
  for (let key = 900; key < 1_000; key++)
    expect(await ada.client.text("chatRefused", (refused) => refused.key === key)).toMatchObject({
      error: "RATE",
    });
  expect(await ada.client.answers()).toBe(true);
  const seconds = (performance.now() - began) / 1_000;
  const spam = (await past(ben.client)).filter(({ text }) => text.startsWith("spam"));
  expect(spam.length).toBeGreaterThanOrEqual(5);
  expect(spam.length).toBeLessThanOrEqual(5 + seconds * LIMITS.chatPerSecond + 1);
});

test("[CHAT2] a room keeps the newest lines, and no more", async () => {
  const stage = new Stage();
  const room = await stage.open();
  const { page, actor } = await enter(room);
  for (let key = 0; key < LIMITS.chatLines + 20; key++) {
    stage.time.now += 1;
    room.say(actor, { key, text: `line ${key}` });
    await settle();
  }
  room.catchUp(actor);
  const lines = page.last("chat")?.lines as ChatLine[];
  expect(lines).toHaveLength(LIMITS.chatLines);
  expect(lines[0]?.text).toBe("line 20");
});

test("[CHAT5] what cannot be stored is not said, and its speaker is told", async () => {
  const stage = new Stage();
  const room = await stage.open();
  const ada = await enter(room);
  const ben = await enter(room);
  stage.store.failing = true;
  room.say(ada.actor, { key: 1, text: "lost?" });
  await settle();
  stage.store.setWritable(false);
  room.say(ada.actor, { key: 2, text: "lost?" });
  const refused = ada.page.texts.filter(({ type }) => type === "chatRefused");
  expect(refused).toEqual([1, 2].map((key) => ({ type: "chatRefused", key, error: "UNAVAILABLE" })));
  stage.store.failing = false;
  stage.store.setWritable(true);
  room.say(ada.actor, { key: 1, text: "not lost" });
  await settle();
  expect(ben.page.texts.filter(({ type }) => type === "chat")).toMatchObject([
    { lines: [{ text: "not lost" }] },
  ]);
});

test("[CHAT5] what is said is told when it is stored and not before, also of who has gone by then", async () => {
  const stage = new Stage();
  const room = await stage.open();
  const ada = await enter(room);
  const ben = await enter(room);
  stage.store.hold();
  room.say(ada.actor, { key: 1, text: "goodbye" });
  room.say(ada.actor, { key: 1, text: "goodbye" });
  room.leave(ada.actor, ada.page);
  await settle();
  expect(ben.page.last("chat")).toBeUndefined();
  stage.store.release?.();
  await settle();
  expect(ben.page.texts.filter(({ type }) => type === "chat")).toMatchObject([
    { lines: [{ text: "goodbye" }] },
  ]);
});
