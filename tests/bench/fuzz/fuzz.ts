/**
 * A million frames, valid ones of every kind and damaged copies of them, fed to every decoder, to a server's
 * hub and to a client's spoke. A fault ends its stage and is told with its seed; none is expected.
 */
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Outcome, rowOf } from "../report.ts";
import { emptyTally, Fault, Stage } from "./stage.ts";

const STAGES = 500;
const FRAMES = 2_000;
/** Not those of the test. */
const FIRST_SEED = 1_001;
const STAGES_A_LINE = 50;
const MEBIBYTE = 2 ** 20;
/** A stage with its documents holds some MiB; a frame that could make it hold the machine would show. */
const HEAP_TARGET = 300;

export function runFuzz({ quick, say }: RunOptions): Promise<Outcome> {
  const stages = quick ? STAGES / 10 : STAGES;
  const tally = emptyTally();
  const faults: Record<Fault["rule"], number> = { FUZ1: 0, FUZ2: 0, FUZ3: 0 };
  let heap = 0;
  for (let stage = 0; stage < stages; stage++) {
    try {
      new Stage(FIRST_SEED + stage, tally).run(FRAMES);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      faults[error.rule] += 1;
      say(`seed ${FIRST_SEED + stage}, ${error.rule}: ${error.message}`);
    }
    heap = Math.max(heap, process.memoryUsage().heapUsed / MEBIBYTE);
    if ((stage + 1) % STAGES_A_LINE === 0) say(`${tally.frames} frames`);
  }
  const row = rowOf("damaged frames", "tutti");
  const rows = [
    row("frames", tally.frames, ""),
    row("read by some decoder", tally.readable, ""),
    row("refusals by the hub and the spoke", tally.refused, ""),
    row("deltas that the hub took in", tally.taken, ""),
    row("deltas put together from parts", tally.whole, ""),
    row("acknowledgements that cleared something", tally.cleared, ""),
    row("replacements taken", tally.replaced, ""),
    row("heap, largest", heap, "MiB"),
  ];
  const bars = [
    atMost("something threw", faults.FUZ1, 0),
    atMost("what was refused changed something, or what was taken in cannot be read", faults.FUZ2, 0),
    atMost("a frame gave more than three things a byte", faults.FUZ3, 0),
    atMost("heap, largest, MiB", heap, HEAP_TARGET),
  ];
  return Promise.resolve({ rows, bars });
}
