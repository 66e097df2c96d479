/**
 * What an audience costs: the SFU's CPU a packet of sound to one of many listeners, beside mediasoup alone and
 * over two workers; and the bytes of a listener that renders for itself, beside those of a stream.
 */
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Outcome, type Row, rowOf } from "../report.ts";
import { measureOwnRendering } from "./own-rendering.ts";
import { compare, type Comparison, costOf, medianOf, type Turn } from "./fan-out.ts";
import { PACKETS_A_SECOND } from "./rtp.ts";

/** As many as one router takes of a room. */
const LISTENERS = 400;
/** The share of bare mediasoup's CPU, or of one worker's. */
const SHARE = 1.1;
/** Of the bytes of a stream, of a listener that renders for itself. */
const OWN_SHARE = 0.06;
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

export async function runAudience({ quick, say }: RunOptions): Promise<Outcome> {
  const listeners = quick ? LISTENERS / 4 : LISTENERS;
  const plan = { pairs: quick ? 2 : 10, seconds: quick ? 2 : 5, say };
  const shape = { listeners, workers: 1, perRouter: LISTENERS };
  const name = `${listeners} listeners, one worker`;
  const beside = await compare({
    ...plan,
    first: { ...shape, subject: "tutti" },
    second: { ...shape, subject: "bare" },
  });
  const rows = [
    ...rowsOf(name, "tutti", beside.firsts),
    ...rowsOf(name, "bare", beside.seconds),
    ...ratioRows(name, beside),
  ];
  const own = await measureOwnRendering(quick ? 10 : 60);
  rows.push(...own.rows);
  const bars = [
    atMost(`${name}: CPU a packet beside bare mediasoup, upper 95 %`, beside.interval.high, SHARE),
    atMost("a listener that renders: bytes beside a stream's", own.share, OWN_SHARE),
    atMost(`${name}: cores for 1,000 listeners`, LISTENERS_A_CORE / listenersACore(beside.firsts), 1),
  ];
  return { rows, bars };
}
