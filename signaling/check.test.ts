/** The bounds of the connection check, over real sockets. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ok } from "#shared/lib/result.ts";
import { CHECK, CheckAnswer } from "#shared/protocol/check.ts";
import * as v from "valibot";
import { Checks } from "./check.ts";
import { Counters } from "./counters.ts";
import { silentLog } from "./log.ts";
import { serverForEachTest } from "./test-server.ts";
import type { SfuRoom, SfuService } from "./sfu-port.ts";

/** What the checks hold of the SFU, as actors; and whether their room was closed. */
class HeldSfu implements SfuService {
  readonly workers = { alive: 1, wanted: 1 };
  readonly report = [];
  readonly actors = new Set<number>();
  rooms = 0;
  async room(): Promise<SfuRoom> {
    this.rooms += 1;
    return {
      handle: async (actor, _role, method) => {
        this.actors.add(actor);
        return ok(method === "createTransport" ? END : {});
      },
      leave: (actor) => void this.actors.delete(actor),
      closeInput: () => undefined,
      setProgramme: () => undefined,
      send: () => false,
      on: () => () => undefined,
      close: () => void (this.rooms -= 1),
    };
  }
  async close(): Promise<void> {}
}

const END = {
  id: "t",
  iceParameters: { usernameFragment: "u", password: "p" },
  iceCandidates: [{ foundation: "1", priority: 1, address: "127.0.0.1", protocol: "udp", port: 7 }],
  dtlsParameters: { fingerprints: [{ algorithm: "sha-256", value: "AA" }] },
};
const FINGERPRINT = { algorithm: "sha-256", value: "AA:BB" };

let endStage = async (): Promise<void> => undefined;
afterEach(() => endStage());

async function stage(bounds: Partial<Record<keyof typeof CHECK, number>> = {}) {
  const sfu = new HeldSfu();
  const checks = new Checks({
    sfu,
    sfuIsDown: false,
    ice: { fixed: [], turn: { urls: ["turn:t.example"], secret: "s" } },
    clock: { now: () => 0, unixMs: () => 1_000_000, epoch: 1, delay: () => 0 },
    origins: { publicUrl: null, trustProxy: true },
    counters: new Counters(),
    log: silentLog(),
    bounds: { ...CHECK, ...bounds },
  });
  const http = createServer().listen(0, "127.0.0.1");
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", (socket, request: IncomingMessage) => void checks.begin(socket, request));
  await once(http, "listening");
  endStage = async () => {
    for (const socket of sockets.clients) socket.terminate();
    const closed = once(http, "close");
    http.close();
    await closed;
  };
  const { port } = http.address() as AddressInfo;
  return { sfu, checks, open: (from = "1.1.1.1") => new Page(`ws://127.0.0.1:${port}`, from) };
}

class Page {
  readonly socket: WebSocket;
  readonly #messages: unknown[] = [];
  #wake = (): void => undefined;
  closed: number | null = null;

  constructor(url: string, from: string) {
    this.socket = new WebSocket(url, { headers: { "x-forwarded-for": from } });
    this.socket.on("message", (bytes: Buffer) => {
      this.#messages.push(JSON.parse(bytes.toString()));
      this.#wake();
    });
    this.socket.on("close", (code) => {
      this.closed = code;
      this.#wake();
    });
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next answer; null when there is none any more. */
  async next(): Promise<CheckAnswer | null> {
    while (this.#messages.length === 0 && this.closed === null)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#messages.length === 0 ? null : v.parse(CheckAnswer, this.#messages.shift());
  }

  async whenClosed(): Promise<number> {
    while ((await this.next()) !== null);
    return this.closed ?? 0;
  }
}

test("[CHK5] a check is told what there is, with credentials for a few minutes, and is echoed", async () => {
  const { open } = await stage();
  const page = open();
  expect(await page.next()).toMatchObject({
    type: "check",
    sfu: "here",
    iceServers: [{ urls: ["turn:t.example"], username: `${1_000 + CHECK.credentialSeconds}:check` }],
  });
  page.say({ type: "echo", n: 3 });
  expect(await page.next()).toEqual({ type: "echo", n: 3 });
});

test("[CHK6] what a check holds of the SFU goes with its socket, one transport for each way", async () => {
  const { open, sfu, checks } = await stage();
  const page = open();
  await page.next();
  for (const over of ["udp", "tcp"]) {
    page.say({ type: "sfu", over, fingerprint: FINGERPRINT });
    expect(await page.next()).toMatchObject({ type: "sfu", over, end: { iceParameters: { password: "p" } } });
  }
  expect([sfu.actors.size, sfu.rooms]).toEqual([2, 1]);
  page.say({ type: "sfu", over: "udp", fingerprint: FINGERPRINT });
  expect(await page.whenClosed()).toBe(1008);
  await vi.waitFor(() => expect([sfu.actors.size, sfu.rooms, checks.size]).toEqual([0, 0, 0]));
});

test("[CHK7] a check ends by itself, and with what cannot be read, is too large or too much", async () => {
  const short = await stage({ seconds: 0.1 });
  expect(await short.open().whenClosed()).toBe(1005);
  expect(short.checks.size).toBe(0);
  await endStage();
  const { open, checks, sfu } = await stage({ messages: 3 });
  for (const bad of [
    "{",
    "[]",
    '{"type":"echo","n":-1}',
    JSON.stringify({ type: "echo", n: 1, x: "x".repeat(2_000) }),
  ]) {
    const page = open();
    await page.next();
    page.socket.send(bad);
    expect(await page.whenClosed()).toBe(1008);
  }
  const page = open();
  await page.next();
  for (let n = 0; n < 4; n++) page.say({ type: "echo", n });
  expect(await page.whenClosed()).toBe(1008);
  expect(checks.size).toBe(0);

  // What was on its way when it ended opens nothing any more.
  const late = open();
  await late.next();
  late.socket.send("{");
  late.say({ type: "sfu", over: "udp", fingerprint: FINGERPRINT });
  expect(await late.whenClosed()).toBe(1008);
  expect([sfu.actors.size, sfu.rooms]).toEqual([0, 0]);
});

test("[CHK8] one address makes only so many checks a minute, and the server only so many at once, and says which", async () => {
  const { open, checks } = await stage({ perMinute: 2, atOnce: 3 });
  const first = [open("1.1.1.1"), open("1.1.1.1")];
  for (const page of first) expect(await page.next()).toMatchObject({ type: "check" });
  const often = open("1.1.1.1");
  const answer = await often.next();
  expect(answer).toMatchObject({ type: "busy", reason: "RATE" });
  expect(answer?.type === "busy" && answer.afterSeconds).toBeGreaterThan(0);
  expect(await often.whenClosed()).toBe(1005);
  const third = open("2.2.2.2");
  expect(await third.next()).toMatchObject({ type: "check" });
  expect(await open("3.3.3.3").next()).toEqual({ type: "busy", reason: "FULL", afterSeconds: CHECK.seconds });
  third.socket.close();
  await vi.waitFor(() => expect(checks.size).toBe(2), 10_000);
  expect(await open("3.3.3.3").next()).toMatchObject({ type: "check" });
});

const house = serverForEachTest();

test("[CHK9] the server has it at /ws/check, beside the rooms' socket, and says when there is no SFU", async () => {
  const page = new Page(`${house.server.url.replace("http", "ws")}/ws/check`, "");
  expect(await page.next()).toEqual({ type: "check", sfu: "none", iceServers: [] });
  const elsewhere = new WebSocket(`${house.server.url.replace("http", "ws")}/ws/checks`);
  await new Promise((refused) => elsewhere.once("error", refused));
  await house.server.close();
  expect(await page.whenClosed()).toBe(1005);
});
