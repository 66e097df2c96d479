import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodeLive, withActor } from "#shared/live/movement.ts";
import { encodeNotes } from "#shared/live/played-notes.ts";
import { ERRORS } from "#shared/protocol/errors.ts";
import { encodePing, FRAME } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { readConfig } from "./config.ts";
import { LiveRelay } from "./live.ts";
import { silentLog } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";
import { join, makeRoom } from "./test-client.ts";

let dataDir = "";
let server: RunningServer;

beforeEach(async () => {
  dataDir = await mkdtemp(joinPath(tmpdir(), "tutti-"));
  const read = readConfig(
    ["--port", "0", "--data-dir", dataDir, "--dist-dir", joinPath(dataDir, "dist")],
    {},
  );
  if (!read.ok) throw new Error(read.error);
  server = await startServer(read.value, { log: silentLog(), sfu: null, sfuProblem: null, tls: null });
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const frame = (sinceMs: number): Uint8Array =>
  encodeLive({
    actor: null,
    begunMs: 0,
    sinceMs,
    seq: sinceMs & 0xff,
    end: false,
    movements: [{ target: { track: 1, kind: "param", index: 1 }, travel: 0.5 }],
  });
const isLive = (first: number): boolean => (first & 0xf0) === FRAME.live;
const pendingLive = (pending: readonly object[]): number =>
  pending.filter((each) => "binary" in each && isLive((each.binary as Uint8Array)[0] ?? 0)).length;

test("[LIV11] the server gives a hand's frames to everybody else, the audience too, with its owner", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const eve = await join(server.url, links.listener);
  ada.client.sendBinary(frame(1));
  for (const { client } of [ben, eve])
    expect(await client.frame(isLive)).toEqual(withActor(frame(1), ada.welcome.actor));
  expect(await ada.client.answers()).toBe(true);
  expect(pendingLive(ada.client.pending())).toBe(0);
});

test("[LIV11] who hears the author directly is not given its frames again", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const clock = { state: "locked", offset: 0, errorBound: 0, rtt: 0 } as const;
  const status = { clock, rung: "mesh", direct: [ada.welcome.actor], sound: "on" } as const;
  ben.client.send({ type: "status", status });
  expect(await ben.client.answers()).toBe(true);
  ada.client.sendBinary(frame(1));
  expect(await ada.client.answers()).toBe(true);
  expect(await ben.client.answers()).toBe(true);
  expect(pendingLive(ben.client.pending())).toBe(0);
});

test("[LIV11] a listener's frame is refused, and so is one that cannot be read or names its sender", async () => {
  const { links } = await makeRoom(server.url);
  const eve = await join(server.url, links.listener);
  eve.client.sendBinary(frame(1));
  expect(await eve.client.closed()).toBe(ERRORS.FORBIDDEN.close);
  for (const bytes of [frame(1).subarray(0, -1), withActor(frame(1), 7)]) {
    const ben = await join(server.url, links.performer);
    ben.client.sendBinary(bytes);
    expect(await ben.client.closed()).toBe(ERRORS.MALFORMED.close);
  }
});

test("[LIV12] who sends more than a hand can is slowed to the newest, and nobody else is", () => {
  vi.useFakeTimers();
  let now = 100;
  const passed: number[] = [];
  const relay = new LiveRelay(
    () => now,
    (from, bytes) => passed.push(from * 1_000 + (bytes[0] ?? 0)),
  );
  for (let i = 0; i < 200; i++) relay.say(1, Uint8Array.of(i));
  expect(passed).toHaveLength(LIMITS.livePerSecond);
  relay.say(2, Uint8Array.of(7));
  expect(passed.at(-1)).toBe(2_007);
  now += 0.02;
  vi.advanceTimersByTime(20);
  expect(passed.at(-1)).toBe(1_199);
  expect(passed).toHaveLength(LIMITS.livePerSecond + 2);
  relay.close();
});

const notes = (stampMs: number): Uint8Array =>
  encodeNotes({
    actor: null,
    stampMs,
    notes: [{ track: 1, pitch: 60, velocity: 100, onMs: 1, lengthMs: null }],
  });

test("[PLY6] the server gives notes to everybody else with their player; a listener's and broken ones end the connection", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const eve = await join(server.url, links.listener);
  ada.client.sendBinary(notes(9));
  for (const { client } of [ben, eve])
    expect(await client.frame(isLive)).toEqual(withActor(notes(9), ada.welcome.actor));
  eve.client.sendBinary(notes(9));
  expect(await eve.client.closed()).toBe(ERRORS.FORBIDDEN.close);
  for (const bytes of [notes(9).subarray(0, -1), withActor(notes(9), 7)]) {
    const cy = await join(server.url, links.performer);
    cy.client.sendBinary(bytes);
    expect(await cy.client.closed()).toBe(ERRORS.MALFORMED.close);
  }
});

test("[PLY6] a hand and notes of one person share its limit, and neither displaces the other", () => {
  vi.useFakeTimers();
  let now = 100;
  const passed: Uint8Array[] = [];
  const relay = new LiveRelay(
    () => now,
    (_, bytes) => passed.push(bytes),
  );
  for (let i = 0; i < 100; i++) {
    relay.say(1, frame(i));
    relay.say(1, notes(i + 1));
  }
  expect(passed).toHaveLength(LIMITS.livePerSecond);
  for (let i = 0; i < 2; i++) {
    now += 0.02;
    vi.advanceTimersByTime(20);
  }
  expect(passed.slice(-2)).toEqual(expect.arrayContaining([frame(99), notes(100)]));
  expect(passed).toHaveLength(LIMITS.livePerSecond + 2);
  relay.close();
});

test("[LIV15] frames of a hand and other messages are counted apart, and a flood of either ends the connection", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  for (let i = 0; i < 300; i++) {
    ada.client.sendBinary(frame(i));
    ada.client.sendBinary(encodePing({ id: i }));
  }
  expect(await ada.client.answers()).toBe(true);
  for (let i = 0; i < 2 * LIMITS.binaryBurst; i++) ada.client.sendBinary(frame(i));
  expect(await ada.client.closed()).toBe(ERRORS.RATE.close);
});
