/** Who is told of sound that somebody sends, and what a leader may do about it. */
import * as v from "valibot";
import { beforeEach, expect, test } from "vitest";
import { LIMITS } from "#shared/protocol/limits.ts";
import { ClientMessage } from "#shared/protocol/messages.ts";
import { enter, Stage } from "./test-stage.ts";

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

const MIX = { input: false, mix: true, mixHasInput: false };
const BOTH = { input: true, mix: true, mixHasInput: true };

test("[STR3] what somebody sends is told to the others, and to who comes later", async () => {
  const room = await stage.open("sfu");
  const ada = await enter(room);
  const ben = await enter(room);
  room.air(ada.actor, MIX);
  expect(ben.page.last("air")).toEqual({ type: "air", from: ada.actor, ...MIX });
  expect(ada.page.last("air")).toBeUndefined();
  const cem = await enter(room);
  expect(cem.page.last("air")).toEqual({ type: "air", from: ada.actor, ...MIX });
  room.air(ada.actor, { input: false, mix: false, mixHasInput: false });
  expect(cem.page.last("air")).toMatchObject({ from: ada.actor, mix: false });
  const dee = await enter(room);
  expect(dee.page.last("air")).toBeUndefined();
});

test("[STR3] who leaves sends nothing any more, and what is no news is not told", async () => {
  const room = await stage.open("sfu");
  const ada = await enter(room);
  const ben = await enter(room);
  room.air(ada.actor, MIX);
  const told = ben.page.texts.length;
  room.air(ada.actor, MIX);
  // A mix cannot carry an input that is not there.
  room.air(ada.actor, { ...MIX, mixHasInput: true });
  expect(ben.page.texts).toHaveLength(told);
  room.leave(ada.actor, ada.page);
  const cem = await enter(room);
  expect(cem.page.last("air")).toBeUndefined();
});

test("[STR4] a leader takes an input off the air, its owner is told, and nobody puts another's on", async () => {
  const room = await stage.open("sfu");
  const ada = await enter(room);
  const ben = await enter(room);
  await room.sfu(ada.actor, "performer", { id: 1, method: "capabilities", params: {} });
  expect(room.control(ben.actor, { type: "INPUT_MUTE", actor: ada.actor })).toBe("NOT_FOUND");
  room.air(ada.actor, BOTH);
  expect(room.control(ben.actor, { type: "INPUT_MUTE", actor: ada.actor })).toBeNull();
  for (const { page } of [ada, ben])
    expect(page.last("air")).toEqual({ type: "air", from: ada.actor, ...MIX });
  expect(stage.sfu.inputsClosed).toEqual([ada.actor]);
  expect(room.control(ben.actor, { type: "INPUT_MUTE", actor: ada.actor })).toBe("NOT_FOUND");
  // Its owner may go live again.
  room.air(ada.actor, BOTH);
  expect(ben.page.last("air")).toMatchObject(BOTH);
});

test("[ROUTE12] which tracks a mix carries is told where it is news, and goes with the mix", async () => {
  const room = await stage.open("sfu");
  const ada = await enter(room);
  const ben = await enter(room);
  room.air(ada.actor, { ...MIX, parts: [3, 1, 3] });
  expect(ben.page.last("air")).toEqual({ type: "air", from: ada.actor, ...MIX, parts: [3, 1] });
  const told = ben.page.texts.length;
  room.air(ada.actor, { ...MIX, parts: [3, 1] });
  expect(ben.page.texts).toHaveLength(told);
  room.air(ada.actor, { ...MIX, parts: [] });
  expect(ben.page.last("air")).toMatchObject({ parts: [] });
  room.air(ada.actor, MIX);
  expect(ben.page.last("air")).toEqual({ type: "air", from: ada.actor, ...MIX });
  room.air(ada.actor, { ...MIX, input: true, mix: false, parts: [3] });
  expect(ben.page.last("air")?.parts).toBeUndefined();
  const many = Array.from({ length: LIMITS.tracks + 1 }, (_, track) => track);
  const message = { type: "air", ...MIX, parts: many };
  expect(v.safeParse(ClientMessage, message).success).toBe(false);
  expect(v.safeParse(ClientMessage, { ...message, parts: many.slice(1) }).success).toBe(true);
});
