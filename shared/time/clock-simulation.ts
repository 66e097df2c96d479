/**
 * A server, a network and a page's wrong clock in virtual time, for tests and benchmarks of the room
 * clock. True time is the server's; the page's local clock has an offset and a drift against it.
 */
import { type Random, seededRandom } from "../lib/random.ts";
import { type LocalTime, localTime, type RoomTime, roomTime } from "./instants.ts";
import type { PingSample } from "./offset-estimator.ts";
import type { ClockState, RoomClock } from "./room-clock.ts";

/** One-way delays in seconds. */
export interface Delays {
  readonly there: number;
  readonly back: number;
}

/** What a ping sent at a true time meets, by chance; null loses it. */
export type Network = (time: number, random: Random) => Delays | null;

const exponential = (random: Random, mean: number): number => -Math.log(1 - random()) * mean;
const gamma2 = (random: Random, mean: number): number =>
  exponential(random, mean / 2) + exponential(random, mean / 2);

export const NETWORKS = {
  lan: (_, random) => ({
    there: 0.00015 + exponential(random, 0.00012),
    back: 0.00015 + exponential(random, 0.00012),
  }),
  /** 1 % lost, 2 % of the packets 50 ms late. */
  wifi: (_, random) => {
    const way = () => 0.001 + gamma2(random, 0.004) + (random() < 0.02 ? 0.05 : 0);
    return random() < 0.01 ? null : { there: way(), back: way() };
  },
  wan: (_, random) => ({
    there: 0.025 + exponential(random, 0.003),
    back: 0.025 + exponential(random, 0.003),
  }),
  /** For 10 s of each minute an upload fills the way there, up to 160 ms. */
  bufferbloat: (time, random) => ({
    there: 0.008 + exponential(random, 0.001) + (time % 60 >= 50 ? random() * 0.16 : 0),
    back: 0.008 + exponential(random, 0.001),
  }),
} satisfies Readonly<Record<string, Network>>;

/** Networks that nothing was fitted to. */
export const OTHER_NETWORKS = {
  /** The way there is ten times as busy as the way back. */
  uneven: (_, random) => ({
    there: 0.02 + exponential(random, 0.02),
    back: 0.02 + exponential(random, 0.002),
  }),
  /** Sends upward only in slots 10 ms apart; one packet in twenty is sent again. */
  mobile: (_, random) => {
    const again = () => (random() < 0.05 ? 0.1 * random() : 0);
    return {
      there: 0.02 + 0.01 * random() + exponential(random, 0.004) + again(),
      back: 0.02 + 0.002 * random() + exponential(random, 0.004) + again(),
    };
  },
  /** For 6 s of each 44 s most packets are up to 200 ms late, both ways. */
  bursts: (time, random) => {
    const way = () =>
      0.002 + exponential(random, 0.001) + (time % 44 >= 38 && random() < 0.7 ? 0.2 * random() : 0);
    return { there: way(), back: way() };
  },
  /** The packets take a way that is 10 ms longer, for 200 s of each 500 s. */
  rerouted: (time, random) => {
    const way = () => (time % 500 >= 300 ? 0.03 : 0.02) + exponential(random, 0.002);
    return { there: way(), back: way() };
  },
  /** Delays that scatter evenly about their middle, with no edge to lean on. */
  blurred: (_, random) => {
    const way = () => {
      let sum = 0;
      for (let i = 0; i < 12; i++) sum += random();
      return 0.02 + 0.001 * (sum - 6);
    };
    return { there: way(), back: way() };
  },
} satisfies Readonly<Record<string, Network>>;

/** One run's draws of a network. */
export type Weather = (time: number) => Delays | null;

/** As many as hundredths of a second in a day, so that seeds do not share their weather. */
const SEED_STRIDE = 8_640_000;

/**
 * The weather of a seed, the same for everybody who sends within the same hundredth of a second: so
 * two clocks are compared on one network, however often each of them pings.
 */
export const weather =
  (network: Network, seed: number): Weather =>
  (time) =>
    network(time, seededRandom(seed * SEED_STRIDE + Math.floor(time * 100)));

export interface LocalError {
  readonly offset: number;
  readonly ppm: number;
  /** Seconds that the clock has gained by a true time over that straight line. */
  readonly wander?: (time: number) => number;
}

/** A page's local clock at a true time. */
export const localAt = ({ offset, ppm, wander }: LocalError, time: number): LocalTime =>
  localTime(offset + time * (1 + ppm / 1e6) + (wander?.(time) ?? 0));

/** A clock whose rate walks at random, by `rate` in a second and `rate` √s in s seconds. */
export function randomWalk(rate: number, seed: number): (time: number) => number {
  const random = seededRandom(seed);
  const gained = [0];
  let now = 0;
  return (time) => {
    while (gained.length <= time + 1) {
      // The sum of three uniform variables less its mean, with a standard deviation of one half.
      now += 2 * rate * (random() + random() + random() - 1.5);
      gained.push((gained.at(-1) ?? 0) + now);
    }
    const second = Math.max(0, Math.floor(time));
    const [from = 0, to = 0] = gained.slice(second, second + 2);
    return from + (to - from) * Math.max(0, time - second);
  };
}

/** Seconds between the server's reading of a ping and its writing of the pong. */
const ANSWER = 0.00005;

export interface Exchange {
  readonly sample: PingSample;
  /** True time. */
  readonly arrives: number;
}

/** The ping sent at true time `time`; what the server's clock says there is `server` of the true time. */
export function exchangeAt(
  time: number,
  error: LocalError,
  sky: Weather,
  server: (time: number) => RoomTime = roomTime,
): Exchange | null {
  const delays = sky(time);
  if (!delays) return null;
  const arrives = time + delays.there + ANSWER + delays.back;
  const sample = {
    sent: localAt(error, time),
    serverReceived: server(time + delays.there),
    serverSent: server(time + delays.there + ANSWER),
    received: localAt(error, arrives),
  };
  return { sample, arrives };
}

export const pingAt = (...exchange: Parameters<typeof exchangeAt>): PingSample | null =>
  exchangeAt(...exchange)?.sample ?? null;

export interface Reading {
  readonly time: number;
  /** Room time shown minus true room time, seconds. */
  readonly error: number;
  readonly generation: number;
  readonly errorBound: number;
  readonly state: ClockState;
}

export interface Course {
  readonly from: number;
  readonly to: number;
  readonly error: LocalError;
  readonly weather: Weather;
  readonly epoch?: number;
  readonly server?: (time: number) => RoomTime;
}

const READ_EVERY = 0.1;

/** Runs a clock from `from` to `to` (true seconds), pinging when it asks, and reads it ten times a second. */
export function runClock(clock: RoomClock, course: Course): Reading[] {
  const { from, to, error, weather: sky, epoch = 1, server = roomTime } = course;
  const readings: Reading[] = [];
  const arriving: Exchange[] = [];
  clock.restart(localAt(error, from));
  const nextPing = (time: number) => {
    const now = localAt(error, time);
    return time + (clock.nextPingAt(now) - now) / (1 + error.ppm / 1e6);
  };
  let pingTime = nextPing(from);
  for (let tick = 1; ; ) {
    const readTime = from + tick * READ_EVERY;
    const time = Math.min(readTime, pingTime, arriving[0]?.arrives ?? Number.POSITIVE_INFINITY);
    if (time >= to) return readings;
    if (time === arriving[0]?.arrives) clock.handlePong((arriving.shift() as Exchange).sample, epoch);
    else if (time === pingTime) {
      const exchange = exchangeAt(time, error, sky, server);
      if (exchange) arriving.push(exchange);
      arriving.sort((a, b) => a.arrives - b.arrives);
      pingTime = nextPing(time);
    } else {
      tick += 1;
      const now = localAt(error, time);
      const { errorBound, state } = clock.status(now);
      if (state === "unlocked") continue;
      readings.push({
        time,
        error: clock.roomAt(now) - server(time),
        generation: clock.generation,
        errorBound,
        state,
      });
    }
  }
}
