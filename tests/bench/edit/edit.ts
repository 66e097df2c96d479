/**
 * How long an edit takes from one browser to being applied in another, and how many bytes it costs:
 * over each rung, with the jam playing, beside a socket.io broadcast in the same minutes. Both sides
 * take turns (ours, theirs, theirs, ours), so that a busy moment of the machine hits both.
 */
import type { Browser } from "playwright-core";
import { seededRandom } from "#shared/lib/random.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import { launch } from "../../e2e/support/browser.ts";
import { TestServer } from "../../e2e/support/server.ts";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Bar, type Outcome, type Row } from "../report.ts";
import { bootstrapInterval, median, percentile } from "../stats.ts";
import { type Block, editBlock, type Pair, type SentFrame } from "./agent.ts";
import { openSocketIoPair } from "./socket-io-pair.ts";
import { openTuttiPair } from "./tutti-pair.ts";

const RUNGS = ["relay", "mesh", "sfu"] as const;
type EditRung = (typeof RUNGS)[number];

const RIVAL = "socket.io";
const SPACING_MS = 60;
/** Twice ABBA: four blocks a side. */
const TURNS = ["tutti", RIVAL, RIVAL, "tutti", "tutti", RIVAL, RIVAL, "tutti"] as const;
const EDITS_A_BLOCK = 80;
const WARM_UP = 20;

const isDelta = (frame: SentFrame): boolean =>
  typeof frame.head !== "string" && frameKind(Uint8Array.from(frame.head)) === "delta";
const isHave = (frame: SentFrame): boolean =>
  typeof frame.head !== "string" && frameKind(Uint8Array.from(frame.head)) === "have";

/** What the editor sent on account of its edits; `fast` is what reaches the other page first. */
function traffic(subject: string, rung: EditRung, frames: readonly SentFrame[]) {
  // "42" begins an event of socket.io in a message of engine.io.
  if (subject === RIVAL) {
    const events = frames.filter((frame) => frame.head === "42");
    return { fast: events, all: events };
  }
  const via = rung === "relay" ? "socket" : "channel";
  return {
    fast: frames.filter((frame) => frame.via === via && isDelta(frame)),
    all: frames.filter((frame) => isDelta(frame) || isHave(frame)),
  };
}

function rowsOf(rung: EditRung, subject: string, blocks: readonly Block[]): Row[] {
  const latencies = blocks.flatMap((block) => block.latencies);
  const lost = blocks.reduce((sum, block) => sum + block.lost, 0);
  const edits = latencies.length + lost;
  const { fast, all } = traffic(
    subject,
    rung,
    blocks.flatMap((block) => block.frames),
  );
  const bytes = all.reduce((sum, frame) => sum + frame.bytes, 0);
  const interval = bootstrapInterval(latencies, median, { random: seededRandom(1) });
  const row = (metric: string, value: number, unit: string): Row => ({
    case: rung,
    subject,
    metric,
    value,
    unit,
  });
  return [
    row("edits", edits, ""),
    row("p50", median(latencies), "ms"),
    row("p50, 95 % from", interval.low, "ms"),
    row("p50, 95 % to", interval.high, "ms"),
    row("p99", percentile(latencies, 99), "ms"),
    row("not arrived", lost, ""),
    row("payload of an edit, median", median(fast.map((frame) => frame.bytes)), "bytes"),
    row("datagrams an edit", fast.length / edits, ""),
    row("sent an edit, with journal, resends and acks", bytes / edits, "bytes"),
  ];
}

function barsOf(rows: readonly Row[]): Bar[] {
  const value = (rung: EditRung, subject: string, metric: string) =>
    rows.find((row) => row.case === rung && row.subject === subject && row.metric === metric)?.value ??
    Number.NaN;
  const ratio = value("mesh", "tutti", "p50") / value("mesh", RIVAL, "p50");
  return [
    ...RUNGS.map((rung) =>
      atMost(`${rung}: payload of a toggle, bytes`, value(rung, "tutti", "payload of an edit, median"), 10),
    ),
    ...RUNGS.map((rung) => atMost(`${rung}: p99, ms`, value(rung, "tutti", "p99"), 50)),
    atMost(`mesh: p50 as a share of ${RIVAL}'s`, ratio, 1),
  ];
}

async function measureRung(
  rung: EditRung,
  browser: Browser,
  url: string,
  { quick, say }: RunOptions,
): Promise<Row[]> {
  const pairs: Record<(typeof TURNS)[number], Pair> = {
    tutti: await openTuttiPair(browser, url, rung),
    [RIVAL]: await openSocketIoPair(browser),
  };
  const blocks: Record<(typeof TURNS)[number], Block[]> = { tutti: [], [RIVAL]: [] };
  try {
    for (const pair of Object.values(pairs)) await editBlock(pair, quick ? 4 : WARM_UP, SPACING_MS);
    for (const [turn, subject] of TURNS.entries()) {
      const block = await editBlock(pairs[subject], EDITS_A_BLOCK / (quick ? 10 : 1), SPACING_MS);
      blocks[subject].push(block);
      const p50 = median(block.latencies).toFixed(1);
      say(`${rung}, turn ${turn + 1} of ${TURNS.length}: ${subject}, median ${p50} ms`);
    }
  } finally {
    await Promise.all(Object.values(pairs).map((pair) => pair.close()));
  }
  return [...rowsOf(rung, "tutti", blocks.tutti), ...rowsOf(rung, RIVAL, blocks[RIVAL])];
}

export async function runEdit(options: RunOptions): Promise<Outcome> {
  const server = await TestServer.start();
  const browser = await launch();
  try {
    const rows: Row[] = [];
    for (const rung of RUNGS) rows.push(...(await measureRung(rung, browser, server.url, options)));
    return { rows, bars: barsOf(rows) };
  } finally {
    await browser.close();
    await server.close();
  }
}
