/**
 * How far apart two browsers sound the same note, on the host's clock: two Chromium processes, each
 * recording what it plays. Ours have one room, one of them a local clock that is seconds and 200 ppm
 * wrong; the rivals are told the host's time outright, and have only to meet it. A run during which
 * others used half a core, or an audio device lost time, is made again, and that is reported.
 */
import type { Browser, Page } from "playwright-core";
import { seededRandom } from "#shared/lib/random.ts";
import { launch } from "../../e2e/support/browser.ts";
import { pairOnsets } from "../../e2e/support/listening.ts";
import { type Recording, unpackRecording } from "../../e2e/support/recording.ts";
import type { RunOptions } from "../benchmark.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { watchOthers } from "../other-load.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { median, percentile } from "../stats.ts";
import { calibrate } from "./host-clock.ts";
import { measureBlocked, measureInside } from "./one-page.ts";
import { type RivalServer, startRivalServer } from "./rival-server.ts";
import type { RivalKind } from "./rival.ts";
import { openTuttiPages } from "./tutti-pages.ts";

const SUBJECTS = ["tutti", "stock SuperSonic", "currentTime"] as const;
type Subject = (typeof SUBJECTS)[number];
const RIVAL_KINDS: Readonly<Record<Exclude<Subject, "tutti">, RivalKind>> = {
  "stock SuperSonic": "stock",
  currentTime: "currentTime",
};

/** Short ones, since a machine that stands still for a moment costs a whole run. */
const RUNS = 8;
const NOTES_A_RUN = 130;
/** Beats a minute of our runs, so that steps fall elsewhere in each. */
const TEMPI = [131.7, 127.3, 137.9, 124.1, 133.3, 129.1, 135.7, 125.3] as const;
/** Seconds between two notes of the rivals': as dense as ours. */
const GAP = { least: 0.09, most: 0.14 };

const MOST_OTHERS = 0.5;
/** Root mean square of a device's reports about their line, in seconds: above it the device lost time. */
const MOST_RESIDUAL = 0.001;
const ATTEMPTS = 8;
/** Fewer steady runs than this say nothing. */
const LEAST_RUNS = 5;

interface Pair {
  readonly pages: readonly [Page, Page];
  record(seconds: number): Promise<readonly [Recording, Recording]>;
  close(): Promise<void>;
}

interface Run {
  /** Seconds from each onset of the first page's to the nearest of the second's. */
  readonly apart: readonly number[];
  readonly residual: number;
  /** The two calibrations' bounds together, in seconds. */
  readonly bound: number;
  readonly others: number;
}

interface Measured {
  /** Those in which the machine was ours and the devices kept time. */
  readonly runs: readonly Run[];
  readonly repeated: { readonly others: number; readonly device: number };
}

async function openTutti(browsers: readonly [Browser, Browser], url: string, run: number): Promise<Pair> {
  const [a, b] = await openTuttiPages(browsers, url, TEMPI[run % TEMPI.length] ?? 130);
  return {
    pages: [a.page, b.page],
    record: (seconds) => Promise.all([a.tap(seconds), b.tap(seconds)]),
    close: async () => {
      await Promise.all([a.context.close(), b.context.close()]);
    },
  };
}

async function openRivals(
  browsers: readonly [Browser, Browser],
  url: string,
  kind: RivalKind,
  run: number,
): Promise<Pair> {
  const open = async (browser: Browser): Promise<Page> => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(url);
    await page.waitForFunction(() => window.rival !== undefined);
    await page.evaluate((chosen) => window.rival?.start(chosen), kind);
    return page;
  };
  const pages = await Promise.all([open(browsers[0]), open(browsers[1])] as const);
  const random = seededRandom(run + 1);
  const record = async (page: Page, times: readonly number[], seconds: number): Promise<Recording> => {
    const packed = await page.evaluate((all) => window.rival?.record(all.times, all.seconds), {
      times,
      seconds,
    });
    if (!packed) throw new Error("the rival's page has no rival");
    return unpackRecording(packed);
  };
  return {
    pages,
    async record(seconds) {
      const first = Date.now() / 1_000 + 1;
      const times: number[] = [];
      for (
        let time = first;
        time < first + seconds - 1;
        time += GAP.least + random() * (GAP.most - GAP.least)
      )
        times.push(time);
      return Promise.all([record(pages[0], times, seconds), record(pages[1], times, seconds)]);
    },
    close: async () => {
      await Promise.all(pages.map((page) => page.context().close()));
    },
  };
}

const shifted = (recording: Recording, by: number): Recording => ({
  ...recording,
  hostTime: recording.hostTime + by,
});

async function measureRun(pair: Pair, seconds: number): Promise<Run> {
  const before = await Promise.all(pair.pages.map(calibrate));
  const others = watchOthers();
  const [a, b] = await pair.record(seconds);
  const busy = others();
  const after = await Promise.all(pair.pages.map(calibrate));
  const offset = (page: 0 | 1): number => ((before[page]?.offset ?? 0) + (after[page]?.offset ?? 0)) / 2;
  const apart = pairOnsets(shifted(a, offset(0)), shifted(b, offset(1))).map(
    ([mine, theirs]) => mine - theirs,
  );
  return {
    apart,
    residual: Math.max(a.residual, b.residual),
    bound: [...before, ...after].reduce((most, { bound }) => Math.max(most, bound), 0),
    others: busy,
  };
}

async function measure(
  subject: Subject,
  run: number,
  open: () => Promise<Pair>,
  { quick, say }: RunOptions,
): Promise<{ run: Run | null; repeated: Measured["repeated"] }> {
  const seconds = ((GAP.least + GAP.most) / 2) * (quick ? NOTES_A_RUN / 10 : NOTES_A_RUN) + 1;
  let [others, device] = [0, 0];
  for (let attempt = 1; ; attempt++) {
    const pair = await open();
    try {
      const made = await measureRun(pair, seconds);
      const p99 = percentile(made.apart.map(Math.abs), 99) * 1_000;
      say(
        `${subject}, run ${run + 1}: ${made.apart.length} notes, p99 ${p99.toFixed(2)} ms, ` +
          `residual ${(made.residual * 1_000).toFixed(2)} ms, others ${made.others.toFixed(2)} cores`,
      );
      const isCrowded = made.others > MOST_OTHERS;
      if (!isCrowded && made.residual <= MOST_RESIDUAL) return { run: made, repeated: { others, device } };
      if (isCrowded) others++;
      else device++;
      if (attempt === ATTEMPTS) return { run: null, repeated: { others, device } };
    } finally {
      await pair.close();
    }
  }
}

function rowsOf(subject: Subject, { runs, repeated }: Measured): Row[] {
  const apartMs = runs.flatMap(({ apart }) => apart.map((seconds) => Math.abs(seconds) * 1_000));
  const row = rowOf("two processes, one room", subject);
  return [
    row("runs", runs.length, ""),
    row("notes", apartMs.length, ""),
    row("apart, median", median(apartMs), "ms"),
    row("apart, p95", percentile(apartMs, 95), "ms"),
    row("apart, p99", percentile(apartMs, 99), "ms"),
    row("apart, most", Math.max(...apartMs), "ms"),
    row("residual of a device's reports, most", Math.max(...runs.map((run) => run.residual)) * 1_000, "ms"),
    row("bound of the calibration, most", Math.max(...runs.map((run) => run.bound)) * 1_000, "ms"),
    row("others on the machine, most", Math.max(...runs.map((run) => run.others)), "cores"),
    row("runs repeated, others", repeated.others, ""),
    row("runs repeated, device lost time", repeated.device, ""),
  ];
}

function barsOf(rows: readonly Row[]): Bar[] {
  const value = (metric: string) =>
    rows.find((row) => row.subject === "tutti" && row.metric === metric)?.value ?? Number.NaN;
  const ours = (metric: string) => (value("runs") >= LEAST_RUNS ? value(metric) : Number.NaN);
  return [
    atMost("two processes: p95, ms", ours("apart, p95"), 1),
    atMost("two processes: p99, ms", ours("apart, p99"), 2),
  ];
}

async function measureProcesses(
  browsers: readonly [Browser, Browser],
  ours: string,
  rivals: RivalServer,
  options: RunOptions,
): Promise<Row[]> {
  const measured = new Map<Subject, { runs: Run[]; repeated: { others: number; device: number } }>(
    SUBJECTS.map((subject) => [subject, { runs: [], repeated: { others: 0, device: 0 } }]),
  );
  for (let run = 0; run < (options.quick ? 1 : RUNS); run++)
    for (const [subject, sum] of measured) {
      const open = () =>
        subject === "tutti"
          ? openTutti(browsers, ours, run)
          : openRivals(browsers, rivals.url, RIVAL_KINDS[subject], run);
      const made = await measure(subject, run, open, options);
      if (made.run) sum.runs.push(made.run);
      sum.repeated.others += made.repeated.others;
      sum.repeated.device += made.repeated.device;
    }
  return [...measured].flatMap(([subject, sum]) => rowsOf(subject, sum));
}

export async function runOnset(options: RunOptions): Promise<Outcome> {
  const server = await startFrozenServer();
  const rivals = await startRivalServer();
  const browsers = [await launch(), await launch()] as const;
  try {
    const rows = await measureProcesses(browsers, server.url, rivals, options);
    const inside = await measureInside(browsers[0], rivals.url, options);
    const blocked = await measureBlocked(browsers, server.url, options);
    return {
      rows: [...rows, ...inside.rows, ...blocked.rows],
      bars: [...barsOf(rows), ...inside.bars, ...blocked.bars],
    };
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await rivals.close();
    await server.close();
  }
}
