/** What one page does by itself: how exactly it meets an audio time, and what a busy main thread costs it. */
import type { Browser } from "playwright-core";
import { errors } from "../../e2e/onsets.ts";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Outcome, rowOf } from "../report.ts";
import { median, percentile } from "../stats.ts";
import { openTuttiPages } from "./tutti-pages.ts";

const NOTES = 1_000;
const SAMPLE_RATE = 48_000;

/** Onsets against the audio time asked for. The one delay that all have in common is no error of timing. */
export async function measureInside(
  browser: Browser,
  rivalUrl: string,
  { quick, say }: RunOptions,
): Promise<Outcome> {
  const page = await (await browser.newContext()).newPage();
  try {
    await page.goto(new URL("inside.html", rivalUrl).href);
    await page.waitForFunction(() => window.inside !== undefined);
    const count = quick ? NOTES / 10 : NOTES;
    say(`inside one page: ${count} notes`);
    const made = await page.evaluate((notes) => window.inside?.(notes), count);
    const distances = errors(
      made?.asked.map((frame) => frame / SAMPLE_RATE) ?? [],
      made?.heard.map((frame) => frame / SAMPLE_RATE) ?? [],
      0.02,
    );
    const found = distances.filter((distance) => distance !== null).map((each) => each * SAMPLE_RATE);
    const common = median(found);
    const off = found.map((frames) => Math.abs(frames - common));
    const row = rowOf("inside one page, against the audio time asked for", "tutti");
    const p99 = found.length === count ? percentile(off, 99) : Number.NaN;
    return {
      rows: [
        row("notes", found.length, ""),
        row("not heard", count - found.length, ""),
        row("common delay", common, "samples"),
        row("p99", p99, "samples"),
        row("late", made?.late ?? Number.NaN, ""),
      ],
      bars: [atMost("inside one page: p99, samples", p99, 1)],
    };
  } finally {
    await page.context().close();
  }
}

const BLOCKED = { ms: 200, everyMs: 1_000 };

export async function measureBlocked(
  browsers: readonly [Browser, Browser],
  url: string,
  { quick, say }: RunOptions,
): Promise<Outcome> {
  const [page, other] = await openTuttiPages(browsers, url, 130);
  try {
    const before = (await page.inspect()).engine;
    await page.page.evaluate(({ ms, everyMs }) => {
      setInterval(() => {
        const until = performance.now() + ms;
        while (performance.now() < until);
      }, everyMs);
    }, BLOCKED);
    say(`a main thread blocked ${BLOCKED.ms} ms in every ${BLOCKED.everyMs}`);
    await page.tap(quick ? 3 : 30);
    const after = (await page.inspect()).engine;
    const row = rowOf("main thread blocked 200 ms every second", "tutti");
    return {
      rows: [
        row("late", after.late - before.late, "notes"),
        row("left out", after.missed - before.missed, "notes"),
      ],
      bars: [atMost("main thread blocked: late notes", after.late - before.late, 0)],
    };
  } finally {
    await Promise.all([page.context.close(), other.context.close()]);
  }
}
