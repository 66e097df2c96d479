/**
 * Five minutes of the real thing: two Chromium processes in one room, one of them with a local clock
 * 200 ppm wrong, heard for some seconds again and again. Whatever slope their distance has is drift.
 */
import { launch } from "../../e2e/support/browser.ts";
import { pairOnsets } from "../../e2e/support/listening.ts";
import type { RunOptions } from "../benchmark.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { openTuttiPages } from "../onset/tutti-pages.ts";
import { atMost, type Outcome, rowOf } from "../report.ts";
import { median, slopeInterval } from "../stats.ts";

const MINUTES = 5;
const TAP_SECONDS = 6;
const MOST_RESIDUAL = 0.001;
const CASE = "two processes, real time";

export async function runRealDrift({ quick, say }: RunOptions): Promise<Outcome> {
  const server = await startFrozenServer();
  const browsers = [await launch(), await launch()] as const;
  try {
    const [a, b] = await openTuttiPages(browsers, server.url, 131.7);
    const began = performance.now();
    const end = began + MINUTES * 60_000 * (quick ? 0.1 : 1);
    const points: { x: number; y: number }[] = [];
    let unsteady = 0;
    while (performance.now() < end) {
      const [one, other] = await Promise.all([a.tap(TAP_SECONDS), b.tap(TAP_SECONDS)]);
      if (Math.max(one.residual, other.residual) > MOST_RESIDUAL) {
        unsteady++;
        continue;
      }
      const apart = pairOnsets(one, other).map(([mine, theirs]) => mine - theirs);
      points.push({ x: one.hostTime - began / 1_000, y: median(apart) });
      say(
        `${((performance.now() - began) / 1_000).toFixed(0)} s: ${(median(apart) * 1_000).toFixed(3)} ms apart`,
      );
    }
    const { slope, low, high } = slopeInterval(points);
    const worst = Math.max(Math.abs(low), Math.abs(high)) * 1e6;
    const row = rowOf(CASE, "tutti");
    return {
      rows: [
        row("recordings", points.length, ""),
        row("recordings left out, device lost time", unsteady, ""),
        row("slope", slope * 1e6, "ppm"),
        row("slope, upper 95 % bound of its size", worst, "ppm"),
        row("apart, most", Math.max(...points.map(({ y }) => Math.abs(y))) * 1_000, "ms"),
      ],
      bars: [atMost("real time: slope, upper 95 % bound, ppm", worst, 1)],
    };
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await server.close();
  }
}
