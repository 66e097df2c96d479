/** A listener of a test on the audience's page: what it says of itself, and what its browser says it hears. */
import type { Browser, BrowserContext } from "playwright-core";
import type { AudienceInspector } from "../../../web/listen/inspector.ts";
import { STILL } from "./browser.ts";
import { inspected } from "./guests.ts";
import { watchConnections } from "./streams.ts";
import { until } from "./until.ts";
import { WatchedPage } from "./watched-page.ts";

export type AudienceState = ReturnType<AudienceInspector["inspect"]>;

/** Of all that this browser receives: packets, and the energy of what it has played (of inbound-rtp). */
export interface HeardSound {
  readonly packets: number;
  readonly energy: number;
  readonly seconds: number;
}

export const PHONE = { width: 390, height: 844 } as const;
export const DESK = { width: 1440, height: 900 } as const;

export class Listener extends WatchedPage<AudienceState> {
  /** A phone is what a stream is usual on. `prepare` may change the browser before the page loads. */
  static async open(
    browser: Browser,
    link: string,
    viewport: { readonly width: number; readonly height: number } = PHONE,
    prepare?: (context: BrowserContext) => Promise<unknown>,
  ): Promise<Listener> {
    const context = await browser.newContext({ viewport, ...STILL });
    await watchConnections(context);
    await prepare?.(context);
    const listener = new Listener(await context.newPage(), context);
    await listener.page.goto(inspected(link));
    return listener;
  }

  override inspect(): Promise<AudienceState> {
    return this.page.evaluate(() => window.tuttiAudience?.inspect() as AudienceState);
  }

  heardSound(): Promise<HeardSound> {
    return this.page.evaluate(async () => {
      const sum = { packets: 0, energy: 0, seconds: 0 };
      for (const connection of window.connections ?? []) {
        const report = await connection.getStats();
        report.forEach((entry: Record<string, number | string | undefined>) => {
          if (entry["type"] !== "inbound-rtp") return;
          sum.packets += Number(entry["packetsReceived"] ?? 0);
          sum.energy += Number(entry["totalAudioEnergy"] ?? 0);
          sum.seconds += Number(entry["totalSamplesDuration"] ?? 0);
        });
      }
      return sum;
    });
  }

  /** Sound of the stream comes out of this browser from now on: packets, and energy in what is played. */
  async untilHeard(timeoutMs = 20_000): Promise<void> {
    const before = await this.heardSound();
    let last = before;
    await until(
      async () => {
        last = await this.heardSound();
        return last.packets > before.packets + 20 && last.energy > before.energy + 1e-5;
      },
      { what: "sound of the stream", timeoutMs, detail: () => JSON.stringify([before, last, this.errors]) },
    );
  }
}
