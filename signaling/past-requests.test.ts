/** Questions about a room's past: asked of a room, and over a real socket. */
import { expect, test } from "vitest";
import { decodeDelta, decodeVector, encodeDelta } from "#shared/document/codec.ts";
import { FRAME } from "#shared/protocol/frames.ts";
import type { Role } from "#shared/protocol/messages.ts";
import { silentLog } from "./log.ts";
import { type PastQuestion, PastRequests } from "./past-requests.ts";
import { join, makeRoom, note, replicaOf } from "./test-client.ts";
import { serverForEachTest } from "./test-server.ts";
import { Stage } from "./test-stage.ts";

const house = serverForEachTest();

test("[HST2] history and moments come over the WebSocket, also after a restart, and a listener gets none", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.performer);
  const replica = replicaOf(ada.welcome, ada.snapshot);
  const digests = [replica.document.digest()];
  for (let step = 1; step <= 5; step++) {
    const delta = replica.commit([note(step)], 1_000 + step);
    digests.push(replica.document.digest());
    ada.client.sendBinary(encodeDelta(delta, { explicitActor: false, nowMs: 0 }));
  }
  const acknowledged = async () => {
    const have = decodeVector(await ada.client.frame((byte) => byte === FRAME.have));
    return have.ok && have.value.has(replica.actor, 5);
  };
  while (!(await acknowledged()));
  await house.server.close();
  await house.start();
  const ben = await join(house.server.url, links.leader);
  ben.client.send({ type: "history", id: 1, limit: 3 });
  const page = await ben.client.text("history");
  expect(page).toMatchObject({ id: 1, more: true, since: 0 });
  expect(page.entries?.map(({ n, seq, actor }) => [n, seq, actor])).toEqual([
    [5, 5, replica.actor],
    [4, 4, replica.actor],
    [3, 3, replica.actor],
  ]);
  const [newest] = page.entries ?? [];
  const frame = new Uint8Array(Buffer.from(newest?.delta ?? "", "base64"));
  expect(decodeDelta(frame, replica.context(null, 0))).toMatchObject({ ok: true, value: { seq: 5 } });
  ben.client.send({ type: "history", id: 2, before: 3, limit: 200 });
  expect(await ben.client.text("history")).toMatchObject({ more: false, entries: [{ n: 2 }, { n: 1 }] });
  for (const [n, digest] of digests.entries()) {
    ben.client.send({ type: "moment", id: 3, n });
    const { snapshot } = await ben.client.text("moment");
    expect(
      replicaOf(ben.welcome, new Uint8Array(Buffer.from(snapshot ?? "", "base64"))).document.digest(),
    ).toBe(digest);
  }
  ben.client.send({ type: "moment", id: 4, n: 6 });
  expect(await ben.client.text("moment")).toEqual({ type: "moment", id: 4, error: "NOT_FOUND" });
  const eve = await join(house.server.url, links.listener);
  eve.client.send({ type: "history", id: 5, limit: 1 });
  expect(await eve.client.text("history")).toEqual({ type: "history", id: 5, error: "FORBIDDEN" });
  eve.client.send({ type: "history", id: 6, limit: 201 });
  expect((await eve.client.text("error")).code).toBe("MALFORMED");
});

test("[HST3] the past is for those who play, not too often, and what cannot be had is said", async () => {
  const stage = new Stage();
  const room = await stage.open();
  const requests = new PastRequests(stage.time.now, silentLog());
  const ask = (role: Role, question: PastQuestion) => requests.ask(room, role, question, stage.time.now);
  const history: PastQuestion = { type: "history", id: 4, limit: 10 };
  expect(await ask("listener", history)).toEqual({ type: "history", id: 4, error: "FORBIDDEN" });
  expect(await ask("performer", history)).toMatchObject({ type: "history", id: 4, entries: [], since: 0 });
  const moment = (n: number) => ask("leader", { type: "moment", id: 5, n });
  expect(await moment(3)).toEqual({ type: "moment", id: 5, n: 3, snapshot: "AA==" });
  expect(await moment(9)).toEqual({ type: "moment", id: 5, error: "NOT_FOUND" });
  expect(await moment(10)).toEqual({ type: "moment", id: 5, error: "UNAVAILABLE" });
  for (let i = 4; i < 10; i++) await moment(3);
  expect(await moment(3)).toEqual({ type: "moment", id: 5, error: "RATE" });
  stage.time.now += 0.5;
  expect(await moment(3)).toMatchObject({ n: 3 });
});
