/**
 * How long an edit takes from one browser to being applied in another, and how many bytes it costs:
 * over each rung, the jam stopped and playing, beside a socket.io broadcast in the same minutes. Both
 * sides take turns (ours, theirs, theirs, ours), so that a busy moment of the machine hits both. All
 * pages share this machine: playing, ours also draw and render sound twice over, which the rival's never do.
 */
import type { Browser } from "playwright-core";
import { seededRandom } from "#shared/lib/random.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import { launch } from "../../e2e/support/browser.ts";
import type { RunOptions } from "../benchmark.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { bootstrapInterval, median, percentile } from "../stats.ts";
import { type Block, editBlock, type Pair, type SentFrame } from "./agent.ts";
import { openSocketIoPair } from "./socket-io-pair.ts";
import { openTuttiPair } from "./tutti-pair.ts";

const RUNGS = ["relay", "mesh", "sfu"] as const;
type EditRung = (typeof RUNGS)[number];

/** Stopped, both sides' pages do the same work; playing is how they are used. */
const STATES = ["stopped", "playing"] as const;
type State = (typeof STATES)[number];

const caseName = (rung: EditRung, state: State): string => `${rung}, ${state}`;

const RIVAL = "socket.io";
const SPACING_MS = 60;
/** Twice ABBA: four blocks a side. */
const TURNS = ["tutti", RIVAL, RIVAL, "tutti", "tutti", RIVAL, RIVAL, "tutti"] as const;
type Subject = (typeof TURNS)[number];
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

function rowsOf(rung: EditRung, state: State, subject: Subject, blocks: readonly Block[]): Row[] {
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
  const row = rowOf(caseName(rung, state), subject);
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
  const value = (name: string, subject: Subject, metric: string) =>
    rows.find((row) => row.case === name && row.subject === subject && row.metric === metric)?.value ??
    Number.NaN;
  const cases = RUNGS.flatMap((rung) => STATES.map((state) => caseName(rung, state)));
  return [
    ...RUNGS.map((rung) => {
      const payload = value(caseName(rung, "playing"), "tutti", "payload of an edit, median");
      return atMost(`${rung}: payload of a toggle, bytes`, payload, 10);
    }),
    ...cases.map((name) => atMost(`${name}: p99, ms`, value(name, "tutti", "p99"), 50)),
    ...STATES.map((state) => {
      const name = caseName("mesh", state);
      const share = value(name, "tutti", "p50") / value(name, RIVAL, "p50");
      return atMost(`${name}: p50 as a share of ${RIVAL}'s`, share, 1);
    }),
  ];
}

async function takeTurns(
  name: string,
  pairs: Readonly<Record<Subject, Pair>>,
  { quick, say }: RunOptions,
): Promise<Record<Subject, Block[]>> {
  const blocks: Record<Subject, Block[]> = { tutti: [], [RIVAL]: [] };
  for (const pair of Object.values(pairs)) await editBlock(pair, quick ? 4 : WARM_UP, SPACING_MS);
  for (const [turn, subject] of TURNS.entries()) {
    const block = await editBlock(pairs[subject], quick ? EDITS_A_BLOCK / 10 : EDITS_A_BLOCK, SPACING_MS);
    blocks[subject].push(block);
    const p50 = median(block.latencies).toFixed(1);
    say(`${name}, turn ${turn + 1} of ${TURNS.length}: ${subject}, median ${p50} ms`);
  }
  return blocks;
}

async function measureRung(
  rung: EditRung,
  browser: Browser,
  url: string,
  options: RunOptions,
): Promise<Row[]> {
  const tutti = await openTuttiPair(browser, url, rung);
  const rival = await openSocketIoPair(browser);
  try {
    const rows: Row[] = [];
    for (const state of STATES) {
      if (state === "playing") await tutti.play();
      const blocks = await takeTurns(caseName(rung, state), { tutti, [RIVAL]: rival }, options);
      for (const subject of ["tutti", RIVAL] as const)
        rows.push(...rowsOf(rung, state, subject, blocks[subject]));
    }
    return rows;
  } finally {
    await Promise.all([tutti.close(), rival.close()]);
  }
}

export async function runEdit(options: RunOptions): Promise<Outcome> {
  const server = await startFrozenServer();
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
