import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../lib/random.ts";
import { LIMITS } from "../protocol/limits.ts";
import { roomTime } from "../time/instants.ts";
import { AHEAD, type Arrival, cutoff, frame, FRAME, play, ramp, REACH, weather } from "./test-gestures.ts";
import { JitterBuffer, POINT_INTERVAL } from "./jitter-buffer.ts";
import type { LiveFrame } from "./movement.ts";
import { fixedDelay, TIGHT_DELAY, USUAL_DELAY } from "./playout-delay.ts";
import type { Target } from "./target.ts";

describe("the jitter buffer", () => {
  test("[LIV5] on a good network a gesture comes out as it was made, its delay later, at points 4 ms apart", () => {
    const buffer = new JitterBuffer({ delay: fixedDelay(0.12) });
    const { points } = play(
      buffer,
      ramp((index) => (index % 7) / 1_000),
      101.5,
    );
    for (const { time, travel } of points) expect(travel).toBeCloseTo(Math.min(1, time - 0.12 - 100), 2);
    for (const [i, { time }] of points.entries())
      if (i > 0) expect(time - (points[i - 1]?.time ?? 0)).toBeCloseTo(POINT_INTERVAL, 6);
    expect(buffer.counts).toEqual({ heard: 61, late: 0, dropped: 0, repeated: 0, refused: 0, missed: 0 });
  });

  test("[LIV5] whatever the network does, points come in order, once, never too late and never before their time", () => {
    fc.assert(
      fc.property(weather, fc.constantFrom(USUAL_DELAY, TIGHT_DELAY, fixedDelay(0.1)), (wait, delay) => {
        const arrivals = ramp(wait);
        const buffer = new JitterBuffer({ delay });
        const first = Math.min(...arrivals.map((each) => each.frame.sinceMs)) / 1_000 + 100;
        const { points } = play(buffer, arrivals, 102.5);
        let last = 0;
        for (const { time, travel, askedAt } of points) {
          expect(time).toBeGreaterThan(last);
          last = time;
          expect(time).toBeGreaterThanOrEqual(askedAt + REACH - 1e-9);
          expect(time).toBeLessThanOrEqual(askedAt + REACH + AHEAD + 1e-9);
          expect(time).toBeGreaterThanOrEqual(first + delay.least - 1e-9);
          // Nothing is heard before it was done and waited for.
          expect(travel).toBeLessThanOrEqual(Math.max(0, time - delay.least - 100) + FRAME + 1e-4);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("[LIV6] however wild the network, a turn one way goes back by a fiftieth of the range at most", () => {
    fc.assert(
      fc.property(weather, (wait) => {
        const { points } = play(new JitterBuffer({ delay: TIGHT_DELAY }), ramp(wait), 102.5);
        for (const [i, { travel }] of points.entries())
          if (i > 0) expect(travel).toBeGreaterThanOrEqual((points[i - 1]?.travel ?? 0) - 0.02);
      }),
      { numRuns: 60 },
    );
  });

  test("[LIV6] the delay stays within its bounds, grows by a tenth of the time at most, and shrinks only at rest", () => {
    const buffer = new JitterBuffer({ delay: USUAL_DELAY });
    const wait = (index: number) => (index < 30 ? 0.002 : 0.09);
    let before: { now: number; delay: number } | null = null;
    play(buffer, ramp(wait), 103, {
      between: (now) => {
        const delay = buffer.delayOf(1);
        if (delay === null) return;
        expect(delay).toBeGreaterThanOrEqual(USUAL_DELAY.least);
        expect(delay).toBeLessThanOrEqual(USUAL_DELAY.most);
        if (before && now < 101.1) {
          expect(delay - before.delay).toBeGreaterThanOrEqual(0);
          expect(delay - before.delay).toBeLessThanOrEqual((now - before.now) * 0.1 + 0.002);
        }
        before = { now, delay };
      },
    });
    expect(buffer.delayOf(1)).toBeGreaterThan(0.16);
  });

  test("[LIV6] no delay leaves its bounds, and nothing that came in time is heard later than the most of them", () => {
    const calm = fc.record({ seed: fc.nat(), most: fc.double({ min: 0, max: 0.05, noNaN: true }) });
    fc.assert(
      fc.property(
        calm,
        fc.constantFrom(USUAL_DELAY, TIGHT_DELAY, fixedDelay(0.15)),
        ({ seed, most }, bounds) => {
          const random = seededRandom(seed);
          const buffer = new JitterBuffer({ delay: bounds });
          const { points } = play(
            buffer,
            ramp(() => most * random()),
            102,
            {
              between: () => {
                const delay = buffer.delay ?? bounds.most;
                expect(delay >= bounds.least && delay <= bounds.most).toBe(true);
              },
            },
          );
          for (const { time, travel } of points)
            expect(travel).toBeGreaterThanOrEqual(Math.min(1, time - bounds.most - 100 - FRAME) - 1e-3);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("[LIV7] a lost frame is bridged, a late one is counted and changes nothing behind it", () => {
    const buffer = new JitterBuffer({ delay: fixedDelay(0.12) });
    const arrivals = ramp((index) => (index === 20 || index === 21 ? null : index === 40 ? 0.2 : 0.005));
    const { points } = play(buffer, arrivals, 101.5);
    for (const { time, travel } of points) expect(travel).toBeCloseTo(Math.min(1, time - 0.12 - 100), 2);
    expect(points.length).toBeGreaterThan(240);
    expect(buffer.counts).toMatchObject({ late: 0, dropped: 1, missed: 3 });
    expect(buffer.hear(1, arrivals[3]?.frame as LiveFrame, roomTime(110))).toBe("refused");
  });

  test("[LIV7] after a rest the hand goes on from where it rested", () => {
    const buffer = new JitterBuffer({ delay: fixedDelay(0.12) });
    const arrivals = [
      frame(100, 0.2, { seq: 0 }),
      frame(100.05, 0.2, { seq: 1 }),
      frame(101, 0.8, { seq: 2 }),
    ];
    const { points } = play(
      buffer,
      arrivals.map((each) => ({ at: (each.begunMs + each.sinceMs) / 1_000 + 0.005, actor: 1, frame: each })),
      101.5,
    );
    expect(points.filter(({ time }) => time > 100.2 && time < 101.1)).toEqual([]);
    expect(points.find(({ travel }) => travel > 0.79)?.time).toBeCloseTo(101.12, 2);
  });

  test("[LIV8] of two hands on one control the one that began later is heard, in whatever order they come", () => {
    const hands = [3, 5].map((actor) =>
      Array.from({ length: 60 }, (_, index): Arrival => {
        const begunMs = actor === 3 ? 100_200 : 100_000;
        const stamp = begunMs / 1_000 + index * FRAME;
        return { at: stamp + 0.01, actor, frame: frame(stamp, actor / 10, { begunMs, seq: index }) };
      }),
    );
    const [later, earlier] = hands as [Arrival[], Arrival[]];
    for (const arrivals of [
      [...later, ...earlier],
      [...earlier, ...later],
    ]) {
      const { points } = play(new JitterBuffer({ delay: fixedDelay(0.1) }), arrivals, 101.1);
      expect(points.at(-1)?.travel).toBeCloseTo(0.3, 3);
      expect(points[0]?.travel).toBeCloseTo(0.5, 3);
    }
  });

  test("[LIV8] two hands on one pad: at every instant both its controls are the same hand's", () => {
    const res: Target = { ...cutoff, index: 2 };
    const buffer = new JitterBuffer({ delay: fixedDelay(0.1) });
    const hand = (actor: number, begunMs: number) =>
      Array.from({ length: 40 }, (_, index): Arrival => {
        const stamp = begunMs / 1_000 + index * FRAME;
        const travel = actor / 10;
        const movements = [cutoff, res].map((target) => ({ target, travel }));
        return { at: stamp + 0.01, actor, frame: frame(stamp, 0, { begunMs, seq: index, movements }) };
      });
    const due = [...hand(3, 100_200), ...hand(5, 100_000)].toSorted((a, b) => a.at - b.at);
    const last = new Map<number, number>();
    for (let now = 99.9; now < 101.2; now += 0.012) {
      while (due[0] && due[0].at <= now) {
        const { at, actor, frame: each } = due.shift() as Arrival;
        buffer.hear(actor, each, roomTime(at));
      }
      for (const { values } of buffer.take(roomTime(now), REACH, AHEAD).instants) {
        for (const { target, travel } of values) last.set(target.index, travel);
        expect(last.get(cutoff.index)).toBeCloseTo(last.get(res.index) ?? Number.NaN, 9);
      }
    }
    expect(last.get(cutoff.index)).toBeCloseTo(0.3, 3);
  });

  test("[LIV8] my own later hand silences another's, and a write is newer than every frame before it", () => {
    const held = ramp(() => 0.005).slice(0, 30);
    const mine = new JitterBuffer({ delay: fixedDelay(0.1) });
    mine.hold(cutoff, { begunMs: 100_100, actor: 9 });
    expect(play(mine, held, 101).points).toEqual([]);
    const written = new JitterBuffer({ delay: fixedDelay(0.1) });
    const { points, released } = play(written, held, 102, { between: () => written.wrote(cutoff, 100.3) });
    expect(points.some(({ time }) => time > 100.36 && time < 100.4)).toBe(true);
    expect(released).toEqual([]);
    const after = play(written, [], 103, { between: () => written.wrote(cutoff, 100.8) });
    expect(after.released).toEqual([cutoff]);
    expect(written.isActive).toBe(false);
  });

  test("[LIV8] who lets go is followed by the document, at once if its edit is here, and who leaves is gone", () => {
    const ended = new JitterBuffer({ delay: fixedDelay(0.1) });
    let gone = 0;
    play(
      ended,
      ramp(() => 0.005),
      103,
      {
        between: (now) => {
          if (now > 101.2 && gone === 0 && !ended.isMoved(cutoff)) gone = now;
        },
      },
    );
    expect(gone).toBeGreaterThan(101.9);
    const left = new JitterBuffer({ delay: fixedDelay(0.1) });
    play(left, ramp(() => 0.005).slice(0, 30), 100.6);
    expect(left.isMoved(cutoff)).toBe(true);
    left.leave(1);
    expect(left.take(roomTime(100.7), REACH, AHEAD).released).toEqual([cutoff]);
  });

  test("[LIV9] what waits is bounded, whatever comes, and nothing throws", () => {
    const arrival = fc.record({
      at: fc.double({ min: 99, max: 104, noNaN: true }),
      actor: fc.integer({ min: 1, max: 100 }),
      frame: fc.record({
        actor: fc.constant(null),
        begunMs: fc.integer({ min: 98_000, max: 105_000 }),
        sinceMs: fc.integer({ min: 0, max: 0xffff }),
        seq: fc.integer({ min: 0, max: 255 }),
        end: fc.boolean(),
        movements: fc.constant([{ target: cutoff, travel: 0.5 }]),
      }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 300 }), (arrivals) => {
        const buffer = new JitterBuffer();
        play(buffer, arrivals, 104, {
          between: () => expect(buffer.frames).toBeLessThanOrEqual(LIMITS.liveHands * LIMITS.liveFrames),
        });
      }),
      { numRuns: 30 },
    );
    const one = new JitterBuffer();
    for (let i = 0; i < 1_000; i++) one.hear(1, frame(100.2 + i / 10_000, 0.5), roomTime(100));
    expect(one.frames).toBe(LIMITS.liveFrames);
    for (let actor = 2; actor < 200; actor++) one.hear(actor, frame(100.2, 0.5), roomTime(100));
    expect(one.frames).toBeLessThan(LIMITS.liveFrames + LIMITS.liveHands);
    for (let track = 0; track < 3_000; track++) one.wrote({ ...cutoff, track }, 100 + track / 10_000);
    expect(one.writes).toBe(LIMITS.liveWrites);
  });

  test("[LIV9] under any slew of the clock points stay in order, and a turn one way goes one way", () => {
    const clock = fc.record({
      ppm: fc.double({ min: -1_000, max: 1_000, noNaN: true }),
      seed: fc.nat(),
      delay: fc.constantFrom(USUAL_DELAY, TIGHT_DELAY, fixedDelay(0.1)),
    });
    fc.assert(
      fc.property(clock, ({ ppm, seed, delay }) => {
        const random = seededRandom(seed);
        // The sender's clock is right; mine says of each instant `rate` times what has passed of it.
        const rate = 1 + ppm / 1e6;
        const arrivals = ramp(() => 0.02 * random()).map((each) => ({
          ...each,
          at: 100 + (each.at - 100) * rate,
        }));
        const turn = () => (0.012 + 0.006 * random()) * rate;
        const { points } = play(new JitterBuffer({ delay }), arrivals, 102, { turn });
        for (const [i, { time, travel }] of points.entries()) {
          const before = points[i - 1];
          if (!before) continue;
          expect(time).toBeGreaterThan(before.time);
          expect(travel).toBeGreaterThanOrEqual(before.travel - 0.005);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("[LIV9] a clock that is slewed, or a receiver that stalls, brings no point twice and none of the past", () => {
    const random = seededRandom(4);
    const buffer = new JitterBuffer();
    const turn = (): number => (random() < 0.1 ? 0.3 * random() : 0.012 * (1 + 0.001 * (random() - 0.5)));
    const { points } = play(
      buffer,
      ramp(() => 0.02 * random()),
      102,
      { turn },
    );
    for (const [i, { time, askedAt }] of points.entries()) {
      if (i > 0) expect(time).toBeGreaterThan(points[i - 1]?.time ?? 0);
      expect(time).toBeGreaterThanOrEqual(askedAt + REACH - 1e-9);
    }
    expect(points.length).toBeGreaterThan(50);
  });
});
