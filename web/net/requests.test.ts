import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Emitter } from "#shared/lib/emitter.ts";
import type { ClientMessage } from "#shared/protocol/messages.ts";
import { Requests } from "./requests.ts";
import type { SignalingEvents } from "./signaling-socket.ts";

function setup() {
  const events = new Emitter<SignalingEvents>();
  const sent: Extract<ClientMessage, { type: "sfu" }>[] = [];
  const server = { reachable: true };
  const requests = new Requests({
    on: (name, listener) => events.on(name, listener),
    send: (message) => {
      if (server.reachable && message.type === "sfu") sent.push(message);
      return server.reachable;
    },
  });
  const reply = (id: number, answer: { result?: Record<string, unknown>; error?: string }) =>
    events.emit("message", { type: "sfuReply", id, ...answer });
  return { requests, events, sent, server, reply };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("[REQ1] each answer goes to its own question, in whatever order they come", async () => {
  const { requests, sent, reply } = setup();
  const first = requests.request("capabilities", {});
  const second = requests.request("restartIce", { transportId: "t" });
  expect(sent.map(({ method }) => method)).toEqual(["capabilities", "restartIce"]);
  reply(sent[1]?.id ?? 0, { result: { b: 2 } });
  reply(sent[0]?.id ?? 0, { result: { a: 1 } });
  expect(await first).toEqual({ a: 1 });
  expect(await second).toEqual({ b: 2 });
  expect(vi.getTimerCount()).toBe(0);
});

test("[REQ2] a refusal carries the server's reason", async () => {
  const { requests, sent, reply } = setup();
  const asked = requests.request("produceData", {});
  reply(sent[0]?.id ?? 0, { error: "FORBIDDEN" });
  await expect(asked).rejects.toMatchObject({ code: "REFUSED", message: "produceData: FORBIDDEN" });
});

test("[REQ3] no answer within 10 s is TIMEOUT, and a later one is ignored", async () => {
  const { requests, sent, reply } = setup();
  const asked = requests.request("capabilities", {});
  vi.advanceTimersByTime(10_000);
  await expect(asked).rejects.toMatchObject({ code: "TIMEOUT" });
  reply(sent[0]?.id ?? 0, { result: {} });
});

test("[REQ4] a connection that goes, is not there, or is closed by us is CLOSED", async () => {
  const { requests, events, server } = setup();
  const asked = requests.request("capabilities", {});
  events.emit("closed", { retryMs: 1 });
  await expect(asked).rejects.toMatchObject({ code: "CLOSED" });
  server.reachable = false;
  await expect(requests.request("capabilities", {})).rejects.toMatchObject({ code: "CLOSED" });
  server.reachable = true;
  const last = requests.request("capabilities", {});
  requests.close();
  requests.close();
  await expect(last).rejects.toMatchObject({ code: "CLOSED" });
  await expect(requests.request("capabilities", {})).rejects.toMatchObject({ code: "CLOSED" });
  expect(vi.getTimerCount()).toBe(0);
});

test("[REQ5] at most 64 questions wait", async () => {
  const { requests } = setup();
  const asked = Array.from({ length: 64 }, () => requests.request("capabilities", {}));
  await expect(requests.request("capabilities", {})).rejects.toMatchObject({ code: "TOO_MANY" });
  requests.close();
  for (const outcome of await Promise.allSettled(asked)) expect(outcome.status).toBe("rejected");
});
