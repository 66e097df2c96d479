/** Who is told of the programme, and what the SFU is told to do. */
import { beforeEach, expect, test } from "vitest";
import { encodeDelta } from "#shared/document/codec.ts";
import type { Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { decodePong } from "#shared/protocol/frames.ts";
import type { Status } from "#shared/protocol/messages.ts";
import { roomTime } from "#shared/time/instants.ts";
import type { Room } from "./room.ts";
import { enter, type Page, settle, Stage } from "./test-stage.ts";

let stage: Stage;
let room: Room;
beforeEach(async () => {
  stage = new Stage();
  room = await stage.open("auto");
});

const FIT: Status = {
  clock: { state: "locked", offset: 0, errorBound: 0.001, rtt: 0.02 },
  rung: "sfu",
  direct: [],
  sound: "on",
  renderAhead: 0.1,
  fit: { late: 0, small: false },
};

async function perform(status: Status = FIT) {
  const one = await enter(room);
  room.status(one.actor, status);
  return one;
}

async function listen() {
  const one = await enter(room, "listener");
  await room.sfu(one.actor, "listener", { id: 1, method: "capabilities", params: {} });
  return one;
}

const flows = (actor: number, does = true): void =>
  stage.sfu.events.emit("programme", { actor, flows: does });
const pass = (seconds: number): void => {
  stage.time.now += seconds;
  room.tick();
};

test("[PRG13] everybody is told who broadcasts, on change and when they come, and the SFU what to do", async () => {
  const ada = await perform();
  const ben = await perform();
  pass(1);
  expect(ada.page.last("programme")).toBeUndefined();
  const listener = await listen();
  const named = { type: "programme", onAir: ada.actor, standBy: ben.actor };
  for (const { page } of [ada, ben, listener]) expect(page.last("programme")).toEqual(named);
  expect(stage.sfu.programme).toEqual({ named: [ada.actor, ben.actor], forwarded: [ada.actor] });
  const second = await listen();
  expect(second.page.last("programme")).toEqual(named);
  const told = listener.page.texts.length;
  flows(ada.actor);
  flows(ben.actor);
  pass(5);
  expect(listener.page.texts).toHaveLength(told);

  // Silent: at once.
  flows(ada.actor, false);
  expect(listener.page.last("programme")).toMatchObject({ onAir: ben.actor });
  expect(stage.sfu.programme?.forwarded).toEqual([ben.actor]);
  room.leave(ben.actor, ben.page);
  pass(12);
  expect(listener.page.last("programme")).toEqual({ type: "programme", onAir: ada.actor, standBy: null });

  for (const each of [listener, second]) room.leave(each.actor, each.page);
  expect(ada.page.last("programme")).toEqual({ type: "programme", onAir: null, standBy: null });
  expect(stage.sfu.programme).toEqual({ named: [], forwarded: [] });
  const late = await perform();
  expect(late.page.last("programme")).toBeUndefined();
});

test("[PRG13] without the SFU nobody is named", async () => {
  room = await stage.open("relay");
  const ada = await perform();
  await enter(room, "listener");
  pass(1);
  expect(ada.page.last("programme")).toBeUndefined();
});

test("[PRG8] who cannot is not named, and whose document was not the server's stands down for a while", async () => {
  const { fit: _fit, ...older } = FIT;
  const old = await perform(older);
  const ada = await perform();
  const ben = await perform();
  await listen();
  expect(old.page.last("programme")).toMatchObject({ onAir: ada.actor, standBy: ben.actor });
  for (const { actor } of [ada, ben]) flows(actor);
  room.ping(ada.actor, { id: 1, state: { tip: tipOf(ada), digest: 1 } });
  pass(3);
  expect(old.page.last("programme")).toMatchObject({ onAir: ben.actor });
});

/** What the server's vector comes to, as its pongs say. */
function tipOf({ actor, page }: { readonly actor: number; readonly page: Page }): number {
  room.ping(actor, { id: 1, state: { tip: 0, digest: 0 } });
  return decodePong(page.frames.at(-1) ?? new Uint8Array())?.tip ?? Number.NaN;
}

test("[PRG4] while the music plays the switch is told for a bar line ahead, with both forwarded round it", async () => {
  const ada = await perform();
  const ben = await perform();
  const start = 1_000;
  const playing = { base: { fromTime: roomTime(0), fromBeat: 0, tempo: 120, running: true }, next: null };
  const write: Write = { key: { kind: "room", field: "transport" }, value: playing };
  const { actor } = ada;
  const started = new Replica({ actor, seed: 1 }).commit([write], start);
  expect(
    room.delta(actor, encodeDelta(started, { explicitActor: false, nowMs: start }), "socket"),
  ).toBeNull();
  await settle();
  const listener = await listen();
  for (const each of [ada, ben]) flows(each.actor);
  pass(0.5);
  expect(room.control(actor, { type: "BROADCASTER", actor: ben.actor })).toBeNull();
  const { at = Number.NaN, ...switched } = listener.page.last("programme") ?? {};
  expect(switched).toMatchObject({ onAir: ben.actor, standBy: ada.actor });
  // The first that is 2 s away, of one every 2 s.
  expect(at).toBeCloseTo(4, 9);
  pass(1);
  expect(stage.sfu.programme?.forwarded).toEqual([ada.actor]);
  pass(1);
  expect(stage.sfu.programme?.forwarded).toEqual([ada.actor, ben.actor]);
  pass(3);
  expect(stage.sfu.programme?.forwarded).toEqual([ben.actor]);
});

test("[PRG14] a leader chooses who broadcasts, and lets the room choose again", async () => {
  const ada = await perform();
  const ben = await perform();
  const cem = await perform();
  const listener = await listen();
  for (const { actor } of [ada, ben]) flows(actor);
  const choose = (actor: number | null) => room.control(ada.actor, { type: "BROADCASTER", actor });
  expect(choose(999)).toBe("NOT_FOUND");
  expect(choose(listener.actor)).toBe("NOT_FOUND");
  expect(choose(cem.actor)).toBeNull();
  const chosen = { type: "programme", onAir: ada.actor, standBy: cem.actor, chosen: cem.actor };
  expect(listener.page.last("programme")).toEqual(chosen);
  // Nothing plays: at once.
  flows(cem.actor);
  expect(listener.page.last("programme")).toEqual({ ...chosen, onAir: cem.actor, standBy: ada.actor });
  expect(choose(null)).toBeNull();
  expect(listener.page.last("programme")).toEqual({
    type: "programme",
    onAir: cem.actor,
    standBy: ada.actor,
  });
});
