/**
 * How late, how whole and how wide sound comes from one browser to another: our low-latency mode in a mesh and
 * over the SFU, beside a bare RTCPeerConnection with default settings. The delay is from what one page renders to
 * what comes out of the other, each by its device's reports on the host's clock, so that what both devices add
 * alike is not in it. Each subject has its pages to itself, in turns that run back and forth.
 */
import type { Browser } from "playwright-core";
import { launch } from "../../e2e/support/browser.ts";
import { onsets } from "../../e2e/onsets.ts";
import type { RunOptions } from "../benchmark.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { startRivalServer } from "../onset/rival-server.ts";
import { watchOthers } from "../other-load.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { median, percentile } from "../stats.ts";
import { openBare } from "./bare.ts";
import { openOurs } from "./ours.ts";
import type { Pair } from "./pair.ts";
import { type Quality, qualityOf } from "./quality.ts";
import type { Stereo } from "./recorded.ts";
import { CLICK_EVERY, PROBE_SECONDS } from "./sounds.ts";

const SUBJECTS = ["mesh", "sfu", "bare"] as const;
type Subject = (typeof SUBJECTS)[number];

const RUNS = 5;
/** Until the jitter buffer has come to its length, and then of what counts. Seconds. */
const LENGTH = { settling: 6, measured: 10 } as const;
/** Root mean square of a device's reports about their line, in seconds: above it the device lost time. */
const MOST_RESIDUAL = 0.001;
const ATTEMPTS = 4;
/** What rings when a recording begins is no onset. Seconds. */
const RINGING = 0.01;
const LEAST_ONSETS = 10;

interface Run {
  /** Seconds, of each onset. */
  readonly delays: readonly number[];
  /** Share of samples made up, while that was measured. */
  readonly concealed: number;
  /** Seconds that a sample waited in the jitter buffer meanwhile. */
  readonly waited: number;
  readonly quality: Quality | null;
  readonly others: number;
}

const onsetTimes = ({ channels: [left, right], sampleRate, hostTime }: Stereo): number[] =>
  onsets(
    left.map((sample, i) => sample + (right[i] ?? 0)),
    sampleRate,
  )
    .filter((at) => at > RINGING)
    .map((at) => at + hostTime);

/** Of each onset that is heard: how long ago the newest one was rendered. No delay here is as long as from one to the next. */
export function delays(rendered: Stereo, heard: Stereo): number[] {
  const sent = onsetTimes(rendered);
  return onsetTimes(heard).flatMap((at) => {
    const from = sent.findLast((each) => each < at);
    return from === undefined || at - from > CLICK_EVERY ? [] : [at - from];
  });
}

/** What becomes of the probe is the same in each run: it is sent in the first. */
async function measure(pair: Pair, quick: boolean, isFirst: boolean): Promise<Omit<Run, "others"> | null> {
  await pair.recordBoth(LENGTH.settling);
  const before = await pair.concealment();
  const [rendered, heard] = await pair.recordBoth(quick ? LENGTH.measured / 2 : LENGTH.measured);
  const after = await pair.concealment();
  if (Math.max(rendered.residual, heard.residual) > MOST_RESIDUAL) return null;
  const found = delays(rendered, heard);
  if (found.length < LEAST_ONSETS) return null;
  const concealed = (after.concealed - before.concealed) / Math.max(1, after.received - before.received);
  const quality = isFirst ? qualityOf(await pair.probe(2 * PROBE_SECONDS + 1)) : null;
  const waited = (after.waited - before.waited) / Math.max(1, after.emitted - before.emitted);
  return { delays: found, concealed, waited, quality };
}

async function run(
  subject: Subject,
  open: () => Promise<Pair>,
  isFirst: boolean,
  { quick, say }: RunOptions,
): Promise<Run | null> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const pair = await open();
    try {
      const others = watchOthers();
      const made = await measure(pair, quick, isFirst);
      const busy = others();
      if (made) {
        say(
          `${subject}: ${(median(made.delays) * 1_000).toFixed(1)} ms, ${(made.waited * 1_000).toFixed(0)} of it buffered, ${(made.concealed * 100).toFixed(2)} % made up, ` +
            `others ${busy.toFixed(2)} cores`,
        );
        return { ...made, others: busy };
      }
      say(`${subject}: a device lost time; again`);
    } finally {
      await pair.close();
    }
  }
  return null;
}

const medianOf = (runs: readonly Run[], figure: (made: Run) => number): number => median(runs.map(figure));
const delayMs = ({ delays: found }: Run): number => median(found) * 1_000;
const kept = (runs: readonly Run[], figure: (quality: Quality) => number): number => {
  const quality = runs[0]?.quality;
  return quality ? figure(quality) : Number.NaN;
};

function rowsOf(subject: Subject, runs: readonly Run[]): Row[] {
  const row = rowOf("render → the other side's output", subject === "bare" ? "a bare connection" : subject);
  return [
    row("runs", runs.length, ""),
    row(
      "onsets",
      runs.reduce((sum, { delays: found }) => sum + found.length, 0),
      "",
    ),
    row("delay, median", medianOf(runs, delayMs), "ms"),
    row(
      "delay, p95",
      medianOf(runs, ({ delays: found }) => percentile(found, 95) * 1_000),
      "ms",
    ),
    row(
      "of it in the jitter buffer",
      medianOf(runs, ({ waited }) => waited * 1_000),
      "ms",
    ),
    row(
      "samples made up",
      medianOf(runs, ({ concealed }) => concealed * 100),
      "%",
    ),
    row(
      "sweep, alike",
      kept(runs, ({ correlation }) => correlation),
      "",
    ),
    row(
      "sweep, alike, p10",
      kept(runs, ({ correlationP10 }) => correlationP10),
      "",
    ),
    row(
      "near 16 kHz",
      kept(runs, ({ top }) => top),
      "dB",
    ),
    row(
      "other side of a tone on the left",
      kept(runs, ({ otherSide }) => otherSide),
      "dB",
    ),
    row("others on the machine, most", Math.max(...runs.map(({ others }) => others)), "cores"),
  ];
}

/** Stretches of the sweep are alike to this, the top is not lower than that (dB), and a side of its own is this far below. */
const KEPT = { unlike: 0.05, topLost: 3, otherSide: -30 } as const;

function barsOf(runs: Readonly<Record<Subject, readonly Run[]>>): Bar[] {
  const delay = (subject: Subject) => medianOf(runs[subject], delayMs);
  const concealed = (subject: Subject) => medianOf(runs[subject], (made) => made.concealed * 100);
  const ours = ["mesh", "sfu"] as const;
  return [
    ...ours.map((subject) =>
      atMost(`${subject}: delay / a bare connection's`, delay(subject) / delay("bare"), 0.95),
    ),
    atMost("SFU beyond the mesh, ms", delay("sfu") - delay("mesh"), 5),
    ...ours.map((subject) =>
      atMost(`${subject}: made up, % (a bare connection's)`, concealed(subject), concealed("bare")),
    ),
    ...ours.flatMap((subject) => {
      const made = runs[subject];
      return [
        atMost(`${subject}: sweep, not alike`, 1 - kept(made, (each) => each.correlation), KEPT.unlike),
        atMost(`${subject}: lost near 16 kHz, dB`, -kept(made, ({ top }) => top), KEPT.topLost),
        atMost(
          `${subject}: other side, dB`,
          kept(made, (each) => each.otherSide),
          KEPT.otherSide,
        ),
      ];
    }),
  ];
}

async function measureAll(
  open: Readonly<Record<Subject, () => Promise<Pair>>>,
  options: RunOptions,
): Promise<Record<Subject, Run[]>> {
  const runs: Record<Subject, Run[]> = { mesh: [], sfu: [], bare: [] };
  for (let turn = 0; turn < (options.quick ? 1 : RUNS); turn++)
    for (const subject of turn % 2 === 0 ? SUBJECTS : SUBJECTS.toReversed()) {
      const made = await run(subject, open[subject], runs[subject].length === 0, options);
      if (made) runs[subject].push(made);
    }
  return runs;
}

export async function runStream(options: RunOptions): Promise<Outcome> {
  const server = await startFrozenServer("--sfu-workers", "1");
  const bare = await startRivalServer(import.meta.dirname, "bare.html");
  let browser: Browser | null = null;
  try {
    const opened = (browser = await launch(
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ));
    const runs = await measureAll(
      {
        mesh: () => openOurs(server, opened, "mesh"),
        sfu: () => openOurs(server, opened, "sfu"),
        bare: () => openBare(bare.url, opened),
      },
      options,
    );
    return { rows: SUBJECTS.flatMap((subject) => rowsOf(subject, runs[subject])), bars: barsOf(runs) };
  } finally {
    await browser?.close();
    await bare.close();
    await server.close();
  }
}
