/** How busy the machine is while a benchmark runs: a figure without it says little. */
import { cpus, loadavg } from "node:os";
import type { Load } from "./report.ts";

/** Ms that all cores together have been idle, and in all. */
function coreTimes(): { idle: number; all: number } {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, all };
}

const lastMinute = (): number => loadavg()[0] ?? Number.NaN;

/** Begins to watch; the returned function ends it. */
export function watchLoad(): () => Load {
  const start = coreTimes();
  const before = lastMinute();
  return () => {
    const end = coreTimes();
    const busy = 1 - (end.idle - start.idle) / Math.max(1, end.all - start.all);
    return { cores: cpus().length, before, after: lastMinute(), busy };
  };
}
