/**
 * What an audience costs: the SFU's CPU a packet of sound to one of many listeners, beside mediasoup alone and
 * over two workers; and the bytes of a listener that renders for itself, beside those of a stream.
 */
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Outcome, type Row, rowOf } from "../report.ts";
import { measureOwnRendering } from "./own-rendering.ts";
import { compare, type Comparison, costOf, type Match, medianOf, type Turn } from "./fan-out.ts";
import { PACKETS_A_SECOND } from "./rtp.ts";

/** As many as one worker takes of a room. */
const LISTENERS = 400;
/** The share of bare mediasoup's CPU, or of one worker's. */
const SHARE = 1.1;
/** Of the bytes of a stream, of a listener that renders for itself. */
const OWN_SHARE = 0.06;
/** Percent that a worker's share of the CPU may be off half. */
const SPLIT = 5;
const LISTENERS_A_CORE = 1_000;

const listenersACore = (turns: readonly Turn[]): number => 1e6 / medianOf(turns, costOf) / PACKETS_A_SECOND;

function rowsOf(name: string, subject: string, turns: readonly Turn[]): Row[] {
  const row = rowOf(name, subject);
  return [
    row("turns", turns.length, ""),
    row(
      "packets a turn",
      medianOf(turns, ({ packets }) => packets),
      "",
    ),
    row("came to the sink", 100 * medianOf(turns, ({ arrived }) => arrived), "%"),
    row("CPU a packet", medianOf(turns, costOf), "µs"),
    row(
      "CPU a packet, Node",
      medianOf(turns, (turn) => (1e6 * turn.nodeSeconds) / turn.packets),
      "µs",
    ),
    row("listeners a core", listenersACore(turns), ""),
  ];
}

/** How many times the costs of the other: of the medians, with the ends of the interval. */
const ratioRows = (name: string, { ratio, interval, others }: Comparison): Row[] => {
  const row = rowOf(name, "tutti");
  return [
    row("ratio", ratio, ""),
    row("ratio, 95 % from", interval.low, ""),
    row("ratio, 95 % to", interval.high, ""),
    row("cores busy with something else", others, ""),
  ];
};

type Plan = Pick<Match, "pairs" | "seconds" | "say">;

/** The product beside mediasoup alone. */
async function besideBare(listeners: number, plan: Plan): Promise<Outcome> {
  const shape = { listeners, workers: 1, perRouter: 2 * listeners };
  const name = `${listeners} listeners`;
  const found = await compare({
    ...plan,
    first: { ...shape, subject: "tutti" },
    second: { ...shape, subject: "bare" },
  });
  return {
    rows: [
      ...rowsOf(name, "tutti", found.firsts),
      ...rowsOf(name, "bare", found.seconds),
      ...ratioRows(name, found),
    ],
    bars: [
      atMost(`${name}: CPU a packet beside bare mediasoup, upper 95 %`, found.interval.high, SHARE),
      atMost(`${name}: cores for 1,000`, LISTENERS_A_CORE / listenersACore(found.firsts), 1),
    ],
  };
}

/** One room over two workers, half of the listeners on each, beside the same on one. */
async function besideOneWorker(listeners: number, plan: Plan): Promise<Outcome> {
  const name = `${listeners} listeners over workers`;
  const subject = "tutti";
  const found = await compare({
    ...plan,
    first: { subject, listeners, workers: 2, perRouter: listeners / 2 },
    second: { subject, listeners, workers: 1, perRouter: 2 * listeners },
  });
  const shareOf = ({ workerSeconds }: Turn): number =>
    (workerSeconds[0] ?? 0) / workerSeconds.reduce((all, each) => all + each, 0);
  const share = 100 * medianOf(found.firsts, shareOf);
  const [rows, ratios] = [rowsOf(name, "two", found.firsts), ratioRows(name, found)];
  return {
    rows: [
      ...rows,
      ...rowsOf(name, "one", found.seconds),
      ...ratios.map((row) => ({ ...row, subject: "two" })),
      rowOf(name, "two")("the first worker's share", share, "%"),
    ],
    bars: [
      atMost(`${name}: CPU a packet beside one worker, upper 95 %`, found.interval.high, SHARE),
      atMost(`${name}: a worker's share is off half by, %`, Math.abs(share - 50), SPLIT),
    ],
  };
}

async function ownRendering(seconds: number): Promise<Outcome> {
  const { rows, share } = await measureOwnRendering(seconds);
  return { rows, bars: [atMost("a listener that renders: bytes beside a stream's", share, OWN_SHARE)] };
}

export async function runAudience({ quick, say }: RunOptions): Promise<Outcome> {
  const listeners = quick ? LISTENERS / 4 : LISTENERS;
  const plan = { pairs: quick ? 2 : 10, seconds: quick ? 2 : 5, say };
  const parts = [
    await besideBare(listeners, plan),
    await besideOneWorker(listeners, plan),
    await ownRendering(quick ? 10 : 60),
  ];
  return { rows: parts.flatMap(({ rows }) => rows), bars: parts.flatMap(({ bars }) => bars) };
}
