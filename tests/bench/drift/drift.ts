/** Whether what is in phase stays in phase: half an hour in virtual time, and five minutes of the real thing. */
import type { RunOptions } from "../benchmark.ts";
import type { Outcome } from "../report.ts";
import { runRealDrift } from "./real.ts";
import { runVirtualDrift } from "./virtual.ts";

export async function runDrift(options: RunOptions): Promise<Outcome> {
  const virtual = runVirtualDrift(options);
  const real = await runRealDrift(options);
  return { rows: [...virtual.rows, ...real.rows], bars: [...virtual.bars, ...real.bars] };
}
