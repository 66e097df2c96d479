/** One way of a network: when what is sent arrives. */
import type { Random } from "#shared/lib/random.ts";
import { NETWORKS } from "#shared/time/clock-simulation.ts";

/** Seconds under way; null for what is lost. */
export type Way = (time: number, random: Random) => number | null;

/** Of what a reliable connection loses nobody hears for this long: the least time before it sends again. Seconds. */
const RESENT_AFTER = 0.2;
const WAN_LOSS = 0.02;

export const WAYS: Readonly<Record<string, Way>> = {
  LAN: (time, random) => NETWORKS.lan(time, random).there,
  "Wi-Fi": (time, random) => NETWORKS.wifi(time, random)?.there ?? null,
  "WAN, 2 % lost": (time, random) => (random() < WAN_LOSS ? null : NETWORKS.wan(time, random).there),
};

/** The same network under a reliable, ordered connection: what is lost comes later, and all that follows waits for it. */
export function inOrder(way: Way): Way {
  let last = Number.NEGATIVE_INFINITY;
  return (time, random) => {
    const wait = way(time, random) ?? RESENT_AFTER + (way(time, random) ?? 0.05);
    last = Math.max(last, time + wait);
    return last - time;
  };
}
