/** How far a page's idea of the host's clock is from Node's: what makes recordings of two processes comparable. */
import type { Page } from "playwright-core";
import { median } from "../stats.ts";

export interface Calibration {
  /** Node's clock minus the page's, in seconds; to be added to the page's instants. */
  readonly offset: number;
  /** Half the shortest round trip: the offset cannot be further off than this, in seconds. */
  readonly bound: number;
}

const now = (): number => (performance.timeOrigin + performance.now()) / 1_000;
const ROUND_TRIPS = 200;
/** The shortest trips say most, and their median is not one lucky one. */
const BEST = 15;

export async function calibrate(page: Page): Promise<Calibration> {
  const trips: { offset: number; rtt: number }[] = [];
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const sent = now();
    const there = await page.evaluate(() => (performance.timeOrigin + performance.now()) / 1_000);
    const received = now();
    trips.push({ offset: (sent + received) / 2 - there, rtt: received - sent });
  }
  const best = trips.toSorted((a, b) => a.rtt - b.rtt).slice(0, BEST);
  return { offset: median(best.map(({ offset }) => offset)), bound: (best[0]?.rtt ?? Number.NaN) / 2 };
}
