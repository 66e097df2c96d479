/** How many cores the rest of the machine keeps busy: what this process and all it has started use is left out. */
import { readFileSync } from "node:fs";
import { allProcesses, TICKS_A_SECOND } from "./processes.ts";

interface Account {
  readonly at: number;
  /** Ticks that all cores together have worked. */
  readonly all: number;
  readonly own: number;
}

function ownTicks(): number {
  const stats = allProcesses();
  const isOwn = (pid: string): boolean => {
    if (pid === String(process.pid)) return true;
    const parent = stats.get(pid)?.parent;
    return parent !== undefined && parent !== "0" && isOwn(parent);
  };
  return [...stats].reduce((sum, [pid, { ticks }]) => sum + (isOwn(pid) ? ticks : 0), 0);
}

function account(): Account {
  const [, ...fields] = readFileSync("/proc/stat", "utf8").split("\n", 1)[0]?.split(/\s+/) ?? [];
  // user, nice, system; idle and iowait left out; irq, softirq.
  const all = [0, 1, 2, 5, 6].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { at: performance.now(), all, own: ownTicks() };
}

/** Begins to watch; the returned function gives the cores that others kept busy meanwhile. Linux only: elsewhere NaN. */
export function watchOthers(): () => number {
  if (process.platform !== "linux") return () => Number.NaN;
  const before = account();
  return () => {
    const after = account();
    const ticks = after.all - before.all - (after.own - before.own);
    return Math.max(0, (ticks / TICKS_A_SECOND / (after.at - before.at)) * 1_000);
  };
}
