/** What axe finds on a page as it stands. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { JamPage } from "./browser.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResult {
  readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
}

interface AxeWindow {
  readonly axe: { run(within: string, options: { resultTypes: string[] }): Promise<AxeResult> };
}

/** Serious and critical findings, as lines that say where: on the whole page, or within what `selector` names. */
export async function seriousFindings(jam: Pick<JamPage, "page">, selector = "html"): Promise<string[]> {
  if (!(await jam.page.evaluate(() => "axe" in window))) await jam.page.evaluate(AXE);
  const result = await jam.page.evaluate(
    // What passes is not told of: on a score of hundreds of steps that is a quarter of the time.
    (within) => (window as unknown as AxeWindow).axe.run(within, { resultTypes: ["violations"] }),
    selector,
  );
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" · ")}`);
}
