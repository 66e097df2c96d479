import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { ERRORS } from "#shared/protocol/errors.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { Connection } from "./connection.ts";
import { Counters } from "./counters.ts";
import { silentLog } from "./log.ts";
import type { Rooms } from "./rooms.ts";
import { Tokens } from "./tokens.ts";

class FakeSocket extends EventEmitter {
  bufferedAmount = 0;
  readonly sent: unknown[] = [];
  pings = 0;
  code: number | null = null;
  terminated = false;
  send(data: unknown): void {
    this.sent.push(data);
  }
  ping(): void {
    this.pings++;
  }
  close(code: number): void {
    this.code = code;
  }
  terminate(): void {
    this.terminated = true;
  }
}

function setup() {
  const time = { now: 100 };
  const socket = new FakeSocket();
  const counters = new Counters();
  const request = { headers: {}, socket: {} } as IncomingMessage;
  const connection = new Connection(socket as unknown as WebSocket, request, {
    rooms: {} as Rooms,
    tokens: new Tokens(new Uint8Array(32)),
    counters,
    clock: { now: () => time.now, unixMs: () => time.now * 1000, epoch: 1, delay: () => 0 },
    log: silentLog(),
    origins: { publicUrl: null, trustProxy: false },
  });
  /** Half a second at a time, as the server does. */
  const pass = (seconds: number, pong: boolean) => {
    for (let left = seconds; left > 0; left -= 0.5) {
      time.now += 0.5;
      const { pings } = socket;
      connection.beat(time.now);
      if (pong && socket.pings > pings) socket.emit("pong");
    }
  };
  return { socket, connection, counters, time, pass };
}

test("[WS9] a connection that answers its pings lives, one that is silent is gone within five seconds", () => {
  const { socket, pass, counters, time } = setup();
  pass(4.5, true);
  expect(socket.pings).toBe(2);
  expect(socket.code).toBeNull();
  const before = time.now;
  while (socket.code === null) pass(0.5, false);
  expect(time.now - before).toBeLessThanOrEqual(5);
  expect(socket.code).toBe(ERRORS.TIMEOUT.close);
  expect(counters.get("errors.TIMEOUT")).toBe(1);
  pass(0.5, false);
  expect(socket.terminated).toBe(true);
});

test("[WS9] after the server itself stood still nobody is blamed for silence", () => {
  const { socket, connection, time } = setup();
  time.now += 9;
  connection.forgive(time.now);
  connection.beat(time.now);
  expect(socket.code).toBeNull();
});

test("[WS10] who does not say hello within ten seconds is sent away", () => {
  const { socket, pass } = setup();
  pass(10, true);
  expect(socket.code).toBeNull();
  pass(0.5, true);
  expect(socket.code).toBe(ERRORS.HELLO_EXPECTED.close);
});

test("[WS11] a client that does not read is cut off instead of filling the memory", () => {
  const { socket, connection } = setup();
  socket.bufferedAmount = 4 * LIMITS.snapshotBytes + 1;
  connection.sendBinary(Uint8Array.of(1));
  expect(socket.sent).toEqual([]);
  expect(socket.code).toBe(ERRORS.TIMEOUT.close);
});

test("[WS12] after its end a connection is silent, whatever comes", () => {
  const { socket, connection } = setup();
  connection.fail("RESTART");
  const sent = socket.sent.length;
  socket.emit("message", Buffer.from("{}"), false);
  connection.sendText({ type: "sfuReset", within: 0 });
  connection.fail("INTERNAL");
  connection.handleClosed();
  expect(socket.sent).toHaveLength(sent);
  expect(socket.code).toBe(ERRORS.RESTART.close);
});
