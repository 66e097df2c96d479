/** One first visit to a jam that plays: a new person's browser, its cache empty, opens the link and joins. */
import type { Browser, Response } from "playwright-core";
import { until } from "../../e2e/support/until.ts";
import { type ExpectedCells, installProbe, withoutIsolation } from "./probe.ts";

export interface Visit {
  /** From the start of the navigation to the right grid on screen, ms; NaN when it never was. */
  readonly grid: number;
  /** From the press of "Join the jam" to the first sound heard, ms; NaN when there was none. */
  readonly sound: number;
  /** The scripts asked for before the first sound. */
  readonly scripts: readonly string[];
}

const DEADLINE_MS = 20_000;

const isScript = (response: Response): boolean =>
  /javascript/.test(response.headers()["content-type"] ?? "") && /^https?:/.test(response.url());

export async function visit(
  browser: Browser,
  link: string,
  options: { readonly expected: ExpectedCells; readonly isolated: boolean },
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    if (!options.isolated) await context.addInitScript(withoutIsolation);
    await context.addInitScript(installProbe, options.expected);
    const responses: Response[] = [];
    context.on("response", (response) => responses.push(response));
    const page = await context.newPage();
    await page.goto(link, { waitUntil: "commit" });
    const probe = () => page.evaluate(() => ({ origin: performance.timeOrigin, ...window.probe }));
    const empty = { what: "the right grid", timeoutMs: DEADLINE_MS };
    // A missing grid or sound is a figure of its own, not an end of the benchmark.
    const hasGrid = await until(async () => (await probe()).gridAt ?? null, empty).catch(() => null);
    if (hasGrid === null) return { grid: Number.NaN, sound: Number.NaN, scripts: [] };
    // Pressed as soon as it can be: nothing has had time to be fetched ahead.
    await page.getByRole("button", { name: "Join the jam", exact: true }).click();
    const silent = { what: "the first sound", timeoutMs: DEADLINE_MS };
    await until(async () => (await probe()).heardAt ?? null, silent).catch(() => undefined);
    const { origin, gridAt, pressedAt, heardAt, modules = [] } = await probe();
    const end = heardAt ?? Number.POSITIVE_INFINITY;
    const scripts = [
      ...responses
        .filter((response) => isScript(response) && response.request().timing().startTime < origin + end)
        .map((response) => response.url()),
      ...modules.filter(({ at, url }) => at < end && url.startsWith("http")).map(({ url }) => url),
    ];
    return {
      grid: gridAt ?? Number.NaN,
      sound: (heardAt ?? Number.NaN) - (pressedAt ?? Number.NaN),
      scripts: [...new Set(scripts)],
    };
  } finally {
    await context.close();
  }
}
