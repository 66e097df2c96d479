import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodeDelta } from "#shared/document/codec.ts";
import { encodeSnapshot } from "#shared/document/snapshot-codec.ts";
import type { Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import type { ClientMessage, ServerMessage } from "#shared/protocol/messages.ts";
import { Past } from "./past.ts";
import type { SignalingEvents } from "./signaling-socket.ts";

const note: Write = {
  key: { kind: "note", track: 1, pattern: 0, step: 3, pitch: 60 },
  value: { velocity: 100, gate: 1, probability: 1, ratchet: 1 },
};
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

function setup() {
  const events = new Emitter<SignalingEvents>();
  const sent: ClientMessage[] = [];
  const past = new Past({
    on: (name, listener) => events.on(name, listener),
    send: (message) => sent.push(message) > 0,
  });
  const reply = (message: Extract<ServerMessage, { type: "history" | "moment" }>) =>
    events.emit("message", message);
  return { past, events, sent, reply };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("[HST15] a page of the journal is read into rows, the unreadable among them too", async () => {
  const { past, sent, reply } = setup();
  const author = new Replica({ actor: 7, seed: 1 });
  for (let i = 0; i < 300; i++) author.commit([note], 1_000 + i);
  const delta = author.commit([note], 123_456_789);
  const asked = past.page(9);
  expect(sent).toEqual([{ type: "history", id: 1, before: 9, limit: 200 }]);
  const entry = { actor: 7, seq: delta.seq, time: delta.stamp.time, received: 123_456_800 };
  const bytes = encodeDelta(delta, { explicitActor: true, nowMs: 0 });
  reply({
    type: "history",
    id: 1,
    entries: [
      { ...entry, n: 8, delta: base64(bytes) },
      { ...entry, n: 7, via: 2, delta: "not base64!" },
      { ...entry, n: 6, delta: base64(Uint8Array.of(1, 2, 3)) },
    ],
    more: true,
    since: 500,
  });
  const unread = { stamp: { ...delta.stamp }, received: 123_456_800, writes: [] };
  expect(await asked).toEqual({
    rows: [
      { ...unread, n: 8, via: null, writes: delta.writes },
      { ...unread, n: 7, via: 2 },
      { ...unread, n: 6, via: null },
    ],
    more: true,
    since: 500,
    moments: [],
  });
});

test("[HST15] a moment is the registers of then", async () => {
  const { past, sent, reply } = setup();
  const author = new Replica({ actor: 7, seed: 1 });
  author.commit([note], 1_000);
  const snapshot = encodeSnapshot({
    registers: author.document.registers(),
    vector: author.vector,
    roomMs: 2_000,
  });
  const asked = past.moment(4);
  expect(sent).toEqual([{ type: "moment", id: 1, n: 4 }]);
  reply({ type: "moment", id: 1, n: 4, snapshot: base64(snapshot) });
  expect(await asked).toMatchObject([{ ...note, stamp: { time: 1_000, counter: 0, actor: 7 } }]);
  const unreadable = past.moment(5);
  reply({ type: "moment", id: 2, n: 5, snapshot: "AAAA" });
  await expect(unreadable).rejects.toMatchObject({ code: "REFUSED", reason: "UNREADABLE" });
});

test("[HST15] a refusal carries its reason, and a connection that goes ends the waiting", async () => {
  const { past, events, reply } = setup();
  const first = past.page(null);
  reply({ type: "history", id: 1, error: "UNAVAILABLE" });
  await expect(first).rejects.toMatchObject({ code: "REFUSED", reason: "UNAVAILABLE" });
  const waiting = [past.page(null), past.moment(1)];
  events.emit("closed", { retryMs: 1 });
  for (const each of waiting) await expect(each).rejects.toMatchObject({ code: "CLOSED" });
  past.close();
  past.close();
  await expect(past.page(null)).rejects.toMatchObject({ code: "CLOSED" });
  expect(vi.getTimerCount()).toBe(0);
});
