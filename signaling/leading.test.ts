import { expect, test } from "vitest";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import type { Role } from "#shared/protocol/messages.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { viewOf } from "#shared/room/shown-view.ts";
import type { Conducted } from "#shared/document/delta.ts";
import type { Room } from "./room.ts";
import { Page, Stage, entering, settle } from "./test-stage.ts";
import { Tokens } from "./tokens.ts";

const tokens = new Tokens(new Uint8Array(32));
const VIEW = { track: null, first: 4, octaves: 0, panel: null };

/** Comes in, as that member where one is given. */
async function enter(room: Room, role: Role, member?: number) {
  const page = new Page();
  const memberKey = member === undefined ? undefined : tokens.memberKey(room.id, member);
  const seat = await room.enter({ ...entering(role), memberKey }, page);
  if (!seat.ok) throw new Error(seat.error);
  return { page, actor: seat.value.actor, member: seat.value.member, role: seat.value.role };
}

/** The view that who comes now is brought to. */
async function shown(room: Room) {
  const { page, actor } = await enter(room, "listener");
  const snapshot = decodeSnapshot(page.frames[0] ?? new Uint8Array());
  room.leave(actor, page);
  if (!snapshot.ok) throw new Error(snapshot.error);
  const follow = [...snapshot.value.registers].find(
    ({ key }) => key.kind === "conducted" && key.deed === "follow",
  );
  return viewOf((follow?.value ?? []) as Conducted);
}

test("[LEAD19] a leader who is away for a while lets everybody go; a reload of theirs does not", async () => {
  const stage = new Stage();
  const room = await stage.open();
  const ada = await enter(room, "leader");
  expect(room.control(ada.actor, { type: "FOLLOW", view: VIEW })).toBeNull();
  await settle();
  room.leave(ada.actor, ada.page);
  room.tick();
  stage.time.now += LIMITS.leaderAway - 1;
  room.tick();
  const again = await enter(room, "leader", ada.member);
  stage.time.now += LIMITS.leaderAway;
  room.tick();
  await settle();
  expect(await shown(room)).toEqual(VIEW);
  room.leave(again.actor, again.page);
  room.tick();
  // Another leader is not the one who is followed.
  await enter(room, "leader");
  stage.time.now += LIMITS.leaderAway;
  room.tick();
  await settle();
  expect(await shown(room)).toBeNull();
});

test("[LEAD19] by a leader's link comes back as a leader who had handed the lead over, where nobody leads for a while", async () => {
  const stage = new Stage();
  const room = await stage.open();
  const ada = await enter(room, "leader");
  const ben = await enter(room, "performer");
  expect(room.control(ada.actor, { type: "LEAD", to: ben.actor })).toBeNull();
  room.leave(ada.actor, ada.page);
  const early = await enter(room, "leader", ada.member);
  expect(early.role).toBe("performer");
  room.leave(early.actor, early.page);
  room.leave(ben.actor, ben.page);
  room.tick();
  stage.time.now += LIMITS.leaderAway;
  expect((await enter(room, "leader", ada.member)).role).toBe("leader");
  // The link has taken it.
  expect((await enter(room, "performer", ben.member)).role).toBe("performer");
});
