/** What there is on one router, counted as it comes and goes: no worker is asked for it. */
import type { Router, Transport } from "mediasoup/types";

export interface Tally {
  readonly transports: number;
  /** Ends of pipes to other routers, among the transports. */
  readonly pipes: number;
  readonly producers: number;
  /** Of sound and of data, but for the server's own: what the worker forwards. */
  readonly consumers: number;
}

export const NOTHING: Tally = { transports: 0, pipes: 0, producers: 0, consumers: 0 };

interface Watched {
  readonly observer: { once(event: "close", listener: () => void): unknown };
}

/** From now on; all zero again once the router is closed. */
export function tallyOf(router: Router): Tally {
  const tally = { ...NOTHING };
  const count = (what: keyof Tally) => (each: Watched) => {
    tally[what] += 1;
    each.observer.once("close", () => (tally[what] -= 1));
  };
  router.observer.on("newtransport", (transport: Transport) => {
    count("transports")(transport);
    if (transport.type === "pipe") count("pipes")(transport);
    transport.observer.on("newproducer", count("producers"));
    transport.observer.on("newdataproducer", count("producers"));
    if (transport.type === "direct") return;
    transport.observer.on("newconsumer", count("consumers"));
    transport.observer.on("newdataconsumer", count("consumers"));
  });
  return tally;
}

export function sumOf(tallies: Iterable<Tally>): Tally {
  const sum = { ...NOTHING };
  for (const tally of tallies)
    for (const what of Object.keys(sum) as (keyof Tally)[]) sum[what] += tally[what];
  return sum;
}
