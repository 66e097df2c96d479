// @ts-check
/** `npm run check`: what every commit passes, in seconds: types, lint, format and the unit tests. */
import { runChecks, runProject } from "./checks.mjs";
import { say, script, toolEnvironment } from "./run.mjs";
import { ensureDependencies, ensureWorker } from "./setup.mjs";
import { sum } from "./tally.mjs";

await script(async () => {
  await ensureDependencies();
  const env = { ...toolEnvironment(), MEDIASOUP_WORKER_BIN: await ensureWorker() };
  const checks = await runChecks();
  const unit = await runProject("unit", { env, deadlineMs: 180_000, reporter: "minimal" });
  const { passed, failed } = sum([...checks, unit]);
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
