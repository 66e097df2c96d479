/**
 * How far the clock that is heard is from the server's, beside @ircam/sync 2.1.0 itself and two clocks
 * that anybody would write first: ten minutes on each of five simulated networks, in virtual time, with
 * the same seeds for all. Nothing here depends on the machine: the same code gives the same figures.
 */
import { type Random, seededRandom } from "#shared/lib/random.ts";
import { NETWORKS } from "#shared/time/clock-simulation.ts";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { bootstrapInterval, type Interval, mean, median, percentile, ratioOfMedians } from "../stats.ts";
import { startIrcamSync } from "./ircam-sync.ts";
import { type Figures, runScenario, type Scenario } from "./run.ts";
import type { Start } from "./subject.ts";
import { startLastPing, startLeastRtt, startTutti } from "./subjects.ts";

interface Case extends Scenario {
  /** Of the settled p99s' medians, ours to the rival's: what the interval's upper end must not exceed. */
  readonly target: number;
}

/** Clocks of computers, 20 to 60 ppm fast or slow. */
const usual = (random: Random): number => (random() < 0.5 ? -1 : 1) * (20 + 40 * random());

export const CASES: readonly Case[] = [
  { name: "LAN", network: NETWORKS.lan, ppm: usual, target: 0.9 },
  { name: "Wi-Fi", network: NETWORKS.wifi, ppm: usual, target: 0.9 },
  { name: "WAN", network: NETWORKS.wan, ppm: usual, target: 0.9 },
  { name: "bufferbloat", network: NETWORKS.bufferbloat, ppm: usual, target: 0.35 },
  { name: "Wi-Fi, 833 ppm off", network: NETWORKS.wifi, ppm: () => 833, target: 0.05 },
];

const RIVAL = "@ircam/sync";

export const SUBJECTS = {
  tutti: startTutti,
  [RIVAL]: startIrcamSync,
  "last ping": startLastPing,
  "least RTT": startLeastRtt,
} as const satisfies Readonly<Record<string, Start>>;

type Subject = keyof typeof SUBJECTS;
type Runs = Readonly<Record<Subject, readonly Figures[]>>;

const SEEDS = 200;
const QUICK_SEEDS = 20;
/** Not those that the estimator was made with. */
const FIRST_SEED = 1_001;

const FIRST_LOCK_TARGET = 0.5;
const EARLY_TARGET = 0.6;

function runAll(scenario: Scenario, seeds: number): Runs {
  const figuresOf = (start: Start) =>
    Array.from({ length: seeds }, (_, i) => runScenario(scenario, FIRST_SEED + i, start));
  return {
    tutti: figuresOf(SUBJECTS.tutti),
    [RIVAL]: figuresOf(SUBJECTS[RIVAL]),
    "last ping": figuresOf(SUBJECTS["last ping"]),
    "least RTT": figuresOf(SUBJECTS["least RTT"]),
  };
}

/** Of the ratio of the medians, ours to the rival's; resampled seed by seed, ours and theirs together. */
function shareInterval(runs: Runs, figure: "steady" | "early"): Interval {
  const pairs = runs.tutti.map((ours, i) => [ours[figure], runs[RIVAL][i]?.[figure] ?? Number.NaN] as const);
  return bootstrapInterval(pairs, ratioOfMedians, { random: seededRandom(1) });
}

function rowsOf(name: string, runs: Runs): Row[] {
  const subjects = Object.keys(SUBJECTS) as Subject[];
  const rows = subjects.flatMap((subject) => {
    const all = (figure: keyof Figures) => runs[subject].map((figures) => figures[figure]);
    const row = rowOf(name, subject);
    return [
      row("settled p99, median", median(all("steady")), "µs"),
      row("settled p99, worst seed", percentile(all("steady"), 100), "µs"),
      row("p95 of seconds 1–120, median", median(all("early")), "µs"),
      row("first lock, median", median(all("firstLock")), "s"),
      row("first lock, p95", percentile(all("firstLock"), 95), "s"),
      row("messages a second, both ways", mean(all("messages")), ""),
    ];
  });
  const shares = (["steady", "early"] as const).flatMap((figure) => {
    const { low, high } = shareInterval(runs, figure);
    const what = `${figure === "steady" ? "settled p99" : "p95 of seconds 1–120"} as a share of ${RIVAL}'s`;
    return [
      { case: name, subject: "tutti", metric: `${what}, 95 % from`, value: low, unit: "" },
      { case: name, subject: "tutti", metric: `${what}, 95 % to`, value: high, unit: "" },
    ];
  });
  return [...rows, ...shares];
}

/** The shares' bars are on the upper end of the interval: so much better for certain, not just on average. */
function barsOf({ name, target }: Case, runs: Runs): Bar[] {
  const locks = runs.tutti.map(({ firstLock }) => firstLock);
  const messages = (subject: Subject) => mean(runs[subject].map((figures) => figures.messages));
  const upTo = `as a share of ${RIVAL}'s, up to`;
  return [
    atMost(`${name}: settled p99 ${upTo}`, shareInterval(runs, "steady").high, target),
    atMost(`${name}: p95 of seconds 1–120 ${upTo}`, shareInterval(runs, "early").high, EARLY_TARGET),
    atMost(`${name}: first lock, p95, s`, percentile(locks, 95), FIRST_LOCK_TARGET),
    atMost(`${name}: messages as a share of ${RIVAL}'s`, messages("tutti") / messages(RIVAL), 1),
  ];
}

export function runClocks({ quick, say }: RunOptions): Promise<Outcome> {
  const rows: Row[] = [];
  const bars: Bar[] = [];
  for (const each of CASES) {
    const runs = runAll(each, quick ? QUICK_SEEDS : SEEDS);
    rows.push(...rowsOf(each.name, runs));
    bars.push(...barsOf(each, runs));
    const medianOf = (subject: Subject) => median(runs[subject].map(({ steady }) => steady)).toFixed(0);
    say(`${each.name}: settled p99 ${medianOf("tutti")} µs, ${RIVAL} ${medianOf(RIVAL)} µs`);
  }
  return Promise.resolve({ rows, bars });
}
