/** What axe finds on a page as it stands. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { JamPage } from "./browser.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResult {
  readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
}

/** Serious and critical findings, as lines that say where: on the whole page, or within what `selector` names. */
export async function seriousFindings(jam: JamPage, selector = "html"): Promise<string[]> {
  await jam.page.evaluate(AXE);
  const result = await jam.page.evaluate(
    (within) => (window as unknown as { axe: { run(of: string): Promise<AxeResult> } }).axe.run(within),
    selector,
  );
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" · ")}`);
}
