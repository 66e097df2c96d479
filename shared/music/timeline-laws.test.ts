/** The laws of a transport change among people: what it takes back, from when on it holds, who hears of it too late. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RoomTime, roomTime } from "../time/instants.ts";
import {
  beatAt,
  type Distance,
  holdsFrom,
  isLate,
  isRunning,
  setTempo,
  startPlayback,
  stopPlayback,
  stoppedTimeline,
  tempoAt,
  type Timeline,
  transportLead,
} from "./timeline.ts";

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const tempo = real(20, 400);
/** Performers whom the lead covers, and how far ahead their browsers hand notes over. */
const performer = fc
  .tuple(real(0, 0.125), real(0, 1))
  .map(([trip, slowness]) => ({ rtt: trip, renderAhead: 0.04 + slowness * (0.125 - trip) }));
const reachOf = ({ renderAhead }: Distance): number => Math.max(REACH, renderAhead + 0.08);
const REACH = 0.12;
const T0 = roomTime(100);

const start = (timeline: Timeline, now: number, lead: number): Timeline =>
  startPlayback(timeline, roomTime(now), lead) ?? timeline;
const stop = (timeline: Timeline, now: number, lead: number): Timeline =>
  stopPlayback(timeline, roomTime(now), lead) ?? timeline;
const later = (time: RoomTime, seconds: number): RoomTime => roomTime(time + seconds);

/** Runs at 120 since a while ago. */
const running = start(stoppedTimeline(120), 50, 0.2);

describe("[TL14] a change is taken back only while everybody can still hear of it", () => {
  test("[TL14] a start that is taken back is in nobody's hands yet, one that stands runs and is then stopped", () => {
    fc.assert(
      fc.property(performer, real(0, 0.4), (slowest, after) => {
        const lead = transportLead([slowest]);
        const started = start(stoppedTimeline(120), T0, lead);
        const now = later(T0, Math.min(after, lead - 1e-3));
        const stopped = stop(started, now, lead);
        const begins = (started.next as NonNullable<Timeline["next"]>).fromTime;
        if (stopped.next === null) {
          expect(isRunning(stopped, later(now, 1))).toBe(false);
          // Who hears of it a round trip later has not handed its first note over.
          expect(begins - now - slowest.rtt).toBeGreaterThan(reachOf(slowest));
        } else {
          expect(holdsFrom(stopped, now)).toBe(begins);
          expect(beatAt(stopped, later(begins, 0.01))).toBeCloseTo(0.02, 9);
          expect(stopped.next).toMatchObject({ fromTime: now + lead, running: false });
          // It was made a round trip ago, so everybody knows of it.
          expect(now - T0).toBeGreaterThan(slowest.rtt);
        }
      }),
    );
  });

  test("[TL14] a tempo change that stands is heard whole: no tempo in between that nobody asked for", () => {
    fc.assert(
      fc.property(performer, tempo, tempo, real(0, 0.4), (slowest, first, second, after) => {
        const lead = transportLead([slowest]);
        const pending = setTempo(running, first, T0, lead);
        const now = later(T0, Math.min(after, lead - 1e-3));
        const changed = setTempo(pending, second, now, lead);
        for (let ahead = 0; ahead < 1; ahead += 0.03) {
          const time = later(holdsFrom(changed, now), ahead);
          expect([120, first, second]).toContain(tempoAt(changed, time));
        }
      }),
    );
  });

  test("[TL14] a tempo given just before a start is heard after it, the beat continuous", () => {
    const started = start(stoppedTimeline(120), T0, 0.2);
    const changed = setTempo(started, 60, later(T0, 0.15), 0.2);
    expect(holdsFrom(changed, later(T0, 0.15))).toBe(T0 + 0.2);
    expect(tempoAt(changed, later(T0, 0.3))).toBe(120);
    expect(tempoAt(changed, later(T0, 0.36))).toBe(60);
    expect(beatAt(changed, later(T0, 0.35))).toBeCloseTo(0.3, 9);
  });

  test("[TL14] a start just before a stop's instant is heard after it, with a gap that all have", () => {
    const stopped = stop(running, T0, 0.2);
    const again = start(stopped, T0 + 0.15, 0.2);
    expect(isRunning(again, later(T0, 0.25))).toBe(false);
    expect(beatAt(again, later(T0, 0.85))).toBeCloseTo(1, 9);
  });

  test("[TL14] a base ahead holds from its instant on, and never further ahead than the longest lead", () => {
    expect(holdsFrom(running, T0)).toBe(T0);
    const base = { fromTime: roomTime(1e9), fromBeat: 0, tempo: 120, running: true };
    expect(holdsFrom({ base, next: null }, T0)).toBe(T0 + 0.4);
  });
});

describe("[TL15] a change is late for whom the music jumps", () => {
  test("[TL15] what is known a release lead before its instant is not late, what is known after it is", () => {
    fc.assert(
      fc.property(tempo, real(0.2, 0.4), real(0, 2), (bpm, lead, after) => {
        const now = later(T0, after);
        const changes = [
          [running, setTempo(running, bpm, T0, lead)],
          [running, stop(running, T0, lead)],
          [stoppedTimeline(120), start(stoppedTimeline(120), T0, lead)],
        ] as const;
        for (const [before, changed] of changes) {
          if (!changed.next || Math.abs(bpm - 120) < 1) continue;
          const left = changed.next.fromTime - now;
          if (left > REACH + 1e-6) expect(isLate(before, changed, now, REACH)).toBe(false);
          if (left < -1e-3) expect(isLate(before, changed, now, REACH)).toBe(true);
        }
      }),
    );
  });

  test("[TL15] nothing is late that says the same, or that comes from oneself", () => {
    fc.assert(
      fc.property(tempo, real(0.2, 0.4), real(0, 1), (bpm, lead, after) => {
        const now = later(T0, after);
        for (const timeline of [running, stoppedTimeline(90), setTempo(running, bpm, T0, lead)]) {
          expect(isLate(timeline, timeline, now, REACH)).toBe(false);
          for (const own of [setTempo(timeline, 77, now, lead), stop(timeline, now, lead)])
            expect(isLate(timeline, own, now, REACH)).toBe(false);
          expect(isLate(timeline, start(timeline, now, lead), now, REACH)).toBe(false);
        }
      }),
    );
  });

  test("[TL15] a start heard of before its instant is not late, although its first notes are due", () => {
    const before = stoppedTimeline(120);
    const started = start(before, T0, 0.2);
    expect(isLate(before, started, later(T0, 0.19), REACH)).toBe(false);
    expect(isLate(before, started, later(T0, 0.21), REACH)).toBe(true);
  });
});
