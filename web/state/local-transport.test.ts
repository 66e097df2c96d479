import { expect, test } from "vitest";
import { JamDocument } from "#shared/document/document.ts";
import { isPlaying, tempoAt } from "#shared/music/timeline.ts";
import { Command } from "#shared/protocol/commands.ts";
import { roomTime } from "#shared/time/instants.ts";
import * as v from "valibot";
import { isTransportCommand, LocalTransport } from "./local-transport.ts";

const START = v.parse(Command, { type: "PLAYBACK_START" });
const STOP = v.parse(Command, { type: "PLAYBACK_STOP" });
const TEMPO = v.parse(Command, { type: "TEMPO_SET", tempo: 97 });
const at = (seconds: number) => ({ now: roomTime(seconds), lead: 0.2, actor: 3 });

test("[OFF6] start, stop and tempo move the music here and leave the room's document alone", () => {
  const room = new JamDocument(1);
  const before = room.digest();
  const transport = new LocalTransport();
  expect(transport.over(room.jam())).toBe(room.jam());
  expect(transport.dispatch(START, room, at(10))).toEqual({ ok: true, value: true });
  expect(transport.dispatch(TEMPO, room, at(20))).toEqual({ ok: true, value: true });
  const heard = transport.over(room.jam());
  expect(isPlaying(heard.timeline, roomTime(30))).toBe(true);
  expect(tempoAt(heard.timeline, roomTime(30))).toBe(97);
  expect(transport.over(room.jam())).toBe(heard);
  expect(isPlaying(room.jam().timeline, roomTime(30))).toBe(false);
  expect(room.digest()).toBe(before);
});

test("[OFF6] a stop takes the room's own start for what it stops, and the room's counts again at its return", () => {
  const room = new JamDocument(1);
  const started = new LocalTransport();
  started.dispatch(START, room, at(10));
  room.merge([
    {
      key: { kind: "room", field: "transport" },
      value: started.over(room.jam()).timeline,
      stamp: { time: 10_000, counter: 0, actor: 1 },
    },
  ]);
  const transport = new LocalTransport();
  transport.dispatch(STOP, room, at(20));
  expect(isPlaying(transport.over(room.jam()).timeline, roomTime(30))).toBe(false);
  expect(transport.end()).toBe(true);
  expect(isPlaying(transport.over(room.jam()).timeline, roomTime(30))).toBe(true);
  expect(transport.end()).toBe(false);
});

test("[OFF6] no other command is the transport's", () => {
  expect([START, STOP, TEMPO].every(isTransportCommand)).toBe(true);
  expect(isTransportCommand(v.parse(Command, { type: "SWING_SET", swing: 60 }))).toBe(false);
});
