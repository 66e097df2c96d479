import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RoomTime, roomTime } from "../time/instants.ts";
import {
  beatAt,
  fold,
  holdsFrom,
  isPlaying,
  isRunning,
  nextAtPhase,
  phase,
  setTempo,
  startPlayback,
  stopPlayback,
  stoppedTimeline,
  tempoAt,
  type Timeline,
  timeOfBeat,
  transportLead,
} from "./timeline.ts";

const LEAD = 0.25;
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const tempo = real(20, 400);

interface Change {
  readonly after: number;
  readonly lead: number;
  readonly change: "start" | "stop" | number;
}

/** What people do to a transport, each some time after the one before. */
const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    after: real(0, 2),
    lead: real(0.2, 0.4),
    change: fc.oneof(fc.constant("start" as const), fc.constant("stop" as const), tempo),
  }),
  { maxLength: 12 },
);

/** A timeline after these changes, and the instant of the last. */
function play(list: readonly Change[]): {
  timeline: Timeline;
  now: RoomTime;
} {
  let timeline = stoppedTimeline(120);
  let now = roomTime(10);
  for (const { after, lead, change } of list) {
    now = roomTime(now + after);
    if (change === "start") timeline = startPlayback(timeline, now, lead) ?? timeline;
    else if (change === "stop") timeline = stopPlayback(timeline, now, lead) ?? timeline;
    else timeline = setTempo(timeline, change, now, lead);
  }
  return { timeline, now };
}

const started = (): Timeline => startPlayback(stoppedTimeline(120), roomTime(10), LEAD) as Timeline;

describe("[TL1] while it runs, beats and room time are a bijection", () => {
  test("[TL1] the instant of a beat is where that beat is", () => {
    fc.assert(
      fc.property(changes, real(0, 20), (list, ahead) => {
        const { timeline, now } = play(list);
        const time = roomTime(now + ahead);
        if (!isRunning(timeline, time)) return;
        const beat = beatAt(timeline, time);
        expect(timeOfBeat(timeline, beat, time)).toBeCloseTo(time, 6);
      }),
    );
  });

  test("[TL1] a beat on either side of a tempo change has its exact instant", () => {
    const timeline = setTempo(started(), 60, roomTime(11), LEAD);
    const change = timeline.next?.fromTime ?? 0;
    const beat = timeline.next?.fromBeat ?? 0;
    expect(timeOfBeat(timeline, beat)).toBe(change);
    expect(timeOfBeat(timeline, beat + 1)).toBeCloseTo(change + 1, 9);
    expect(timeOfBeat(timeline, beat - 1)).toBeCloseTo(change - 0.5, 9);
  });

  test("[TL1] a beat that does not come, or stands, has no instant", () => {
    expect(timeOfBeat(stoppedTimeline(120), 0)).toBeNull();
    const stopped = stopPlayback(started(), roomTime(12), LEAD) as Timeline;
    expect(timeOfBeat(stopped, 100)).toBeNull();
    expect(timeOfBeat(started(), 1, roomTime(50))).toBeNull();
  });
});

describe("[TL2] a start begins at beat 0 of a new segment, a lead ahead", () => {
  test("[TL2] nothing runs before its instant, beat 0 is at it", () => {
    const timeline = started();
    expect(isRunning(timeline, roomTime(10.24))).toBe(false);
    expect(isPlaying(timeline, roomTime(10))).toBe(true);
    expect(beatAt(timeline, roomTime(10.25))).toBe(0);
    expect(beatAt(timeline, roomTime(10.75))).toBeCloseTo(1, 9);
  });

  test("[TL2] a start while running or about to, and a stop while stopped or about to, change nothing", () => {
    fc.assert(
      fc.property(changes, real(0, 3), (list, after) => {
        const { timeline, now } = play(list);
        const then = roomTime(now + after);
        const twice = isPlaying(timeline, then)
          ? startPlayback(timeline, then, LEAD)
          : stopPlayback(timeline, then, LEAD);
        expect(twice).toBeNull();
      }),
    );
  });

  test("[TL2] a start and a stop lead to what they say, whatever was pending", () => {
    fc.assert(
      fc.property(changes, (list) => {
        const { timeline, now } = play(list);
        const later = roomTime(now + 5);
        const playing = startPlayback(timeline, now, LEAD) ?? timeline;
        const stopped = stopPlayback(timeline, now, LEAD) ?? timeline;
        expect(isRunning(playing, later)).toBe(true);
        expect(isRunning(stopped, later)).toBe(false);
      }),
    );
  });

  test("[TL2] a stop takes a start that is still ahead back, and nothing of it runs", () => {
    const stopped = stopPlayback(started(), roomTime(10.05), LEAD) as Timeline;
    for (let t = 10; t < 12; t += 0.01) expect(isRunning(stopped, roomTime(t))).toBe(false);
  });

  test("[TL2] a start while a stop is ahead restarts at beat 0 without a gap", () => {
    const stopping = stopPlayback(started(), roomTime(15), LEAD) as Timeline;
    const again = startPlayback(stopping, roomTime(15.05), LEAD) as Timeline;
    for (let t = 15.05; t < 16; t += 0.01) expect(isRunning(again, roomTime(t))).toBe(true);
    expect(beatAt(again, roomTime(15.05 + LEAD))).toBe(0);
  });
});

describe("[TL3] a tempo change keeps the beat continuous", () => {
  test("[TL3] at every instant, also with changes pending, the beat moves no faster than the tempi allow", () => {
    const drag = fc.array(fc.record({ after: real(0.02, 0.6), lead: real(0.2, 0.4), change: tempo }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(drag, (list) => {
        const { timeline } = play([
          { after: 0, lead: 0.2, change: "start" },
          { after: 1, lead: 0.2, change: 120 },
          ...list,
        ]);
        const { base, next } = timeline;
        if (!next) return;
        const before = base.fromBeat + ((next.fromTime - base.fromTime) * base.tempo) / 60;
        expect(next.fromBeat).toBeCloseTo(before, 6);
      }),
    );
  });

  test("[TL3] a change while another is pending takes that one back whole, or lets it happen whole", () => {
    fc.assert(
      fc.property(tempo, tempo, real(0, 0.4), real(0.2, 0.4), (first, second, after, lead) => {
        const pending = setTempo(started(), first, roomTime(20), LEAD);
        const now = roomTime(20 + after);
        const changed = setTempo(pending, second, now, lead);
        if (changed === pending) return;
        const holds = holdsFrom(changed, now);
        const from = changed.next?.fromTime as RoomTime;
        expect(from).toBeGreaterThanOrEqual(now + lead);
        expect(beatAt(changed, holds)).toBeCloseTo(beatAt(pending, holds), 6);
        expect([120, first]).toContain(tempoAt(changed, holds));
        expect(tempoAt(changed, roomTime(from + 1))).toBe(second);
      }),
    );
  });

  test("[TL3] while nothing runs the tempo changes at once; a start that is ahead takes it along", () => {
    const slow = setTempo(stoppedTimeline(120), 60, roomTime(5), LEAD);
    expect(tempoAt(slow, roomTime(5))).toBe(60);
    const pending = setTempo(started(), 60, roomTime(10.05), LEAD);
    expect(beatAt(pending, roomTime(11.25))).toBeCloseTo(1, 9);
  });

  test("[TL3] the same tempo again is the same timeline, and a stop keeps the newest tempo", () => {
    const timeline = started();
    expect(setTempo(timeline, 120, roomTime(20), LEAD)).toBe(timeline);
    const stopped = stopPlayback(
      setTempo(timeline, 90, roomTime(20), LEAD),
      roomTime(20.1),
      LEAD,
    ) as Timeline;
    expect(tempoAt(stopped, roomTime(30))).toBe(90);
  });
});

describe("[TL4] what is ahead holds from its very instant on", () => {
  test("[TL4] a stop: the beat stands where it came to", () => {
    const stopped = stopPlayback(started(), roomTime(12), LEAD) as Timeline;
    const at = stopped.next?.fromTime as RoomTime;
    expect(isRunning(stopped, roomTime(at - 1e-6))).toBe(true);
    expect(isRunning(stopped, at)).toBe(false);
    expect(beatAt(stopped, roomTime(99))).toBeCloseTo(4, 9);
  });

  test("[TL4] every change is a lead ahead, and until then all is as it was", () => {
    fc.assert(
      fc.property(changes, (list) => {
        const { timeline, now } = play(list);
        const stopped = stopPlayback(timeline, now, LEAD);
        if (!stopped?.next || fold(timeline, now).next) return;
        expect(stopped.next.fromTime).toBe(now + LEAD);
        expect(beatAt(stopped, now)).toBe(beatAt(timeline, now));
      }),
    );
  });

  test("[TL5] folding what is past changes no beat from then on", () => {
    fc.assert(
      fc.property(changes, real(0, 2), real(0, 5), (list, after, ahead) => {
        const { timeline, now } = play(list);
        const then = roomTime(now + after);
        const time = roomTime(then + ahead);
        expect(beatAt(fold(timeline, then), time)).toBe(beatAt(timeline, time));
      }),
    );
  });
});

test("[TL6] the lead is two round trips of the slowest and 150 ms, within 200 and 400 ms", () => {
  expect(transportLead([])).toBe(0.2);
  const near = (rtt: number) => ({ rtt, renderAhead: 0.03 });
  expect(transportLead([near(0.01), near(0.06)])).toBeCloseTo(0.27, 9);
  expect(transportLead([near(3)])).toBe(0.4);
  expect(transportLead([near(0.06), { rtt: 0.01, renderAhead: 0.14 }])).toBeCloseTo(0.37, 9);
});

describe("[TL7] phase arithmetic", () => {
  test("[TL7] a phase is within its quantum, also below 0 and without a grid", () => {
    fc.assert(
      fc.property(real(-1e6, 1e6), real(0.01, 64), (beat, quantum) => {
        const p = phase(beat, quantum);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThan(quantum);
      }),
    );
    expect(phase(-1, 4)).toBe(3);
    expect(phase(3, 0)).toBe(0);
  });

  test("[TL7] the next beat at a phase has that phase and is less than a quantum away", () => {
    fc.assert(
      fc.property(
        real(-1e4, 1e4),
        real(-1e4, 1e4),
        fc.integer({ min: 1, max: 64 }),
        (from, target, quantum) => {
          const next = nextAtPhase(from, target, quantum);
          expect(next - from).toBeGreaterThanOrEqual(0);
          expect(next - from).toBeLessThan(quantum);
          const apart = Math.abs(phase(next, quantum) - phase(target, quantum));
          expect(Math.min(apart, quantum - apart)).toBeLessThan(1e-6);
        },
      ),
    );
    expect(nextAtPhase(5, 0, 4)).toBe(8);
    expect(nextAtPhase(5.5, 1, 0)).toBe(5.5);
  });
});
