/** Tutti's own clock as it ships, and two that anybody would write first, on Tutti's pings. */
import { type PingSample, roundTrip } from "#shared/time/offset-estimator.ts";
import { RoomClock } from "#shared/time/room-clock.ts";
import type { Page, Start } from "./subject.ts";

/** What is heard: the room clock with its servo, while music sounds. Locked when it says so. */
export const startTutti: Start = (page) => {
  const clock = new RoomClock();
  clock.restart(page.now());
  page.pingBy(
    (now) => clock.nextPingAt(now),
    (sample) => clock.handlePong(sample, 1),
  );
  return {
    roomAt: (now) => {
      const { state } = clock.status(now);
      return state === "unlocked" || state === "locking" ? null : clock.roomAt(now);
    },
  };
};

const offsetOf = ({ sent, received, serverReceived, serverSent }: PingSample): number =>
  (serverReceived - sent + (serverSent - received)) / 2;

/** Pings as Tutti does; the newest samples, the latest last. */
function collect(page: Page, count: number): PingSample[] {
  const schedule = new RoomClock();
  schedule.restart(page.now());
  const samples: PingSample[] = [];
  page.pingBy(
    (now) => schedule.nextPingAt(now),
    (sample) => {
      samples.push(sample);
      if (samples.length > count) samples.shift();
    },
  );
  return samples;
}

/** A clock on the offset of the best of the last `count` pings. */
const bestOf =
  (count: number): Start =>
  (page) => {
    const samples = collect(page, count);
    return {
      roomAt: (now) => {
        const [first, ...rest] = samples;
        if (!first) return null;
        return now + offsetOf(rest.reduce((a, b) => (roundTrip(b) < roundTrip(a) ? b : a), first));
      },
    };
  };

/** Believes every ping. */
export const startLastPing = bestOf(1);

/** Believes the ping with the least round trip of about the last minute, and knows no drift. */
export const startLeastRtt = bestOf(30);
