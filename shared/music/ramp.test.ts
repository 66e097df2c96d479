/** A tempo that ramps keeps the timeline's laws. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { roomTime } from "../time/instants.ts";
import {
  beatAt,
  beatOf,
  isPlaying,
  rampTempo,
  type Segment,
  setTempo,
  settledTempo,
  startPlayback,
  stopPlayback,
  stoppedTimeline,
  tempoAt,
  tempoOf,
  type Timeline,
  timeOf,
  timeOfBeat,
} from "./timeline.ts";

const LEAD = 0.3;
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const tempo = real(20, 400);
const beats = fc.integer({ min: 1, max: 256 });
const ramping: fc.Arbitrary<Segment> = fc.record({
  fromTime: real(0, 1e5).map(roomTime),
  fromBeat: real(0, 1e4),
  tempo,
  running: fc.constant(true),
  ramp: fc.record({ to: tempo, beats }),
});

const running: Timeline = {
  base: { fromTime: roomTime(10), fromBeat: 0, tempo: 120, running: true },
  next: null,
};

test("[LEAD2] through a ramp beats and time are a bijection, before it, in it and after it", () => {
  fc.assert(
    fc.property(ramping, real(-100, 1000), (segment, beatsOn) => {
      const beat = segment.fromBeat + beatsOn;
      expect(Math.abs(beatOf(segment, timeOf(segment, beat)) - beat)).toBeLessThan(1e-6);
    }),
  );
});

test("[LEAD2] in a ramp the beat goes on without a gap and the tempo evenly from one to the other", () => {
  fc.assert(
    fc.property(ramping, real(0, 1), real(1e-4, 1e-3), (segment, part, moment) => {
      const { fromTime, fromBeat, ramp } = segment;
      const end = timeOf(segment, fromBeat + (ramp?.beats ?? 0));
      const at = roomTime(fromTime + part * (end - fromTime));
      const [slow, fast] = [Math.min(segment.tempo, ramp?.to ?? 0), Math.max(segment.tempo, ramp?.to ?? 0)];
      expect(tempoOf(segment, at)).toBeCloseTo(segment.tempo + part * ((ramp?.to ?? 0) - segment.tempo), 4);
      for (const edge of [at, fromTime, end]) {
        const moved = beatOf(segment, roomTime(edge + moment)) - beatOf(segment, edge);
        expect(moved).toBeGreaterThan((slow * moment) / 60 - 1e-6);
        expect(moved).toBeLessThan((fast * moment) / 60 + 1e-6);
      }
      expect(tempoOf(segment, roomTime(end + 1))).toBeCloseTo(ramp?.to ?? 0, 9);
    }),
  );
});

test("[LEAD2] a ramp begins on its beat and has come to its tempo so many beats later, which then stays", () => {
  const ramped = rampTempo(running, { to: 180, beats: 16, fromBeat: 8 }, roomTime(12), LEAD);
  expect(settledTempo(ramped)).toBe(180);
  expect(beatAt(ramped, roomTime(14))).toBeCloseTo(8, 9);
  expect(tempoAt(ramped, roomTime(13.9))).toBe(120);
  // 16 beats at a mean of 150 are 6.4 seconds.
  expect(timeOfBeat(ramped, 24)).toBeCloseTo(20.4, 9);
  expect(tempoAt(ramped, roomTime(17.2))).toBeCloseTo(150, 9);
  expect(beatAt(ramped, roomTime(21.4))).toBeCloseTo(27, 9);
});

test("[LEAD2] while nothing runs, and where the beat will not come, a ramp is a tempo at once", () => {
  const to = { to: 90, beats: 16, fromBeat: 8 };
  expect(rampTempo(stoppedTimeline(120), to, roomTime(5), LEAD)).toEqual(stoppedTimeline(90));
  const stopping = stopPlayback(running, roomTime(12), LEAD) as Timeline;
  expect(rampTempo(stopping, to, roomTime(12), LEAD)).toEqual(setTempo(stopping, 90, roomTime(12), LEAD));
  expect(rampTempo(running, { ...to, to: 120 }, roomTime(12), LEAD).next).not.toHaveProperty("ramp");
});

test("[LEAD2] whatever people do in a ramp, the beat goes on, and a start has the tempo that was meant", () => {
  const change = fc.oneof(fc.constantFrom("start" as const, "stop" as const), tempo);
  fc.assert(
    fc.property(tempo, beats, change, real(0, 60), (to, length, what, after) => {
      const ramped = rampTempo(running, { to, beats: length, fromBeat: 8 }, roomTime(12), LEAD);
      const now = roomTime(12 + after);
      const changed =
        what === "start"
          ? (startPlayback(ramped, now, LEAD) ?? ramped)
          : what === "stop"
            ? (stopPlayback(ramped, now, LEAD) as Timeline)
            : setTempo(ramped, what, now, LEAD);
      for (let ahead = 0; ahead < 0.29; ahead += 0.01) {
        const time = roomTime(now + ahead);
        expect(beatAt(changed, time)).toBeCloseTo(beatAt(ramped, time), 6);
      }
      if (typeof what === "number") expect(settledTempo(changed)).toBe(what);
      if (what !== "stop") return;
      const again = startPlayback(changed, roomTime(now + 5), LEAD) as Timeline;
      expect(isPlaying(again, roomTime(now + 6))).toBe(true);
      expect(tempoAt(again, roomTime(now + 6))).toBe(to);
    }),
  );
});
