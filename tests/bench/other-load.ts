/** How many cores the rest of the machine keeps busy: what this process and all it has started use is left out. */
import { readdirSync, readFileSync } from "node:fs";

/** Of Linux's accounts. */
const TICKS_A_SECOND = 100;

interface Account {
  readonly at: number;
  /** Ticks that all cores together have worked. */
  readonly all: number;
  readonly own: number;
}

/** Fields of `/proc/PID/stat` after the name, which may hold anything. */
function statOf(pid: string): { parent: string; ticks: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // State is field 3: parent 4, utime 14, stime 15, and those of children that have ended 16 and 17.
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { parent: fields[1] ?? "0", ticks };
  } catch {
    // It has ended since it was listed.
    return null;
  }
}

function ownTicks(): number {
  const stats = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const stat = statOf(pid);
        return stat ? [[pid, stat] as const] : [];
      }),
  );
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
