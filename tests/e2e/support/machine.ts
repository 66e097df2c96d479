/**
 * Whether the machine kept time. Tests that judge sound by the millisecond need one that does not stand
 * still for a tenth of a second; a thread that does nothing but look at its clock is the witness. What
 * fails while it saw a stall is tried again, and what fails without one has failed.
 */
import { Worker } from "node:worker_threads";

/** Notes are handed to the engine 120 ms ahead: a stall that comes near that can cost one. */
const STALL_MS = 80;
const LOOK_MS = 5;

const worst = new Int32Array(new SharedArrayBuffer(4));
const witness = new Worker(
  `const { workerData: worst } = require("node:worker_threads");
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    worst[0] = Math.max(worst[0], now - last);
    last = now;
  }, ${LOOK_MS});`,
  { eval: true, workerData: worst },
);
witness.unref();

/** Whether it stood still since this was asked last. */
function hasStalled(): boolean {
  const gap = Atomics.exchange(worst, 0, 0);
  if (gap < STALL_MS) return false;
  // Past the runner, which keeps what tests log.
  process.stderr.write(
    `the machine stood still for ${gap} ms during a test of sound that failed: once more\n`,
  );
  return true;
}

/** Options of a test that listens. */
export const listening = (timeout: number) => ({ timeout, retry: { count: 3, condition: hasStalled } });
