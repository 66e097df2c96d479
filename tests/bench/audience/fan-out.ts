/**
 * What it costs to pass a performer's sound on to a listener: CPU a delivered packet, of two who do it in turns,
 * in pairs that begin with the one and the other alike (ABBA), so that what the machine does meanwhile falls on both.
 */
import { createSocket } from "node:dgram";
import { seededRandom } from "#shared/lib/random.ts";
import { watchOthers } from "../other-load.ts";
import { bootstrapInterval, type Interval, mean, median } from "../stats.ts";
import { type Cpu, Forwarder, Sink } from "./children.ts";
import { PACKETS_A_SECOND, packet } from "./rtp.ts";
import type { ForwarderOptions } from "./words.ts";

/** What a turn has cost. */
export interface Turn {
  /** Sent to all listeners together. */
  readonly packets: number;
  /** The share of them that came to the sink. */
  readonly arrived: number;
  readonly nodeSeconds: number;
  /** Of each worker. */
  readonly workerSeconds: readonly number[];
}

export interface Comparison {
  readonly firsts: readonly Turn[];
  readonly seconds: readonly Turn[];
  /** What the first costs a packet, as a share of the second: of the medians, and where it lies with 95 % confidence. */
  readonly ratio: number;
  readonly interval: Interval;
  /** Cores that the rest of the machine kept busy. */
  readonly others: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** µs a packet, of Node and all workers. */
export const costOf = ({ packets, nodeSeconds, workerSeconds }: Turn): number =>
  (1e6 * (nodeSeconds + sum(workerSeconds))) / packets;

export const medianOf = (turns: readonly Turn[], figure: (turn: Turn) => number): number =>
  median(turns.map(figure));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** What is under way when the last packet has gone. */
const REST_MS = 200;

/** One performer, who plays for whom it is told to, on one socket and with one count of packets. */
class Performer {
  readonly #socket = createSocket("udp4");
  #index = 0;

  /** So many seconds of sound to this port of 127.0.0.1, each packet at its time. */
  async play(port: number, seconds: number): Promise<void> {
    const begin = performance.now();
    for (let sent = 0; sent < seconds * PACKETS_A_SECOND; sent++) {
      const wait = begin + (1_000 * sent) / PACKETS_A_SECOND - performance.now();
      if (wait > 0) await pause(wait);
      this.#socket.send(packet(this.#index++), port, "127.0.0.1");
    }
    await pause(REST_MS);
  }

  close(): void {
    this.#socket.close();
  }
}

async function take(forwarder: Forwarder, sink: Sink, performer: Performer, seconds: number): Promise<Turn> {
  const [packetsBefore, cameBefore] = [await forwarder.packets(), await sink.packets()];
  await pause(REST_MS);
  const before: Cpu = forwarder.cpu;
  await performer.play(forwarder.port, seconds);
  const after: Cpu = forwarder.cpu;
  const packets = (await forwarder.packets()) - packetsBefore;
  return {
    packets,
    arrived: ((await sink.packets()) - cameBefore) / packets,
    nodeSeconds: after.node - before.node,
    workerSeconds: after.workers.map((worker, i) => worker - (before.workers[i] ?? 0)),
  };
}

export interface Match {
  readonly first: Omit<ForwarderOptions, "sinkPorts">;
  readonly second: Omit<ForwarderOptions, "sinkPorts">;
  readonly pairs: number;
  /** Of each turn. */
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** Both stand ready all the time, and one of them works. */
export async function compare({ first, second, pairs, seconds, say }: Match): Promise<Comparison> {
  const sink = await Sink.start();
  const performer = new Performer();
  const forwarders: Forwarder[] = [];
  try {
    for (const options of [first, second])
      forwarders.push(await Forwarder.start({ ...options, sinkPorts: sink.ports }));
    const [one, other] = forwarders as [Forwarder, Forwarder];
    // What is done once, by whichever is first, is nobody's.
    for (const each of forwarders) await take(each, sink, performer, 1);
    const others = watchOthers();
    const taken: [Turn, Turn][] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const order = pair % 2 === 0 ? [one, other] : [other, one];
      const turns: Turn[] = [];
      for (const each of order) turns.push(await take(each, sink, performer, seconds));
      const [a, b] = (pair % 2 === 0 ? turns : turns.toReversed()) as [Turn, Turn];
      taken.push([a, b]);
      say(`pair ${pair + 1} of ${pairs}: ${costOf(a).toFixed(2)} and ${costOf(b).toFixed(2)} µs a packet`);
    }
    return { ...judge(taken), others: others() };
  } finally {
    performer.close();
    await Promise.all([...forwarders.map((each) => each.close()), sink.close()]);
  }
}

function judge(pairs: readonly [Turn, Turn][]): Omit<Comparison, "others"> {
  const costs = pairs.map(([a, b]) => [costOf(a), costOf(b)] as const);
  const ratio = (of: readonly (readonly [number, number])[]) =>
    mean(of.map(([a]) => a)) / mean(of.map(([, b]) => b));
  const interval = bootstrapInterval(costs, ratio, { random: seededRandom(1) });
  return { firsts: pairs.map(([a]) => a), seconds: pairs.map(([, b]) => b), ratio: ratio(costs), interval };
}
