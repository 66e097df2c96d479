// @ts-check
/** The checks and test runs that `npm test` and `npm run check` are made of, each giving a count. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run, say } from "./run.mjs";
import { countRun } from "./tally.mjs";

/** @typedef {import("./tally.mjs").Count} Count */

const REPORTS = join(ROOT, ".cache", "test");

/** One program each, and one pass or failure. */
const CHECKS = /** @type {const} */ ([
  { name: "types", program: "tsc", args: ["-b"] },
  { name: "lint", program: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "format", program: "biome", args: ["format", "."] },
]);

/** A check that takes longer hangs. */
const CHECK_DEADLINE_MS = 180_000;

/** @returns {Promise<Count[]>} */
export async function runChecks() {
  /** @type {Count[]} */
  const counts = [];
  for (const { name, program, args } of CHECKS) {
    const began = Date.now();
    const { code, output } = await run(program, args, { capture: "all", deadlineMs: CHECK_DEADLINE_MS });
    const ok = code === 0;
    if (!ok) say(output.trimEnd());
    say(`${ok ? "passed" : "FAILED"}  ${name} (${seconds(began)})`);
    counts.push({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
  }
  return counts;
}

/**
 * Runs one of vitest's projects.
 *
 * @param {string} project
 * @param {{ env: NodeJS.ProcessEnv, deadlineMs: number, reporter: "default" | "minimal" }} options
 * @returns {Promise<Count>}
 */
export async function runProject(project, { env, deadlineMs, reporter }) {
  mkdirSync(REPORTS, { recursive: true });
  const file = join(REPORTS, `${project}.json`);
  // An older report must not be counted when this run leaves none.
  rmSync(file, { force: true });
  const began = Date.now();
  const { code } = await run(
    "vitest",
    ["run", "--project", project, `--reporter=${reporter}`, "--reporter=json", `--outputFile.json=${file}`],
    { env, deadlineMs },
  );
  const count = countRun(reportOf(file), code);
  const cause = code === 124 ? ", stopped at its deadline" : code === 0 ? "" : `, ended with ${code}`;
  say(
    `${count.failed === 0 ? "passed" : "FAILED"}  ${project}: ${count.passed} passed, ${count.failed} failed, ` +
      `${count.skipped} skipped (${seconds(began)}${cause})`,
  );
  return count;
}

/**
 * @param {string} file
 * @returns {import("./tally.mjs").Report | null}
 */
function reportOf(file) {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Torn: the run was stopped while it wrote.
    return null;
  }
}

/** @param {number} began */
function seconds(began) {
  return `${((Date.now() - began) / 1_000).toFixed(1)} s`;
}
