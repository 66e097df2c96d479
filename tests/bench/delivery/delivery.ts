/**
 * How long an edit takes from one browser to being applied in another when the network between them is bad:
 * real peers in a mesh and on the SFU, behind a process that delays and loses datagrams, beside a reliable
 * ordered channel and a raw one through the same network. The server's WebSocket goes through it too, so
 * that nothing is repaired faster than it would be. With loss all subjects take turns at a fixed spacing;
 * without, Tutti and the raw channel alone (ours, theirs, theirs, ours).
 */
import { launch } from "../../e2e/support/browser.ts";
import type { RunOptions } from "../benchmark.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { mean, median, percentile } from "../stats.ts";
import type { Shift, Subject } from "./agent.ts";
import { measureCrowd } from "./crowd.ts";
import type { Conditions } from "./network/line.ts";
import { Network, type Weather } from "./network/network.ts";
import { PLAIN_ADDRESSES } from "./network/rewire.ts";
import { DeliveryPair, type Sample, type ShiftOutcome, type Traffic } from "./pair.ts";

interface Site {
  readonly rung: "mesh" | "sfu";
  /** What a leg does: in a mesh the way to the other, on the SFU the way to the server and that from it. */
  readonly leg: Conditions;
  /** False: the way is longer than the promise allows for, and its figures are told alone. */
  readonly isJudged: boolean;
}

const SITES: readonly Site[] = [
  { rung: "mesh", leg: { delayMs: 20, loss: 0.02 }, isJudged: true },
  { rung: "sfu", leg: { delayMs: 10, loss: 0.01 }, isJudged: true },
  { rung: "sfu", leg: { delayMs: 20, loss: 0.02 }, isJudged: false },
];

/** An edit of a subject each so many ms, in so many pairs at once: sparse ones cost little, and take long. */
const SPACINGS = [
  { spacingMs: 60, pairs: 3 },
  { spacingMs: 400, pairs: 8 },
] as const;
type Spacing = (typeof SPACINGS)[number];

const EDITS = 5_000;
/** Whatever learns of losses from losses needs some first: this long is reported apart, ms. */
const LEARNING_MS = 30_000;
const PROMISE_MS = 50;

const LOSSY: readonly Subject[] = ["tutti", "ordered", "raw"];
const CLEAN: readonly Subject[] = ["tutti", "raw", "raw", "tutti"];

function weatherOf({ rung, leg }: Site, isLossy: boolean): Weather {
  const server = isLossy ? leg : { ...leg, loss: 0 };
  if (rung === "mesh") return { between: server, server };
  // Straight from page to page is as long and as bad as the two legs together.
  const between = { delayMs: 2 * server.delayMs, loss: 1 - (1 - server.loss) ** 2 };
  return { between, server };
}

function nameOf({ rung, leg }: Site, spacingMs: number, isLossy: boolean): string {
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
}

/** One shift of every pair at once. */
async function measure(name: string, pairs: readonly DeliveryPair[], shift: Shift): Promise<Figures> {
  const outcomes = await Promise.all(pairs.map((pair) => pair.run(shift)));
  const all = (subject: Subject) => outcomes.flatMap(({ samples }) => samples[subject]);
  return {
    name,
    samples: { tutti: all("tutti"), ordered: all("ordered"), raw: all("raw") },
    author: sumOf(outcomes, "author"),
    other: sumOf(outcomes, "other"),
    apart: outcomes.filter(({ isAlike }) => !isAlike).length,
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
    atMost(`${name}: pairs that end apart`, figures.apart, 0),
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
  readonly learningMs: number;
  /** Pairs at once. */
  readonly most: number;
  readonly crowdSeconds: number;
}

const FULL: Plan = {
  edits: EDITS,
  learningMs: LEARNING_MS,
  most: Number.POSITIVE_INFINITY,
  crowdSeconds: 30,
};
/** To see that it runs: two pairs, and a tenth of the time. */
const QUICK: Plan = { edits: 100, learningMs: 3_000, most: 2, crowdSeconds: 3 };

function shiftOf({ spacingMs }: Spacing, turns: readonly Subject[], edits: number): Shift {
  const share = turns.filter((subject) => subject === "tutti").length;
  const slotMs = (spacingMs * share) / turns.length;
  return { turns, slotMs, count: Math.ceil(edits / share) * turns.length };
}

async function measureSite(
  site: Site,
  world: { readonly url: string; readonly network: Network; readonly open: () => Promise<DeliveryPair> },
  plan: Plan,
  say: (line: string) => void,
): Promise<Outcome> {
  const { network, open } = world;
  const rows: Row[] = [];
  const bars: Bar[] = [];
  await network.setWeather(weatherOf(site, false));
  const count = Math.min(plan.most, Math.max(...SPACINGS.map(({ pairs }) => pairs)));
  const all: DeliveryPair[] = [];
  try {
    for (let i = 0; i < count; i++) all.push(await open());
    for (const isLossy of site.isJudged ? [false, true] : [true]) {
      await network.setWeather(weatherOf(site, isLossy));
      for (const spacing of SPACINGS) {
        const name = nameOf(site, spacing.spacingMs, isLossy);
        const pairs = all.slice(0, spacing.pairs);
        const learning = isLossy ? plan.learningMs : 0;
        const edits = Math.ceil(plan.edits / pairs.length) + Math.ceil(learning / spacing.spacingMs);
        const figures = await measure(name, pairs, shiftOf(spacing, isLossy ? LOSSY : CLEAN, edits));
        rows.push(...rowsOf(figures, learning));
        if (site.isJudged) bars.push(...(isLossy ? lossyBars(figures, learning) : cleanBars(figures)));
        say(`${name}: p99 ${settledP(figures, "tutti", 99, learning).toFixed(1)} ms`);
      }
    }
  } finally {
    for (const pair of all) await pair.close();
  }
  return { rows, bars };
}

export async function runDelivery({ quick, say }: RunOptions): Promise<Outcome> {
  const server = await startFrozenServer("--sfu-workers", "1");
  const network = await Network.start();
  const browser = await launch(PLAIN_ADDRESSES);
  try {
    const url = await network.lead(server.url);
    const plan = quick ? QUICK : FULL;
    const rows: Row[] = [...(await measureCrowd(server, plan.crowdSeconds))];
    const bars: Bar[] = [];
    for (const site of SITES) {
      const open = () => DeliveryPair.open(browser, url, site.rung, network);
      const outcome = await measureSite(site, { url, network, open }, plan, say);
      rows.push(...outcome.rows);
      bars.push(...outcome.bars);
    }
    return { rows, bars };
  } finally {
    await browser.close();
    await network.close();
    await server.close();
  }
}
