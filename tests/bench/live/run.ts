/**
 * One gesture through one network, in virtual time: a hand at 60 frames a second on one side, on the other
 * what the engine is given and when. Room time is true time; each side's clock of it is a little wrong.
 */
import { type Random, seededRandom } from "#shared/lib/random.ts";
import { Hand } from "#shared/live/hand.ts";
import { JitterBuffer, POINT_INTERVAL } from "#shared/live/jitter-buffer.ts";
import { decodeLive, encodeLive } from "#shared/live/movement.ts";
import type { DelayBounds } from "#shared/live/playout-delay.ts";
import type { Target } from "#shared/live/target.ts";
import { roomTime } from "#shared/time/instants.ts";
import { type Gesture, SECONDS } from "./gestures.ts";
import type { Way } from "./network.ts";

/** A value and the instant from which it is heard. */
export interface Output {
  readonly time: number;
  readonly travel: number;
}

export interface Played {
  readonly outputs: readonly Output[];
  /** Payload of all frames, and how many there were. */
  readonly bytes: number;
  readonly frames: number;
  /** Seconds from a movement to its sound, meant to be the same throughout; the mean over the gesture. */
  readonly delay: number;
  readonly late: number;
}

/** True times: the gesture begins here. */
export const BEGIN = 100;
const FRAME = 1 / 60;
/** What a browser renders ahead of its speakers, and a hand-over beside it, as measured in headless Chromium. */
const RENDER_AHEAD = 0.04;
const REACH = RENDER_AHEAD + 0.012;
const AHEAD = 0.02;
/** Between two turns of the receiver's timer. */
const TURN = 0.012;
const TURN_JITTER = 0.006;
/** Clocks that are locked are within this of each other. Seconds. */
const CLOCK_ERROR = 0.001;
/** The sender's screen comes a little late to some of its frames. */
const SEND_JITTER = 0.004;

/** A gesture of half this length, and a pause: what a network needs is known then. Seconds. */
const WARM_UP = 6;

const TARGET: Target = { track: 3, kind: "param", index: 1 };

interface Arrival {
  readonly at: number;
  readonly sent: number;
  readonly travel: number;
  readonly bytes: Uint8Array;
}

interface Sent {
  readonly arrivals: readonly Arrival[];
  readonly bytes: number;
  readonly frames: number;
}

/** What a hand sends, and when it arrives. `measure`: bytes of one frame. */
function send(
  gesture: Gesture,
  way: Way,
  random: Random,
  options: { readonly measure?: (frame: Uint8Array) => number; readonly warmUp?: boolean } = {},
): Sent {
  const { measure = (frame) => frame.length, warmUp = false } = options;
  const hand = new Hand();
  const clock = CLOCK_ERROR * (random() - 0.5);
  const arrivals: Arrival[] = [];
  let bytes = 0;
  let frames = 0;
  const post = (time: number): void => {
    const frame = hand.take(roomTime(time + clock));
    if (!frame) return;
    const encoded = encodeLive(frame);
    bytes += measure(encoded);
    frames += 1;
    const wait = way(time, random);
    const { travel } = frame.movements[0] ?? { travel: Number.NaN };
    if (wait !== null) arrivals.push({ at: time + wait, sent: time, travel, bytes: encoded });
  };
  const turn = (begin: number, seconds: number): void => {
    for (let tick = 0; tick * FRAME <= seconds; tick++) {
      const time = begin + tick * FRAME + SEND_JITTER * random() ** 4;
      hand.move(TARGET, gesture.at(time - begin), roomTime(time + clock));
      post(time);
    }
    hand.letGo(TARGET, roomTime(begin + seconds + FRAME + clock));
    post(begin + seconds + FRAME);
  };
  if (warmUp) turn(BEGIN - WARM_UP, WARM_UP / 2);
  bytes = frames = 0;
  turn(BEGIN, SECONDS);
  return { arrivals: arrivals.toSorted((a, b) => a.at - b.at), bytes, frames };
}

/** With `warmUp` there was a gesture before; else this is the first that is heard of this hand. */
export function playTutti(
  gesture: Gesture,
  way: Way,
  seed: number,
  { delay, warmUp }: { readonly delay: DelayBounds; readonly warmUp: boolean },
): Played {
  const random = seededRandom(seed);
  const { arrivals, bytes, frames } = send(gesture, way, random, { warmUp });
  const buffer = new JitterBuffer({ delay, standing: () => gesture.at(0) });
  const clock = CLOCK_ERROR * (random() - 0.5);
  const outputs: Output[] = [];
  const delays: number[] = [];
  let next = 0;
  for (let now = BEGIN - WARM_UP - TURN; now < BEGIN + SECONDS + 0.5; now += TURN + TURN_JITTER * random()) {
    for (; (arrivals[next]?.at ?? Number.POSITIVE_INFINITY) <= now; next++) {
      const { at, bytes: received } = arrivals[next] as Arrival;
      const frame = decodeLive(received, Math.round((at + clock) * 1_000));
      if (frame) buffer.hear(1, frame, roomTime(at + clock));
    }
    const { instants } = buffer.take(roomTime(now + clock), REACH, AHEAD);
    if (now > BEGIN + 0.1 && now < BEGIN + SECONDS) delays.push(buffer.delayOf(1) ?? Number.NaN);
    for (const { time, values } of instants)
      if (time > BEGIN)
        outputs.push({ time: time - clock - POINT_INTERVAL / 2, travel: values[0]?.travel ?? Number.NaN });
  }
  const mean = delays.reduce((sum, each) => sum + each, 0) / delays.length;
  const { late, dropped } = buffer.counts;
  return { outputs, bytes, frames, delay: mean, late: late + dropped };
}

/** Each frame is applied when it comes: as soon as the engine can, at the pace of the network. */
export function playOnArrival(
  gesture: Gesture,
  way: Way,
  seed: number,
  measure: (frame: Uint8Array) => number = (frame) => frame.length,
): Played {
  const { arrivals, bytes, frames } = send(gesture, way, seededRandom(seed), { measure });
  const outputs = arrivals.map(({ at, travel }) => ({ time: at + RENDER_AHEAD, travel }));
  const delay = arrivals.reduce((sum, { at, sent }) => sum + at - sent, 0) / arrivals.length + RENDER_AHEAD;
  return { outputs, bytes, frames, delay, late: 0 };
}

export interface Figures {
  /** Root mean square of what the engine had less what the hand did a delay earlier, as a share of the range. */
  readonly rms: number;
  /** Largest difference of two outputs in a row. */
  readonly jump: number;
  /** Outputs that went back where the hand went on. */
  readonly reversals: number;
}

const EVERY = 0.001;
/** A step back by less is not heard. */
const NOTHING = 0.001;
/** The hand has to go one way for so long before and after, since the delay is not known to the ms. Seconds. */
const STEADY = 0.05;

export function judge(gesture: Gesture, played: Played): Figures {
  const { outputs } = played;
  let jump = 0;
  let reversals = 0;
  for (let i = 1; i < outputs.length; i++) {
    const [a, b] = [outputs[i - 1] as Output, outputs[i] as Output];
    jump = Math.max(jump, Math.abs(b.travel - a.travel));
    if (b.time < a.time || goesBack(gesture, a, b, played.delay)) reversals += 1;
  }
  return { rms: rootMeanSquare(gesture, played), jump, reversals };
}

function rootMeanSquare(gesture: Gesture, { outputs, delay }: Played): number {
  let squares = 0;
  let count = 0;
  let index = -1;
  for (let time = BEGIN + delay + 0.1; time < BEGIN + delay + SECONDS; time += EVERY) {
    while ((outputs[index + 1]?.time ?? Number.POSITIVE_INFINITY) <= time) index += 1;
    const heard = outputs[index]?.travel ?? gesture.at(0);
    squares += (heard - gesture.at(time - delay - BEGIN)) ** 2;
    count += 1;
  }
  return Math.sqrt(squares / count);
}

function goesBack(gesture: Gesture, a: Output, b: Output, delay: number): boolean {
  const step = b.travel - a.travel;
  if (gesture.isStep || Math.abs(step) < NOTHING) return false;
  const middle = (a.time + b.time) / 2 - delay - BEGIN;
  const before = gesture.at(middle) - gesture.at(middle - STEADY);
  const after = gesture.at(middle + STEADY) - gesture.at(middle);
  return before * after > 0 && step * after < 0;
}

/** The delay of a step may be so much less than the mean one. Seconds. */
const EARLY = 0.03;

/** Of a gesture of steps: seconds from each step to where it is reached, beyond the delay; the longest. */
export function settling(gesture: Gesture, { outputs, delay }: Played): number {
  let longest = 0;
  let reached = 0;
  for (const { time, travel } of outputs) {
    const since = time - delay - BEGIN;
    const step = Math.floor((since + EARLY) * 2) / 2;
    const wanted = gesture.at(step + 0.25);
    if (step < 0.5 || step >= SECONDS || step === reached) continue;
    if (Math.abs(travel - wanted) > 0.01) continue;
    reached = step;
    longest = Math.max(longest, since - step, 0);
  }
  return longest;
}
