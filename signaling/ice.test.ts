import { expect, test } from "vitest";
import { CREDENTIAL_SECONDS, iceServersFor, RENEW_SECONDS, turnCredential } from "./ice.ts";
import { enter, Stage } from "./test-stage.ts";

const TURN = { urls: ["turn:t.example:3478"], secret: "north wind" };

test("[ICE2] a user name is when it ends and whose it is, and the password its HMAC-SHA1 by the secret", () => {
  // By `printf '1700000000:room.3' | openssl dgst -sha1 -hmac 'north wind' -binary | base64`.
  expect(turnCredential("north wind", "room.3", 1_700_000_000)).toEqual({
    username: "1700000000:room.3",
    credential: "6RxAuIZJKG3t9ZFElOkfINh+Rpw=",
  });
});

test("[ICE2] made credentials come after the servers that are the same for everybody", () => {
  const stun = { urls: ["stun:s.example"] };
  const servers = iceServersFor({ fixed: [stun], turn: TURN }, "room.3", 1_700_000_000_900, 300);
  expect(servers).toEqual([
    stun,
    { urls: TURN.urls, ...turnCredential("north wind", "room.3", 1_700_000_300) },
  ]);
  expect(iceServersFor({ fixed: [stun], turn: null }, "room.3", 0)).toEqual([stun]);
});

test("[ICE3] every welcome has credentials of its own, and who stays gets new ones in time", async () => {
  const stage = new Stage();
  stage.ice = { fixed: [], turn: TURN };
  stage.rooms = stage.newRooms();
  const room = await stage.open();
  const { page, actor } = await enter(room);
  const other = await enter(room);
  const expiry = (username: string | undefined) => Number(username?.split(":")[0]);
  const given = page.last("welcome")?.iceServers[0];
  expect(given?.username).toBe(`${stage.time.now + CREDENTIAL_SECONDS}:${room.id}.${actor}`);
  expect(other.page.last("welcome")?.iceServers[0]?.username).not.toBe(given?.username);

  stage.time.now += RENEW_SECONDS - 1;
  room.tick();
  expect(page.last("iceServers")).toBeUndefined();
  stage.time.now += 1;
  room.tick();
  const renewed = page.last("iceServers")?.iceServers[0];
  expect(renewed?.username).toBe(`${stage.time.now + CREDENTIAL_SECONDS}:${room.id}.${actor}`);
  // What is held is good for at least as long again, so that the next ones come in time.
  expect(expiry(given?.username) - stage.time.now).toBeGreaterThanOrEqual(RENEW_SECONDS);
  const told = page.texts.length;
  room.tick();
  expect(page.texts.length).toBe(told);
});

test("[ICE3] nobody is told anything anew where nothing ends", async () => {
  const stage = new Stage();
  const room = await stage.open();
  const { page } = await enter(room);
  stage.time.now += 10 * RENEW_SECONDS;
  room.tick();
  expect(page.last("iceServers")).toBeUndefined();
});
