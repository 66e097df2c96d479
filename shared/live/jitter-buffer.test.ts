import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../lib/random.ts";
import { LIMITS } from "../protocol/limits.ts";
import { roomTime } from "../time/instants.ts";
import { JitterBuffer, POINT_INTERVAL } from "./jitter-buffer.ts";
import type { LiveFrame } from "./movement.ts";
import {
  asDelayChoice,
  boundsOf,
  type DelayBounds,
  FIXED_DELAY,
  fixedDelay,
  TIGHT_DELAY,
  USUAL_DELAY,
} from "./playout-delay.ts";
import type { Target } from "./target.ts";

const cutoff: Target = { track: 1, kind: "param", index: 1 };
const REACH = 0.05;
const AHEAD = 0.02;
const FRAME = 1 / 60;

const frame = (at: number, travel: number, changes: Partial<LiveFrame> = {}): LiveFrame => ({
  actor: null,
  begunMs: 100_000,
  sinceMs: Math.round(at * 1_000) - (changes.begunMs ?? 100_000),
  seq: Math.round((at - 100) / FRAME) & 0xff,
  end: false,
  movements: [{ target: cutoff, travel }],
  ...changes,
});

interface Arrival {
  readonly at: number;
  readonly actor: number;
  readonly frame: LiveFrame;
}
interface Point {
  readonly time: number;
  readonly travel: number;
  readonly askedAt: number;
}

/** What comes out of it when it is asked every 12 ms from second 99.9 to `until`; `between` is done before each asking. */
function play(
  buffer: JitterBuffer,
  arrivals: readonly Arrival[],
  until: number,
  options: { readonly turn?: (now: number) => number; readonly between?: (now: number) => void } = {},
): { points: Point[]; released: Target[] } {
  const { turn = () => 0.012, between = () => {} } = options;
  const due = arrivals.toSorted((a, b) => a.at - b.at);
  const points: Point[] = [];
  const released: Target[] = [];
  for (let now = 99.9; now < until; now += turn(now)) {
    while (due[0] && due[0].at <= now) {
      const { at, actor, frame: each } = due.shift() as Arrival;
      buffer.hear(actor, each, roomTime(at));
    }
    between(now);
    const taken = buffer.take(roomTime(now), REACH, AHEAD);
    released.push(...taken.released);
    for (const { time, values } of taken.instants)
      for (const { travel } of values) points.push({ time, travel, askedAt: now });
  }
  return { points, released };
}

/** A second's turn from 0 to 1, sent 60 times a second; `wait` null loses a frame. */
const ramp = (wait: (index: number) => number | null, actor = 1): Arrival[] =>
  Array.from({ length: 61 }, (_, index) => {
    const stamp = 100 + index * FRAME;
    const delay = wait(index);
    const each = frame(stamp, index / 60, { end: index === 60, seq: index & 0xff });
    return delay === null ? [] : [{ at: stamp + delay, actor, frame: each }];
  }).flat();

/** Waits by chance: up to `most` seconds, and a share of `lost`. */
const weather = fc
  .record({
    seed: fc.nat(),
    most: fc.double({ min: 0, max: 0.25, noNaN: true }),
    lost: fc.constantFrom(0, 0.05, 0.5),
  })
  .map(({ seed, most, lost }) => {
    const random = seededRandom(seed);
    return () => (random() < lost ? null : most * random());
  });

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

  test("[LIV16] a choice made in mid-gesture is in force at once and reached in half a second, without a jump", () => {
    for (const [from, to] of [
      [fixedDelay(0.3), fixedDelay(0.1)],
      [fixedDelay(0.1), fixedDelay(0.3)],
      [USUAL_DELAY, TIGHT_DELAY],
      [TIGHT_DELAY, USUAL_DELAY],
    ] as const) {
      const buffer = new JitterBuffer({ delay: from });
      let chosenAt: number | null = null;
      const { points } = play(
        buffer,
        ramp(() => 0.005),
        101.6,
        {
          between: (now) => {
            if (now >= 100.4 && chosenAt === null) {
              chosenAt = now;
              buffer.setDelay(to);
            }
            const delay = buffer.delay ?? Number.NaN;
            if (chosenAt !== null && now > chosenAt + 0.5)
              expect(delay >= to.least && delay <= to.most).toBe(true);
          },
        },
      );
      for (const [i, { travel }] of points.entries()) {
        if (i === 0) continue;
        // A turn of the whole range a second, heard at one and a half times its pace at most.
        const step = travel - (points[i - 1]?.travel ?? 0);
        expect(step).toBeGreaterThanOrEqual(-1e-6);
        expect(step).toBeLessThanOrEqual(1.5 * POINT_INTERVAL + 1e-3);
      }
      expect(points.at(-1)?.travel).toBeCloseTo(1, 3);
    }
  });

  test("[LIV16] whatever is chosen whenever, the laws of order, time, delay and memory hold", () => {
    const choice = fc.record({
      at: fc.double({ min: 99.9, max: 101.5, noNaN: true }),
      bounds: fc.oneof(
        fc.constantFrom(USUAL_DELAY, TIGHT_DELAY),
        fc.double({ min: FIXED_DELAY.min, max: FIXED_DELAY.max, noNaN: true }).map(fixedDelay),
      ),
    });
    fc.assert(
      fc.property(weather, fc.array(choice, { maxLength: 5 }), (wait, choices) => {
        const arrivals = ramp(wait);
        const first = Math.min(...arrivals.map((each) => each.frame.sinceMs)) / 1_000 + 100;
        const buffer = new JitterBuffer();
        const due = choices.toSorted((a, b) => a.at - b.at);
        const inForce: DelayBounds[] = [USUAL_DELAY];
        const { points } = play(buffer, arrivals, 103, {
          between: (now) => {
            while (due[0] && due[0].at <= now) {
              const { bounds } = due.shift() as (typeof due)[number];
              inForce.push(bounds);
              buffer.setDelay(bounds);
            }
            const delay = buffer.delay ?? inForce[0]?.most ?? 0;
            expect(delay).toBeGreaterThanOrEqual(Math.min(...inForce.map(({ least }) => least)));
            expect(delay).toBeLessThanOrEqual(Math.max(...inForce.map(({ most }) => most)));
            expect(buffer.frames).toBeLessThanOrEqual(LIMITS.liveFrames);
          },
        });
        const least = Math.min(...inForce.map((each) => each.least));
        let last: Point | null = null;
        for (const point of points) {
          const { time, travel, askedAt } = point;
          expect(time).toBeGreaterThan(last?.time ?? 0);
          expect(time).toBeGreaterThanOrEqual(askedAt + REACH - 1e-9);
          expect(time).toBeLessThanOrEqual(askedAt + REACH + AHEAD + 1e-9);
          expect(time).toBeGreaterThanOrEqual(first + least - 1e-9);
          expect(travel).toBeGreaterThanOrEqual((last?.travel ?? 0) - 0.02);
          last = point;
        }
      }),
      { numRuns: 100 },
    );
  });

  test("[LIV16] whatever a browser has kept is a choice, within its bounds", () => {
    fc.assert(
      fc.property(fc.anything(), (kept) => {
        const { least, most } = boundsOf(asDelayChoice(kept));
        expect(least >= 0 && least <= most && most <= FIXED_DELAY.max).toBe(true);
      }),
    );
    expect(asDelayChoice({ kind: "fixed", seconds: 0.0806 })).toEqual({ kind: "fixed", seconds: 0.081 });
    expect(asDelayChoice({ kind: "fixed", seconds: 9 })).toEqual({ kind: "fixed", seconds: FIXED_DELAY.max });
    expect(asDelayChoice({ kind: "fixed" })).toEqual({ kind: "automatic" });
    for (const kind of ["automatic", "tight"] as const) expect(asDelayChoice({ kind })).toEqual({ kind });
  });
});
