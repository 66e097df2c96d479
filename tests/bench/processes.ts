/** What Linux accounts to processes. */
import { readdirSync, readFileSync } from "node:fs";

export const TICKS_A_SECOND = 100;

export interface ProcessStat {
  readonly parent: string;
  /** Ticks that it and its children that have ended have worked. */
  readonly ticks: number;
}

/** Fields of `/proc/PID/stat` after the name, which may hold anything; null when it has ended. */
function statOf(pid: string): ProcessStat | null {
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

/** Every process there is, by its id. */
export function allProcesses(): Map<string, ProcessStat> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid) => {
      const stat = statOf(pid);
      return stat ? [[pid, stat] as const] : [];
    }),
  );
}

/** Seconds of CPU since it began; NaN where there is no such account. */
export function cpuSeconds(pid: number): number {
  return (statOf(String(pid))?.ticks ?? Number.NaN) / TICKS_A_SECOND;
}

/** Linux only: elsewhere none are known. */
export function childrenOf(pid: number): number[] {
  if (process.platform !== "linux") return [];
  return [...allProcesses()].flatMap(([child, { parent }]) =>
    parent === String(pid) ? [Number(child)] : [],
  );
}
