/** Over real sockets: stamps from ahead, earlier lives, hearsay, and a document that is not what it should be. */
import { beforeEach, expect, test } from "vitest";
import { decodeVector, encodeDelta, encodeVector } from "#shared/document/codec.ts";
import { MAX_AHEAD_MS } from "#shared/document/held.ts";
import { ERRORS } from "#shared/protocol/errors.ts";
import { encodePing, FRAME } from "#shared/protocol/frames.ts";
import { isDelta, join, makeRoom, replicaOf, type TestClient } from "./test-client.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();
let links: Awaited<ReturnType<typeof makeRoom>>["links"];
beforeEach(async () => {
  ({ links } = await makeRoom(house.server.url));
});

const isHave = (byte: number) => byte === FRAME.have;
const swing = (value: number) => [{ key: { kind: "room", field: "swing" }, value }] as const;

async function whenAnswered(client: TestClient): Promise<void> {
  client.sendBinary(encodePing({ id: 9 }));
  await client.frame((byte) => byte === FRAME.pong);
}

test("[DLV28] a stamp more than a minute ahead ends the connection with STAMP_AHEAD, and nobody hears of it", async () => {
  const ada = await join(house.server.url, links.performer);
  const ben = await join(house.server.url, links.performer);
  const replica = replicaOf(ada.welcome, ada.snapshot);
  const delta = replica.commit(swing(70), ada.welcome.roomTime * 1_000 + MAX_AHEAD_MS + 10_000);
  ada.client.sendBinary(encodeDelta(delta, { explicitActor: false, nowMs: 0 }));
  expect((await ada.client.text("error")).code).toBe("STAMP_AHEAD");
  expect(await ada.client.closed()).toBe(ERRORS.STAMP_AHEAD.close);
  await whenAnswered(ben.client);
  expect(ben.client.pending().filter((received) => "binary" in received)).toEqual([]);
});

test("[DLV31] edits of an earlier life come in by who proves it, and are acknowledged", async () => {
  const ada = await join(house.server.url, links.performer);
  const delta = replicaOf(ada.welcome, ada.snapshot).commit(swing(70), ada.welcome.roomTime * 1_000);
  const bytes = encodeDelta(delta, { explicitActor: true, nowMs: 0 });
  const { memberKey, actor, actorKey } = ada.welcome;
  const forger = await join(house.server.url, links.performer, { earlier: [{ actor, actorKey: "forged" }] });
  forger.client.sendBinary(bytes);
  await whenAnswered(forger.client);
  expect(house.server.counters.get("deltas.refused")).toBe(1);
  const again = await join(house.server.url, links.performer, { memberKey, earlier: [{ actor, actorKey }] });
  again.client.sendBinary(bytes);
  const acknowledged = decodeVector(await again.client.frame(isHave));
  expect(acknowledged.ok && acknowledged.value.has(actor, delta.seq)).toBe(true);
  expect((await forger.client.frame(isDelta)).length).toBe(bytes.length);
});

test("[DLV29] what an author who is gone left with a peer is asked for, and comes to the others", async () => {
  const ada = await join(house.server.url, links.performer);
  const ben = await join(house.server.url, links.performer);
  const cyd = await join(house.server.url, links.performer);
  const replica = replicaOf(ada.welcome, ada.snapshot);
  const delta = replica.commit(swing(70), ada.welcome.roomTime * 1_000);
  ada.client.socket.close();
  await ben.client.text("left");
  ben.client.sendBinary(encodeVector(replica.vector));
  await ben.client.frame(isHave);
  const bytes = encodeDelta(delta, { explicitActor: true, nowMs: 0 });
  ben.client.sendBinary(bytes);
  expect(await cyd.client.frame(isDelta)).toEqual(bytes);
  expect(house.server.counters.get("deltas.hearsay")).toBe(1);
});

test("[DLV37] a ping whose vector agrees and whose digest does not is answered with the document, and counted", async () => {
  const { client, welcome, snapshot } = await join(house.server.url, links.performer);
  const replica = replicaOf(welcome, snapshot);
  const state = { tip: replica.vector.hash(), digest: replica.document.digestLow };
  client.sendBinary(encodePing({ id: 1, state }));
  await client.frame((byte) => byte === FRAME.pong);
  expect(house.server.counters.get("digests.differ")).toBe(0);
  client.sendBinary(encodePing({ id: 2, state: { ...state, digest: state.digest + 1 } }));
  const replacement = await client.frame((byte) => byte === FRAME.replacement);
  expect(replacement.subarray(8)).toEqual(snapshot.subarray(8));
  expect(house.server.counters.get("digests.differ")).toBe(1);
});
