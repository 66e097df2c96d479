import { expect, test } from "vitest";
import type { Segment } from "#shared/music/timeline.ts";
import { roomTime } from "#shared/time/instants.ts";
import { heardBeat } from "./heard-beat.ts";

const segment = (fromTime: number, running: boolean, tempo = 120): Segment => ({
  fromTime: roomTime(fromTime),
  fromBeat: 0,
  tempo,
  running,
});

test("before a start that is ahead the beats count down to it, at its tempo", () => {
  const timeline = { base: segment(0, false, 90), next: segment(10, true) };
  expect(heardBeat(timeline, roomTime(9))).toEqual({ beat: -2, tempo: 120, running: false });
  expect(heardBeat(timeline, roomTime(10))).toEqual({ beat: 0, tempo: 120, running: true });
  expect(heardBeat(timeline, roomTime(11))).toEqual({ beat: 2, tempo: 120, running: true });
});

test("a stop that is ahead changes nothing yet, and what stands says where", () => {
  const timeline = { base: segment(0, true), next: { ...segment(10, false, 90), fromBeat: 20 } };
  expect(heardBeat(timeline, roomTime(9))).toEqual({ beat: 18, tempo: 120, running: true });
  expect(heardBeat(timeline, roomTime(12))).toEqual({ beat: 20, tempo: 90, running: false });
});

test("without a jam or without room time nothing has begun", () => {
  expect(heardBeat(undefined, roomTime(9))).toEqual({ beat: 0, tempo: 120, running: false });
  const timeline = { base: segment(0, true, 90), next: null };
  expect(heardBeat(timeline, null)).toEqual({ beat: 0, tempo: 90, running: false });
});
