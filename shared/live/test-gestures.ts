/** Gestures as the jitter buffer's tests play them: a hand's frames, how they arrive, and what comes out. */
import fc from "fast-check";
import { seededRandom } from "../lib/random.ts";
import { roomTime } from "../time/instants.ts";
import type { JitterBuffer } from "./jitter-buffer.ts";
import type { LiveFrame } from "./movement.ts";
import type { Target } from "./target.ts";

export const cutoff: Target = { track: 1, kind: "param", index: 1 };
export const REACH = 0.05;
export const AHEAD = 0.02;
export const FRAME = 1 / 60;

export const frame = (at: number, travel: number, changes: Partial<LiveFrame> = {}): LiveFrame => ({
  actor: null,
  begunMs: 100_000,
  sinceMs: Math.round(at * 1_000) - (changes.begunMs ?? 100_000),
  seq: Math.round((at - 100) / FRAME) & 0xff,
  end: false,
  movements: [{ target: cutoff, travel }],
  ...changes,
});

export interface Arrival {
  readonly at: number;
  readonly actor: number;
  readonly frame: LiveFrame;
}
export interface Point {
  readonly time: number;
  readonly travel: number;
  readonly askedAt: number;
}

/** What comes out of it when it is asked every 12 ms from second 99.9 to `until`; `between` is done before each asking. */
export function play(
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
export const ramp = (wait: (index: number) => number | null, actor = 1): Arrival[] =>
  Array.from({ length: 61 }, (_, index) => {
    const stamp = 100 + index * FRAME;
    const delay = wait(index);
    const each = frame(stamp, index / 60, { end: index === 60, seq: index & 0xff });
    return delay === null ? [] : [{ at: stamp + delay, actor, frame: each }];
  }).flat();

/** A network by chance: seconds up to `most`, null for a share of `lost`. */
export function weatherOf({ seed, most, lost }: { seed: number; most: number; lost: number }) {
  const random = seededRandom(seed);
  return (): number | null => (random() < lost ? null : most * random());
}

export const weather = fc
  .record({
    seed: fc.nat(),
    most: fc.double({ min: 0, max: 0.25, noNaN: true }),
    lost: fc.constantFrom(0, 0.05, 0.5),
  })
  .map(weatherOf);
