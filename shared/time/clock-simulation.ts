/**
 * A server, a network and a page's wrong clock in virtual time, for tests of the room clock. True time
 * is the server's; the page's local clock has an offset and a drift against it.
 */
import type { Random } from "../lib/random.ts";
import { type LocalTime, localTime, type RoomTime, roomTime } from "./instants.ts";
import type { PingSample } from "./offset-estimator.ts";
import type { RoomClock } from "./room-clock.ts";

/** One-way delays in seconds at a true time; null loses the ping. */
export type Network = (time: number, random: Random) => { there: number; back: number } | null;

const exponential = (random: Random, mean: number): number => -Math.log(1 - random()) * mean;
const gamma2 = (random: Random, mean: number): number =>
  exponential(random, mean / 2) + exponential(random, mean / 2);

export const NETWORKS: Readonly<Record<string, Network>> = {
  lan: (_, random) => ({
    there: 0.00015 + exponential(random, 0.00004),
    back: 0.00015 + exponential(random, 0.00004),
  }),
  /** 1 % lost, 2 % of the packets 50 ms late. */
  wifi: (_, random) => {
    const way = () => 0.001 + gamma2(random, 0.002) + (random() < 0.02 ? 0.05 : 0);
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
};

export interface LocalError {
  readonly offset: number;
  readonly ppm: number;
}

/** A page's local clock at a true time. */
export const localAt = (error: LocalError, time: number): LocalTime =>
  localTime(error.offset + time * (1 + error.ppm / 1e6));

/** The ping sent at true time `time`; what the server's clock says there is `server` of the true time. */
export function pingAt(
  time: number,
  error: LocalError,
  network: Network,
  random: Random,
  server: (time: number) => RoomTime = roomTime,
): PingSample | null {
  const delays = network(time, random);
  return (
    delays && {
      sent: localAt(error, time),
      serverReceived: server(time + delays.there),
      serverSent: server(time + delays.there + 0.00005),
      received: localAt(error, time + delays.there + 0.00005 + delays.back),
    }
  );
}

export interface Reading {
  readonly time: number;
  /** Room time shown minus true room time, seconds. */
  readonly error: number;
  readonly generation: number;
  readonly errorBound: number;
}

/** Runs a clock from `from` to `to` (true seconds), pinging when it asks, and reads it ten times a second. */
export function runClock(
  clock: RoomClock,
  options: {
    readonly from: number;
    readonly to: number;
    readonly error: LocalError;
    readonly network: Network;
    readonly random: Random;
    readonly epoch?: number;
    readonly server?: (time: number) => RoomTime;
  },
): Reading[] {
  const { from, to, error, network, random, epoch = 1, server = roomTime } = options;
  const readings: Reading[] = [];
  const arriving: PingSample[] = [];
  clock.restart(localAt(error, from));
  let pingTime = clock.nextPingAt(localAt(error, from));
  for (let tick = 0; from + tick / 1000 < to; tick++) {
    const time = from + tick / 1000;
    const now = localAt(error, time);
    if (now >= pingTime) {
      const sample = pingAt(time, error, network, random, server);
      if (sample) arriving.push(sample);
      pingTime = clock.nextPingAt(now);
    }
    for (const sample of arriving.filter(({ received }) => received <= now)) {
      arriving.splice(arriving.indexOf(sample), 1);
      clock.handlePong(sample, epoch);
    }
    if (tick % 100 !== 99 || clock.status(now).state === "unlocked") continue;
    const { errorBound } = clock.status(now);
    readings.push({
      time,
      error: clock.roomAt(now) - server(time),
      generation: clock.generation,
      errorBound,
    });
  }
  return readings;
}
