/**
 * How long an edit takes from one browser to being applied in another when the network between them is bad:
 * real peers in a mesh and on the SFU, behind a process that delays and loses datagrams, beside a reliable
 * ordered channel and a raw one through the same network. The server's WebSocket goes through it too, so
 * that nothing is repaired faster than it would be. With loss many pairs work at once, and in each all subjects
 * take turns at a fixed spacing; without, one pair alone, Tutti and the raw channel (ours, theirs, theirs, ours),
 * since tenths of a ms are compared. What fails is a bar that does not hold; the rest is measured all the same.
 */
import { launch } from "../../e2e/support/browser.ts";
import type { RunOptions } from "../benchmark.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { watchLoad } from "../load.ts";
import { watchOthers } from "../other-load.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { mean, median, percentile } from "../stats.ts";
import type { Shift, Subject } from "./agent.ts";
import { measureCrowd } from "./crowd.ts";
import type { Conditions } from "./network/line.ts";
import { Network, type Weather } from "./network/network.ts";
import { PLAIN_ADDRESSES } from "./network/rewire.ts";
import { DeliveryPair, type Sample, type ShiftOutcome, type Traffic } from "./pair.ts";

interface Leg {
  /** In a mesh the way to the other, on the SFU the way to the server and that from it. */
  readonly leg: Conditions;
  /** False: the way is longer than the promise allows for; its figures are told alone, and of fewer edits. */
  readonly isJudged: boolean;
}

interface Site {
  readonly rung: "mesh" | "sfu";
  readonly legs: readonly Leg[];
}

const SITES: readonly Site[] = [
  { rung: "mesh", legs: [{ leg: { delayMs: 20, loss: 0.02 }, isJudged: true }] },
  {
    rung: "sfu",
    legs: [
      { leg: { delayMs: 10, loss: 0.01 }, isJudged: true },
      { leg: { delayMs: 20, loss: 0.02 }, isJudged: false },
    ],
  },
];

/**
 * An edit each so many ms, by so many pairs, all at once. More pairs would be sooner done, and would measure how
 * busy the machine is: two pages a pair, and seven pairs are as many as two cores bear.
 */
const SPACINGS = [
  { spacingMs: 60, pairs: 2 },
  { spacingMs: 400, pairs: 5 },
] as const;
/** Without loss, by one pair. */
const CLEAN_SPACING_MS = 60;
/** Pages open in twos, so many at once. */
const OPENING = 3;

const EDITS = 5_000;
const CLEAN_EDITS = 1_000;
/** Where nothing is judged. */
const FAR_SHARE = 0.1;
/** Whatever learns of losses from losses needs some first: this long is reported apart, ms. */
const LEARNING_MS = 30_000;
const PROMISE_MS = 50;

const LOSSY: readonly Subject[] = ["tutti", "ordered", "raw"];
const CLEAN: readonly Subject[] = ["tutti", "raw", "raw", "tutti"];

function weatherOf(rung: Site["rung"], leg: Conditions, isLossy: boolean): Weather {
  const server = isLossy ? leg : { ...leg, loss: 0 };
  if (rung === "mesh") return { between: server, server };
  // Straight from page to page is as long and as bad as the two legs together.
  const between = { delayMs: 2 * server.delayMs, loss: 1 - (1 - server.loss) ** 2 };
  return { between, server };
}

function nameOf(rung: Site["rung"], leg: Conditions, spacingMs: number, isLossy: boolean): string {
  const way = rung === "mesh" ? `mesh, ${leg.delayMs} ms` : `SFU, twice ${leg.delayMs} ms`;
  return `${way}, ${isLossy ? `${leg.loss * 100} %` : "no"} loss, every ${spacingMs} ms`;
}

interface Figures {
  readonly name: string;
  readonly samples: Readonly<Record<Subject, readonly Sample[]>>;
  readonly author: Traffic;
  readonly other: Traffic;
  /** Pairs whose two documents differ in the end, or whose server lacks an edit. */
  readonly apart: number;
  /** Pairs that did not come to the end. */
  readonly failed: number;
  /** The share of all cores' time that anything on the machine used meanwhile, 0 to 1. */
  readonly busy: number;
  /** Cores that the rest of the machine kept busy: more than a few tenths, and the figures are not ours. */
  readonly others: number;
}

/** One shift of each of these pairs at once. */
async function measure(
  name: string,
  pairs: readonly DeliveryPair[],
  shift: Shift,
  say: (line: string) => void,
): Promise<Figures> {
  const [load, others] = [watchLoad(), watchOthers()];
  const runs = await Promise.allSettled(pairs.map((pair) => pair.run(shift)));
  const outcomes = runs.flatMap((run) => (run.status === "fulfilled" ? [run.value] : []));
  for (const run of runs) if (run.status === "rejected") say(`${name}: ${String(run.reason)}`);
  const all = (subject: Subject) => outcomes.flatMap(({ samples }) => samples[subject]);
  return {
    name,
    samples: { tutti: all("tutti"), ordered: all("ordered"), raw: all("raw") },
    author: sumOf(outcomes, "author"),
    other: sumOf(outcomes, "other"),
    apart: outcomes.filter(({ isAlike }) => !isAlike).length,
    failed: runs.length - outcomes.length,
    busy: load().busy,
    others: others(),
  };
}

function sumOf(outcomes: readonly ShiftOutcome[], side: "author" | "other"): Traffic {
  const total = (name: keyof Traffic) => outcomes.reduce((sum, outcome) => sum + outcome[side][name], 0);
  return {
    edits: total("edits"),
    datagrams: total("datagrams"),
    heardDatagrams: total("heardDatagrams"),
    acks: total("acks"),
    journal: total("journal"),
  };
}

const arrived = (samples: readonly Sample[]): number[] =>
  samples.flatMap(({ latency }) => (latency === null ? [] : [latency]));
const lostOf = (samples: readonly Sample[]): number =>
  samples.filter(({ latency }) => latency === null).length;

/** Datagrams an edit on the hop that has more of them: from the author, or to the other. */
const datagramsOf = ({ author, other }: Figures): number =>
  Math.max(author.datagrams, other.heardDatagrams) / author.edits;

function rowsOf(figures: Figures, learningMs: number): Row[] {
  const subjects = (["tutti", "ordered", "raw"] as const).filter((name) => figures.samples[name].length > 0);
  const rows = subjects.flatMap((subject) => {
    const samples = figures.samples[subject];
    const row = rowOf(figures.name, subject);
    const settled = arrived(samples.filter(({ at }) => at >= learningMs));
    const early = arrived(samples.filter(({ at }) => at < learningMs));
    return [
      row("edits", settled.length, ""),
      row("p50", median(settled), "ms"),
      row("p99", percentile(settled, 99), "ms"),
      row(`over ${PROMISE_MS} ms`, 100 * mean(settled.map((latency) => Number(latency > PROMISE_MS))), "%"),
      row("never came", lostOf(samples), ""),
      ...(early.length > 0 ? [row(`first ${learningMs / 1_000} s: p99`, percentile(early, 99), "ms")] : []),
    ];
  });
  const row = rowOf(figures.name, "tutti");
  const { author, other } = figures;
  return [
    ...rows,
    row("datagrams an edit, author's", author.datagrams / author.edits, ""),
    row("datagrams an edit, heard", other.heardDatagrams / author.edits, ""),
    row("acks an edit, both sides'", (author.acks + other.acks) / author.edits, ""),
    row("copies an edit for the journal", author.journal / author.edits, ""),
    row("pairs that end apart", figures.apart, ""),
    row("CPU busy, of all cores", 100 * figures.busy, "%"),
    row("cores busy with something else", figures.others, ""),
  ];
}

const settledP = (figures: Figures, subject: Subject, percent: number, learningMs: number): number =>
  percentile(arrived(figures.samples[subject].filter(({ at }) => at >= learningMs)), percent);

function lossyBars(figures: Figures, learningMs: number): Bar[] {
  const p99 = settledP(figures, "tutti", 99, learningMs);
  const ordered = settledP(figures, "ordered", 99, learningMs);
  const { name } = figures;
  return [
    atMost(`${name}: p99, ms`, p99, PROMISE_MS),
    atMost(`${name}: p99 as a share of the ordered channel's`, p99 / ordered, 0.25),
    atMost(`${name}: edits lost`, lostOf(figures.samples.tutti), 0),
    atMost(`${name}: pairs that end apart, or not at all`, figures.apart + figures.failed, 0),
    atMost(`${name}: datagrams an edit a hop`, datagramsOf(figures), 2.2),
  ];
}

function cleanBars(figures: Figures): Bar[] {
  const beyond = (percent: number) =>
    settledP(figures, "tutti", percent, 0) - settledP(figures, "raw", percent, 0);
  const { name } = figures;
  return [
    atMost(`${name}: p50 beyond the raw channel's, ms`, beyond(50), 0.3),
    atMost(`${name}: p99 beyond the raw channel's, ms`, beyond(99), 2),
    atMost(`${name}: edits lost`, lostOf(figures.samples.tutti), 0),
    atMost(`${name}: datagrams an edit a hop`, datagramsOf(figures), 1.1),
  ];
}

interface Plan {
  readonly edits: number;
  readonly cleanEdits: number;
  readonly learningMs: number;
  /** Pairs at once, of each spacing. */
  readonly most: number;
  readonly crowdSeconds: number;
}

const FULL: Plan = {
  edits: EDITS,
  cleanEdits: CLEAN_EDITS,
  learningMs: LEARNING_MS,
  most: Number.POSITIVE_INFINITY,
  crowdSeconds: 30,
};
/** To see that it runs: two pairs of each, and a few edits. */
const QUICK: Plan = { edits: 100, cleanEdits: 60, learningMs: 3_000, most: 2, crowdSeconds: 3 };

function shiftOf(spacingMs: number, turns: readonly Subject[], edits: number, spreadMs = 0): Shift {
  const share = turns.filter((subject) => subject === "tutti").length;
  const slotMs = (spacingMs * share) / turns.length;
  return { turns, slotMs, count: Math.ceil(edits / share) * turns.length, spreadMs };
}

interface World {
  readonly network: Network;
  readonly open: () => Promise<DeliveryPair>;
  readonly plan: Plan;
  readonly say: (line: string) => void;
}

interface Findings {
  readonly rows: Row[];
  readonly bars: Bar[];
}

async function measureClean(site: Site, pair: DeliveryPair, world: World, to: Findings): Promise<void> {
  const { rung, legs } = site;
  const leg = legs[0]?.leg;
  if (!leg) return;
  await world.network.setWeather(weatherOf(rung, leg, false));
  const name = nameOf(rung, leg, CLEAN_SPACING_MS, false);
  const shift = shiftOf(CLEAN_SPACING_MS, CLEAN, world.plan.cleanEdits, 1);
  const figures = await measure(name, [pair], shift, world.say);
  to.rows.push(...rowsOf(figures, 0));
  to.bars.push(...cleanBars(figures));
  world.say(`${name}: p50 ${settledP(figures, "tutti", 50, 0).toFixed(1)} ms`);
}

/** Every spacing at once, each in pairs of its own. */
async function measureLossy(
  rung: Site["rung"],
  { leg, isJudged }: Leg,
  pairs: readonly DeliveryPair[],
  { network, plan, say }: World,
  to: Findings,
): Promise<void> {
  await network.setWeather(weatherOf(rung, leg, true));
  const { learningMs } = plan;
  let first = 0;
  const all = SPACINGS.map(({ spacingMs, pairs: wanted }) => {
    const ours = pairs.slice(first, (first += Math.min(plan.most, wanted)));
    const edits = Math.ceil((plan.edits * (isJudged ? 1 : FAR_SHARE)) / Math.max(1, ours.length));
    const shift = shiftOf(spacingMs, LOSSY, edits + Math.ceil(learningMs / spacingMs));
    return measure(nameOf(rung, leg, spacingMs, true), ours, shift, say);
  });
  for (const figures of await Promise.all(all)) {
    to.rows.push(...rowsOf(figures, learningMs));
    if (isJudged) to.bars.push(...lossyBars(figures, learningMs));
    say(`${figures.name}: p99 ${settledP(figures, "tutti", 99, learningMs).toFixed(1)} ms`);
  }
}

/** So many more pairs. One that does not open is tried once more. */
async function openPairs(count: number, { open, say }: World, into: DeliveryPair[]): Promise<void> {
  for (let left = count; left > 0; left -= OPENING) {
    const opening = Array.from({ length: Math.min(left, OPENING) }, () =>
      open().catch((error: unknown) => {
        say(`a pair did not open: ${String(error)}`);
        return open();
      }),
    );
    for (const opened of await Promise.allSettled(opening))
      if (opened.status === "fulfilled") into.push(opened.value);
      else say(`a pair did not open: ${String(opened.reason)}`);
  }
}

async function measureSite(site: Site, world: World, to: Findings): Promise<void> {
  const { network, plan, say } = world;
  const near = site.legs[0]?.leg ?? { delayMs: 0, loss: 0 };
  const wanted = SPACINGS.reduce((sum, { pairs }) => sum + Math.min(plan.most, pairs), 0);
  const pairs: DeliveryPair[] = [];
  try {
    await network.setWeather(weatherOf(site.rung, near, false));
    await openPairs(1, world, pairs);
    if (pairs[0]) await measureClean(site, pairs[0], world, to);
    await network.setWeather(weatherOf(site.rung, near, false));
    await openPairs(wanted - pairs.length, world, pairs);
    say(`${site.rung}: ${pairs.length} pairs`);
    to.bars.push(atMost(`${site.rung}: pairs that did not open`, wanted - pairs.length, 0));
    for (const leg of site.legs) await measureLossy(site.rung, leg, pairs, world, to);
  } finally {
    await Promise.all(pairs.map((pair) => soon(pair.close())));
  }
}

/** A part that breaks off fails alone, and what it found till then counts. */
async function attempt(what: string, run: () => Promise<void>, { bars }: Findings, say: World["say"]) {
  let failures = 0;
  await run().catch((error: unknown) => {
    say(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    failures = 1;
  });
  bars.push(atMost(`${what}: broke off`, failures, 0));
}

export async function runDelivery({ quick, say }: RunOptions): Promise<Outcome> {
  const server = await startFrozenServer("--sfu-workers", "1");
  const network = await Network.start();
  const browser = await launch(PLAIN_ADDRESSES);
  const to: Findings = { rows: [], bars: [] };
  const plan = quick ? QUICK : FULL;
  try {
    const url = await network.lead(server.url);
    const crowd = async () => void to.rows.push(...(await measureCrowd(server, plan.crowdSeconds)));
    await attempt("16 on the SFU", crowd, to, say);
    for (const site of SITES) {
      const open = () => DeliveryPair.open(browser, url, site.rung, network);
      await attempt(site.rung, () => measureSite(site, { network, open, plan, say }, to), to, say);
    }
    return to;
  } finally {
    await Promise.allSettled([browser.close(), network.close(), server.close()].map(soon));
  }
}

/** Whatever does not end by then must not keep the figures waiting. */
const ENDING_MS = 15_000;
const soon = (ending: Promise<unknown>): Promise<unknown> =>
  Promise.race([ending, new Promise((resolve) => setTimeout(resolve, ENDING_MS).unref())]);
