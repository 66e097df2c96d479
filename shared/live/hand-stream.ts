/**
 * One actor's frames in the order of their stamps, and where that hand is at any instant of its own time:
 * on the straight line between two frames, and where it was last while it rests.
 */
import { LIMITS } from "../protocol/limits.ts";
import { FRAME_INTERVAL } from "./hand.ts";
import type { LiveFrame, Movement } from "./movement.ts";
import { targetKey } from "./target.ts";

/** Seconds between two frames, none of them lost between, from which on the hand has rested meanwhile. */
const REST = 0.04;
/** Seconds that are bridged at most: over a longer hole the hand is held where it was. */
const BRIDGE = 0.25;
/** A stamp further from its arrival than this is of no use, or wrong. Seconds. */
const AHEAD = 0.5;
const BEHIND = 2;

interface Sample {
  readonly begunMs: number;
  readonly seq: number;
  /** Room time in seconds. */
  readonly stamp: number;
  readonly end: boolean;
  readonly movements: Map<string, Movement>;
}

/** A control in a hand. */
export interface Held {
  readonly movement: Movement;
  readonly travel: number;
  readonly begunMs: number;
  /** Room time of the newest frame that counts here. */
  readonly stamp: number;
  readonly ended: boolean;
}

/**
 * `late`: came after its turn, and of use as where the hand is now; `dropped`: after its turn, and something
 * newer is here; `repeated` and `refused` change nothing.
 */
export type Heard = "heard" | "late" | "dropped" | "repeated" | "refused";

export class HandStream {
  readonly #samples: Sample[] = [];
  #missed = 0;

  /** Frames that were not there when their turn came: lost or late. */
  get missed(): number {
    return this.#missed;
  }

  get frames(): number {
    return this.#samples.length;
  }

  /** Stamp of the newest frame; null without any. */
  get newest(): number | null {
    return this.#samples.at(-1)?.stamp ?? null;
  }

  /**
   * `playhead`: up to where this stream has been heard. Of frames that come after their turn only the newest
   * is of use, as where the hand is now. `need`: seconds from what is heard before this frame to its
   * arrival, where it tells something of the network.
   */
  hear(frame: LiveFrame, now: number, playhead: number): { readonly heard: Heard; readonly need?: number } {
    const stamp = (frame.begunMs + frame.sinceMs) / 1_000;
    if (stamp > now + AHEAD || stamp < now - BEHIND) return { heard: "refused" };
    const after = this.#samples.findLastIndex((each) => each.stamp <= stamp);
    const before = this.#samples[after];
    if (before?.stamp === stamp && before.begunMs === frame.begunMs) return { heard: "repeated" };
    const isNewest = after === this.#samples.length - 1;
    if (stamp <= playhead && !isNewest) return { heard: "dropped" };
    const { begunMs, seq, end } = frame;
    const movements = new Map(frame.movements.map((each) => [targetKey(each.target), each]));
    const sample: Sample = { begunMs, seq, stamp, end, movements };
    this.#samples.splice(after + 1, 0, sample);
    if (this.#samples.length > LIMITS.liveFrames) this.#samples.shift();
    const heard = stamp <= playhead ? "late" : "heard";
    return isNewest ? { heard, need: now - rampStart(before, sample) } : { heard };
  }

  /** Every control that is held at an instant of this stream's time. */
  *heldAt(playhead: number): IterableIterator<readonly [string, Held]> {
    const index = this.#samples.findLastIndex((each) => each.stamp <= playhead);
    const sample = this.#samples[index];
    if (!sample) return;
    const next = this.#samples[index + 1];
    const { begunMs, stamp, end: ended } = sample;
    for (const [key, movement] of sample.movements) {
      const travel = between(sample, next, key, playhead);
      yield [key, { movement, travel, begunMs, stamp, ended }];
    }
  }

  /** One control; null where it is not held. */
  at(key: string, playhead: number): Held | null {
    for (const [each, held] of this.heldAt(playhead)) if (each === key) return held;
    return null;
  }

  /** Forgets what was heard and is followed by something newer; without `keepLast` the newest too, once it is heard. */
  prune(playhead: number, { keepLast }: { readonly keepLast: boolean }): void {
    while (this.#samples.length > 1 && (this.#samples[1] as Sample).stamp <= playhead) {
      const [gone, next] = this.#samples as [Sample, Sample];
      if (gone.begunMs === next.begunMs) this.#missed += ((next.seq - gone.seq) & 0xff) - 1;
      this.#samples.shift();
    }
    const [last] = this.#samples;
    if (!keepLast && this.#samples.length === 1 && last && last.stamp <= playhead) this.#samples.pop();
  }

  /** Something newer than these frames has been written to the control. */
  drop(key: string, before: number): void {
    for (const sample of this.#samples) if (sample.stamp < before) sample.movements.delete(key);
  }
}

/** From when on the hand has been on its way from one frame to the next. */
function rampStart(from: Sample | undefined, to: Sample): number {
  if (!from || from.begunMs !== to.begunMs) return to.stamp;
  const gap = to.stamp - from.stamp;
  const hasRested = gap > REST && ((to.seq - from.seq) & 0xff) === 1;
  return hasRested || gap > BRIDGE ? to.stamp - FRAME_INTERVAL : from.stamp;
}

function between(from: Sample, to: Sample | undefined, key: string, time: number): number {
  const here = from.movements.get(key)?.travel ?? 0;
  const there = to?.begunMs === from.begunMs ? to.movements.get(key)?.travel : undefined;
  if (!to || there === undefined) return here;
  const start = rampStart(from, to);
  return time <= start ? here : here + ((there - here) * (time - start)) / (to.stamp - start);
}
