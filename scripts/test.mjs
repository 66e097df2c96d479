// @ts-check
/**
 * `npm test`: sets up what is missing, then runs everything there is to run. Its last line adds it all up,
 * `N passed, N failed`, and its exit code is 0 only if nothing failed.
 */
import { runChecks, runProject } from "./checks.mjs";
import { say, script, toolEnvironment } from "./run.mjs";
import { ensureBuild, ensureChromium, ensureDependencies, ensureWorker } from "./setup.mjs";
import { sum } from "./tally.mjs";

/** The projects of vitest.config.ts, in the order they run. */
const PROJECTS = ["unit", "audio", "contract", "e2e", "sound"];

/** Generous for two cores; a run that takes longer hangs. */
const PROJECT_DEADLINE_MS = 900_000;

await script(async () => {
  say("Setting up: dependencies, mediasoup's worker, Chromium, the page");
  const env = toolEnvironment();
  await ensureDependencies();
  env["MEDIASOUP_WORKER_BIN"] = await ensureWorker();
  env["CHROMIUM"] = await ensureChromium();
  env["SIM_SEEDS"] ??= "1000";
  /** @type {import("./tally.mjs").Count[]} */
  const counts = [];
  say("Checking types, lint and format");
  counts.push(...(await runChecks()));
  // After the checks: a page that does not build is most often a type error, which says more.
  await ensureBuild();
  for (const project of PROJECTS) {
    say(`Running the ${project} tests`);
    counts.push(await runProject(project, { env, deadlineMs: PROJECT_DEADLINE_MS, reporter: "default" }));
  }
  const { passed, failed, skipped } = sum(counts);
  if (skipped > 0) say(`${skipped} skipped`);
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
