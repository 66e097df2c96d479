/** What passes through and is not kept, over real sockets; and who floods it with a client that is not ours. */
import { expect, test } from "vitest";
import { encodeLive, withActor } from "#shared/live/movement.ts";
import { encodeNotes } from "#shared/live/played-notes.ts";
import { ERRORS } from "#shared/protocol/errors.ts";
import { encodePing, FRAME } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { Place, ServerMessage } from "#shared/protocol/messages.ts";
import { Membership, EMPTY_MEMBERSHIP } from "#shared/room/membership.ts";
import { Outlets } from "./outlets.ts";
import { Passing } from "./passing.ts";
import { join, makeRoom, type TestClient } from "./test-client.ts";
import { Page } from "./test-stage.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();

const cell = (step: number): Place => ({ track: 1, step, pitch: 60 });
const frame = (sinceMs: number): Uint8Array =>
  encodeLive({
    actor: null,
    begunMs: 0,
    sinceMs,
    seq: sinceMs & 0xff,
    end: false,
    movements: [{ target: { track: 1, kind: "param", index: 1 }, travel: 0.5 }],
  });
const notes = (stampMs: number): Uint8Array =>
  encodeNotes({
    actor: null,
    stampMs,
    notes: [{ track: 1, pitch: 60, velocity: 100, onMs: 1, lengthMs: null }],
  });
const isLive = (first: number): boolean => (first & 0xf0) === FRAME.live;
const pendingLive = ({ client }: { client: TestClient }): number =>
  client.pending().filter((each) => "binary" in each && isLive(each.binary[0] ?? 0)).length;
const pendingTexts = ({ client }: { client: TestClient }, type: ServerMessage["type"]): number =>
  client.pending().filter((each) => "text" in each && each.text.type === type).length;

async function band() {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.leader);
  const ben = await join(house.server.url, links.performer);
  const eve = await join(house.server.url, links.listener);
  return { links, ada, ben, eve };
}

/** An audience that makes the sound itself needs what hands do; one that hears a stream does not. */
async function renders({ client }: { client: TestClient }): Promise<void> {
  const clock = { state: "locked", offset: 0, errorBound: 0, rtt: 0 } as const;
  client.send({ type: "status", status: { clock, rung: "relay", direct: [], sound: "on" } });
  expect(await client.answers()).toBe(true);
}

test("[PRS4] where a hand is reaches the others who edit, with its owner, and no audience", async () => {
  const { ada, ben, eve } = await band();
  const from = ada.welcome.actor;
  for (const at of [cell(3), { track: 1, param: "cutoff", held: true }, { panel: "history" }, null]) {
    ada.client.send({ type: "presence", at, from: 99 });
    expect(await ben.client.text("presence")).toEqual({ type: "presence", from, at });
  }
  for (const each of [ada, eve]) {
    expect(await each.client.answers()).toBe(true);
    expect(pendingTexts(each, "presence")).toBe(0);
  }
});

test("[PRS9] who comes to listen later is told where hands are by now, and an audience is not", async () => {
  const { links, ada, ben, eve } = await band();
  const held = { track: 1, param: "cutoff", held: true };
  ada.client.send({ type: "presence", at: held });
  await ben.client.text("presence");
  const { client } = await join(house.server.url, links.performer);
  client.send({ type: "catchUp" });
  expect(await client.text("presence")).toEqual({ type: "presence", from: ada.welcome.actor, at: held });
  for (const each of [ada, eve]) {
    each.client.send({ type: "catchUp" });
    await each.client.text("chat");
    expect(await each.client.answers()).toBe(true);
    expect(pendingTexts(each, "presence")).toBe(0);
  }
  ada.client.socket.close();
  await client.text("left");
  client.send({ type: "catchUp" });
  await client.text("chat");
  expect(await client.answers()).toBe(true);
  expect(pendingTexts({ client }, "presence")).toBe(0);
});

test("[PRS4] a listener's is refused, and so is one that is no place", async () => {
  const { links, eve } = await band();
  eve.client.send({ type: "presence", at: null });
  expect((await eve.client.text("error")).code).toBe("FORBIDDEN");
  expect(await eve.client.closed()).toBe(ERRORS.FORBIDDEN.close);
  for (const at of [{ track: 1, step: 64 }, { track: -1 }, { panel: "x".repeat(41) }, 7]) {
    const ben = await join(house.server.url, links.performer);
    ben.client.send({ type: "presence", at });
    expect((await ben.client.text("error")).code).toBe("MALFORMED");
  }
});

test("[LIV11] the server gives a hand's frames to everybody else, the audience too, with its owner", async () => {
  const { links, ada, ben, eve } = await band();
  const streamed = await join(house.server.url, links.listener);
  await renders(eve);
  ada.client.sendBinary(frame(1));
  for (const { client } of [ben, eve])
    expect(await client.frame(isLive)).toEqual(withActor(frame(1), ada.welcome.actor));
  for (const each of [ada, streamed]) {
    expect(await each.client.answers()).toBe(true);
    expect(pendingLive(each)).toBe(0);
  }
});

test("[LIV11] who hears the author directly is not given its frames again", async () => {
  const { ada, ben } = await band();
  const clock = { state: "locked", offset: 0, errorBound: 0, rtt: 0 } as const;
  const status = { clock, rung: "mesh", direct: [ada.welcome.actor], sound: "on" } as const;
  ben.client.send({ type: "status", status });
  expect(await ben.client.answers()).toBe(true);
  ada.client.sendBinary(frame(1));
  expect(await ada.client.answers()).toBe(true);
  expect(await ben.client.answers()).toBe(true);
  expect(pendingLive(ben)).toBe(0);
});

test("[LIV11] a listener's frame is refused, and so is one that cannot be read or names its sender", async () => {
  const { links, eve } = await band();
  eve.client.sendBinary(frame(1));
  expect(await eve.client.closed()).toBe(ERRORS.FORBIDDEN.close);
  for (const bytes of [frame(1).subarray(0, -1), withActor(frame(1), 7)]) {
    const ben = await join(house.server.url, links.performer);
    ben.client.sendBinary(bytes);
    expect(await ben.client.closed()).toBe(ERRORS.MALFORMED.close);
  }
});

test("[REA1] anybody's reaction reaches everybody else, an audience's too, and is kept nowhere", async () => {
  const { links, ada, ben, eve } = await band();
  eve.client.send({ type: "reaction", reaction: "bravo", from: 99 });
  for (const { client } of [ada, ben])
    expect(await client.text("reaction")).toEqual({
      type: "reaction",
      from: eve.welcome.actor,
      reaction: "bravo",
      // Nobody has been told who listens.
      name: eve.welcome.roster.find(({ role }) => role === "listener")?.name,
    });
  expect(await eve.client.answers()).toBe(true);
  expect(pendingTexts(eve, "reaction")).toBe(0);
  const late = await join(house.server.url, links.performer);
  expect(await late.client.answers()).toBe(true);
  expect(pendingTexts(late, "reaction")).toBe(0);
  ada.client.send({ type: "reaction", reaction: "boo" });
  expect((await ada.client.text("error")).code).toBe("MALFORMED");
});

/** A room of this file's own, with a clock that the test moves. */
function passing() {
  const time = { now: 100 };
  const membership = new Membership(EMPTY_MEMBERSHIP, { performers: 9, listeners: 9 });
  membership.leaseAhead();
  membership.saved(membership.record());
  const outlets = new Outlets();
  const people = [null, null, 1].map((member) => {
    const seat = membership.join({ role: "performer", member, actor: null, name: undefined, nowMs: 0 });
    if (!seat.ok) throw new Error(seat.error);
    const page = new Page();
    outlets.set(seat.value.actor, page);
    return { page, ...seat.value };
  });
  const [ada, ben, adaAgain] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]];
  return { time, ada, ben, adaAgain, relay: new Passing({ now: () => time.now, membership, outlets }) };
}

test("[PRS5] who tells more than ten a second is slowed, over all their tabs: the newest passes", () => {
  const { time, ada, ben, adaAgain, relay } = passing();
  expect(adaAgain.member).toBe(ada.member);
  for (let ms = 0; ms < 1_000; ms += 10) {
    time.now = 100 + ms / 1_000;
    relay.presence(ada.actor, cell(ms % 64));
    relay.presence(adaAgain.actor, cell(ms % 64));
  }
  time.now = 102;
  relay.presence(ada.actor, cell(5));
  time.now = 103;
  relay.presence(adaAgain.actor, cell(6));
  const told = ben.page.texts.filter(({ type }) => type === "presence");
  expect(told.length).toBeLessThanOrEqual(14);
  expect(told.slice(-2)).toMatchObject([{ at: cell(5) }, { at: cell(6) }]);
  relay.close();
});

test("[PLY6] the server gives notes to everybody else with their player; a listener's and broken ones end the connection", async () => {
  const { links, ada, ben, eve } = await band();
  await renders(eve);
  ada.client.sendBinary(notes(9));
  for (const { client } of [ben, eve])
    expect(await client.frame(isLive)).toEqual(withActor(notes(9), ada.welcome.actor));
  eve.client.sendBinary(notes(9));
  expect(await eve.client.closed()).toBe(ERRORS.FORBIDDEN.close);
  for (const bytes of [notes(9).subarray(0, -1), withActor(notes(9), 7)]) {
    const cy = await join(house.server.url, links.performer);
    cy.client.sendBinary(bytes);
    expect(await cy.client.closed()).toBe(ERRORS.MALFORMED.close);
  }
});

test("[LIV12] who sends more than a hand can is slowed to the newest, and nobody else is", () => {
  const { time, ada, ben, relay } = passing();
  for (let i = 0; i < 200; i++) relay.live(ada.actor, frame(i));
  expect(ben.page.frames).toHaveLength(LIMITS.livePerSecond);
  relay.live(ben.actor, frame(7));
  expect(ada.page.frames).toEqual([withActor(frame(7), ben.actor)]);
  time.now += 0.02;
  relay.live(ben.actor, frame(8));
  expect(ben.page.frames.at(-1)).toEqual(withActor(frame(199), ada.actor));
  relay.close();
});

test("[PLY6] a hand and notes of one person share its limit, and neither displaces the other", () => {
  const { time, ada, ben, relay } = passing();
  for (let i = 0; i < 100; i++) {
    relay.live(ada.actor, frame(i));
    relay.live(ada.actor, notes(i + 1));
  }
  expect(ben.page.frames).toHaveLength(LIMITS.livePerSecond);
  for (let i = 0; i < 2; i++) {
    time.now += 0.02;
    relay.live(ben.actor, frame(i));
  }
  const newest = [frame(99), notes(100)].map((bytes) => withActor(bytes, ada.actor));
  expect(ben.page.frames.slice(-2)).toEqual(expect.arrayContaining(newest));
  expect(ben.page.frames).toHaveLength(LIMITS.livePerSecond + 2);
  relay.close();
});

/** Sends without a pause for as long as `goes` says, so much at once. */
async function flood(send: () => void, goes: () => boolean): Promise<void> {
  while (goes()) {
    for (let i = 0; i < 500; i++) send();
    await new Promise((done) => setTimeout(done, 5));
  }
}

const FLOODS = {
  live: (client: TestClient, i: number) => client.sendBinary(frame(i % 1_000)),
  presence: (client: TestClient, i: number) => client.send({ type: "presence", at: cell(i % 64) }),
  reaction: (client: TestClient) => client.send({ type: "reaction", reaction: "more" }),
} as const;

test.each(["live", "presence", "reaction"] as const)(
  "[FAIR5] who floods the room with %s is told once and stays; the others get its share, and go on",
  async (what) => {
    const { ada, ben } = await band();
    const sent = { count: 0 };
    const got = { count: 0 };
    ben.client.socket.on("message", (bytes: Buffer, isBinary: boolean) => {
      const isIt = isBinary ? isLive(bytes[0] ?? 0) : bytes.includes(`"type":"${what}"`);
      if (isIt) got.count++;
    });
    const began = performance.now();
    let isDone = false;
    const flooding = flood(
      () => FLOODS[what](ada.client, sent.count++),
      () => !isDone && sent.count < 20_000,
    );
    // Ben plays on meanwhile, and is answered and heard.
    for (let i = 0; i < 10; i++) {
      ben.client.sendBinary(frame(i));
      expect(await ben.client.answers()).toBe(true);
    }
    expect(await ada.client.text("slowed")).toEqual({ type: "slowed", what });
    isDone = true;
    await flooding;
    expect(await ada.client.answers()).toBe(true);
    expect(await ben.client.answers()).toBe(true);
    const seconds = (performance.now() - began) / 1_000;
    const rate = { live: LIMITS.livePerSecond, presence: LIMITS.presencePerSecond, reaction: 2 }[what];
    const burst = { live: LIMITS.livePerSecond, presence: 1, reaction: 6 }[what];
    expect(sent.count).toBeGreaterThan(400);
    expect(got.count).toBeLessThanOrEqual(burst + rate * seconds + 1);
    expect(pendingTexts(ada, "slowed")).toBe(0);
    expect(pendingTexts(ben, "slowed")).toBe(0);
  },
);

test("[LIV15] frames of a hand and other messages are counted apart, and a flood of the others ends the connection", async () => {
  const { ada } = await band();
  for (let i = 0; i < 300; i++) {
    ada.client.sendBinary(frame(i));
    ada.client.sendBinary(encodePing({ id: i }));
  }
  expect(await ada.client.answers()).toBe(true);
  for (let i = 0; i < 2 * LIMITS.binaryBurst; i++) ada.client.sendBinary(frame(i));
  expect(await ada.client.answers()).toBe(true);
  for (let i = 0; i < 2 * LIMITS.binaryBurst; i++) ada.client.sendBinary(encodePing({ id: i }));
  for (;;) if (!(await ada.client.answers())) break;
});
