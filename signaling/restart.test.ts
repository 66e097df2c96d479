/** What is there again when the server has been away. */
import { readdir, writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { expect, test } from "vitest";
import { encodeDelta } from "#shared/document/codec.ts";
import { ERRORS } from "#shared/protocol/errors.ts";
import { FRAME } from "#shared/protocol/frames.ts";
import { join, makeRoom, note, replicaOf, TestClient } from "./test-client.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();

test("[RES1] everybody is told when to come back, and room, people and document are there again", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.performer, { name: "Ada" });
  const nowMs = Math.floor(ada.welcome.roomTime * 1000);
  const replica = replicaOf(ada.welcome, ada.snapshot);
  ada.client.sendBinary(encodeDelta(replica.commit([note(7)], nowMs), { explicitActor: false, nowMs }));
  await ada.client.frame((byte) => byte === FRAME.have);
  await house.server.close();
  const { afterMs } = await ada.client.text("retry");
  expect(afterMs).toBeGreaterThanOrEqual(200);
  expect(afterMs).toBeLessThanOrEqual(2_000);
  expect(await ada.client.closed()).toBe(ERRORS.RESTART.close);

  await house.start();
  const { memberKey, actor, actorKey, member } = ada.welcome;
  const again = await join(house.server.url, links.performer, { memberKey, resume: { actor, actorKey } });
  expect(again.welcome).toMatchObject({ member, actor });
  expect(again.welcome.roster).toMatchObject([{ name: "Ada" }]);
  expect(again.welcome.authors).toEqual([{ actor, member, name: "Ada", color: 0 }]);
  expect(again.welcome.clockEpoch).not.toBe(ada.welcome.clockEpoch);
  expect(again.welcome.roomTime).toBeGreaterThanOrEqual(ada.welcome.roomTime);
  expect(replicaOf(again.welcome, again.snapshot).document.digest()).toBe(replica.document.digest());
  const ben = await join(house.server.url, links.performer);
  expect(ben.welcome.actor).toBeGreaterThan(actor);
  expect(ben.welcome.member).toBeGreaterThan(member);
});

test("[SRV5] a server that is back goes on in the time that was held over, for everybody", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.performer);
  await house.server.close();
  await house.start();
  const { memberKey, actor, actorKey } = ada.welcome;
  // As if the wall clock had been set back by a minute and a half while the server was away.
  const clock = { roomTime: ada.welcome.roomTime + 90, errorBound: 0.01 };
  const again = await join(house.server.url, links.performer, {
    memberKey,
    resume: { actor, actorKey },
    clock,
  });
  expect(again.welcome.roomTime).toBeGreaterThanOrEqual(clock.roomTime - 0.001);
  expect(again.welcome.roomTime).toBeLessThan(clock.roomTime + 30);
  const ben = await join(house.server.url, links.performer, { clock: { roomTime: 5, errorBound: 0.01 } });
  expect(ben.welcome.roomTime).toBeGreaterThanOrEqual(again.welcome.roomTime);
  await house.server.close();
  await house.start();
  const late = await join(house.server.url, links.performer);
  expect(late.welcome.roomTime).toBeGreaterThanOrEqual(ben.welcome.roomTime);
});

test("[RES2] a damaged room is unknown, and the others live", async () => {
  const [broken, whole] = [await makeRoom(house.server.url), await makeRoom(house.server.url)];
  await house.server.close();
  await writeFile(joinPath(house.dataDir, "rooms", `${broken.room}.db`), "garbage");
  await house.start();
  const client = await new TestClient(house.server.url).opened();
  client.hello(broken.links.performer);
  expect((await client.text("error")).code).toBe("ROOM_UNKNOWN");
  await join(house.server.url, whole.links.performer);
  expect(await readdir(joinPath(house.dataDir, "rooms"))).toContain(`${broken.room}.db.corrupt`);
});
