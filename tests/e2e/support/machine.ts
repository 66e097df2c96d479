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

const RETRIES = 3;

/** Options of a test that listens. */
export const listening = (timeout: number) => ({ timeout, retry: { count: RETRIES, condition: hasStalled } });

/** As long as Linux keeps all real-time threads waiting when some have spun for the rest of a second. */
const THROTTLED_MS = 800;

/**
 * Whether the last try of a test that listens has seen a stall in which no machine makes music: then only what is not
 * sound can be judged, and that is said. `retries`: how often it was tried before.
 */
export function isNoMusicPossible(retries: number): boolean {
  const gap = Atomics.load(worst, 0);
  if (retries < RETRIES || gap < THROTTLED_MS) return false;
  process.stderr.write(`the machine stood still for ${gap} ms in each try: its sound is not judged\n`);
  return true;
}
