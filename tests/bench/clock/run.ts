/** One clock on one network for ten minutes of virtual time, read ten times a second. Pure. */
import { type Random, seededRandom } from "#shared/lib/random.ts";
import { type LocalError, localAt, type Network, weather } from "#shared/time/clock-simulation.ts";
import { World } from "../../sim/world.ts";
import { percentile } from "../stats.ts";
import { Page, type Start } from "./subject.ts";

export interface Scenario {
  readonly name: string;
  readonly network: Network;
  /** How much faster the page's clock runs than the server's, ppm. */
  readonly ppm: (random: Random) => number;
}

/** Of one run. */
export interface Figures {
  /** p99 of the error's size once settled, µs. */
  readonly steady: number;
  /** p95 of the error's size from 1 s to 120 s, as far as there was a clock, µs. */
  readonly early: number;
  /** Seconds. NaN if it never locked. */
  readonly firstLock: number;
  /** Pings and pongs a second. */
  readonly messages: number;
}

const SECONDS = 600;
const EARLY = { from: 1, to: 120 } as const;
/** Later than any subject still learns: @ircam/sync trains for 120 s, and then slews. */
const SETTLED = 180;
/** In the first second a hundred times a second, to tell when it locks; ten times a second afterwards. */
const READS_OF_FIRST_SECOND = 100;
const READ_EVERY = 0.1;

/** Seconds from the start to the `tick`th reading. */
const readingTime = (tick: number): number =>
  tick <= READS_OF_FIRST_SECOND
    ? tick / READS_OF_FIRST_SECOND
    : 1 + (tick - READS_OF_FIRST_SECOND) * READ_EVERY;

/** The same seed gives every subject the same page, the same network and the same minute to begin in. */
export function runScenario({ network, ppm }: Scenario, seed: number, start: Start): Figures {
  const random = seededRandom(seed);
  const begin = 60 * random();
  const error: LocalError = { offset: 1e5 * random(), ppm: ppm(random) };
  const world = new World(seed);
  world.runUntil(begin);
  const page = new Page(world, error, weather(network, seed));
  const subject = start(page);
  const steady: number[] = [];
  const early: number[] = [];
  let firstLock = Number.NaN;
  for (let tick = 1; readingTime(tick) <= SECONDS; tick++) {
    const time = readingTime(tick);
    world.runUntil(begin + time);
    const room = subject.roomAt(localAt(error, world.now));
    if (room === null) continue;
    if (Number.isNaN(firstLock)) firstLock = time;
    const size = 1e6 * Math.abs(room - world.now);
    if (time >= EARLY.from && time <= EARLY.to) early.push(size);
    if (time >= SETTLED) steady.push(size);
  }
  return {
    steady: percentile(steady, 99),
    early: percentile(early, 95),
    firstLock,
    messages: page.messages / SECONDS,
  };
}
