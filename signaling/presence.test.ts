import { afterEach, expect, test, vi } from "vitest";
import { ERRORS } from "#shared/protocol/errors.ts";
import type { Place } from "#shared/protocol/messages.ts";
import { PresenceRelay } from "./presence.ts";
import { join, makeRoom } from "./test-client.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();
afterEach(() => {
  vi.useRealTimers();
});

const cell = (step: number): Place => ({ track: 1, step, pitch: 60 });

test("[PRS4] where a hand is reaches the others who edit, with its owner, and no audience", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.leader);
  const ben = await join(house.server.url, links.performer);
  const eve = await join(house.server.url, links.listener);
  ada.client.send({ type: "presence", at: cell(3), from: 99 });
  const from = ada.welcome.actor;
  expect(await ben.client.text("presence")).toEqual({ type: "presence", from, at: cell(3) });
  ada.client.send({ type: "presence", at: null });
  expect(await ben.client.text("presence")).toEqual({ type: "presence", from, at: null });
  for (const { client } of [ada, eve]) {
    expect(await client.answers()).toBe(true);
    expect(client.pending().some((each) => "text" in each && each.text.type === "presence")).toBe(false);
  }
});

test("[PRS4] a listener's is refused, and so is one that is no place", async () => {
  const { links } = await makeRoom(house.server.url);
  const eve = await join(house.server.url, links.listener);
  eve.client.send({ type: "presence", at: null });
  expect((await eve.client.text("error")).code).toBe("FORBIDDEN");
  expect(await eve.client.closed()).toBe(ERRORS.FORBIDDEN.close);
  for (const at of [{ track: 1, step: 64 }, { track: -1 }, { track: 1, param: "x".repeat(41) }, 7]) {
    const ben = await join(house.server.url, links.performer);
    ben.client.send({ type: "presence", at });
    expect((await ben.client.text("error")).code).toBe("MALFORMED");
  }
});

test("[PRS5] who tells more than ten a second is slowed: the newest passes, and nobody else waits", () => {
  vi.useFakeTimers();
  const passed: { from: number; at: Place | null; ms: number }[] = [];
  const relay = new PresenceRelay(
    () => Date.now() / 1_000,
    (from, at) => passed.push({ from, at, ms: Date.now() }),
  );
  const start = Date.now();
  for (let ms = 0; ms < 1_000; ms += 10) {
    relay.say(1, cell(ms % 64));
    if (ms === 500) relay.say(2, cell(7));
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(200);
  const mine = passed.filter(({ from }) => from === 1);
  expect(mine.length).toBeLessThanOrEqual(11);
  expect(mine.at(-1)?.at).toEqual(cell(990 % 64));
  expect(passed.find(({ from }) => from === 2)?.ms).toBe(start + 500);
  relay.say(1, cell(1));
  relay.say(1, cell(2));
  const before = passed.length;
  relay.leave(1);
  vi.advanceTimersByTime(200);
  expect(passed.length).toBe(before);
  relay.close();
  expect(vi.getTimerCount()).toBe(0);
});
