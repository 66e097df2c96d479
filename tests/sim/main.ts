/**
 * `npm run sim`: many seeds of the simulated jam, on all cores.
 *
 *     npm run sim -- --seeds 10000      seeds 1 to 10,000
 *     npm run sim -- --seed 137         one seed again, with everything that happened in it
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread } from "node:worker_threads";
import { play } from "./play.ts";
import { playSeeds, serveSeeds } from "./seeds.ts";

const MOST_FAULTS_SHOWN = 20;

function playOne(seed: number): number {
  const { edits, faults } = play(seed, (text) => console.log(text));
  console.log(`seed ${seed}: ${edits} edits, ${faults.length === 0 ? "all agree" : faults.join("; ")}`);
  return faults.length === 0 ? 0 : 1;
}

async function playMany(count: number): Promise<number> {
  const started = performance.now();
  const { edits, tabs, failed } = await playSeeds({ from: 1, count, threads: availableParallelism() });
  const seconds = (performance.now() - started) / 1000;
  const median = tabs.toSorted((a, b) => a - b)[tabs.length >> 1] ?? 0;
  for (const { seed, faults } of failed.slice(0, MOST_FAULTS_SHOWN))
    console.log(`--seed ${seed}: ${faults.join("; ")}`);
  const all = failed.flatMap(({ faults }) => faults);
  const lost = all.filter((fault) => fault.endsWith("is lost")).length;
  console.log(
    `${count} seeds, ${edits} edits, median ${median} tabs, ${seconds.toFixed(1)} s: ` +
      `${failed.length} seeds failed, ${all.length - lost} divergences, ${lost} lost acknowledged edits`,
  );
  return failed.length === 0 ? 0 : 1;
}

if (isMainThread) {
  const { values } = parseArgs({ options: { seeds: { type: "string" }, seed: { type: "string" } } });
  const run =
    values.seed === undefined ? playMany(Number(values.seeds ?? 10_000)) : playOne(Number(values.seed));
  process.exitCode = await run;
} else serveSeeds();
