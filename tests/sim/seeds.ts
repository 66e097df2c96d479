/** Many seeds on several threads: each takes the next few when it is done with the last. */
import { parentPort, Worker } from "node:worker_threads";
import { type Played, play } from "./play.ts";

export interface Outcome {
  readonly edits: number;
  /** Of each seed. */
  readonly tabs: readonly number[];
  readonly failed: readonly Played[];
}

const BATCH = 25;

export async function playSeeds(options: {
  readonly from: number;
  readonly count: number;
  readonly threads: number;
}): Promise<Outcome> {
  const played: Played[] = [];
  const end = options.from + options.count;
  let next = options.from;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./main.ts", import.meta.url));
      const give = () => {
        const seeds = Array.from({ length: Math.max(0, Math.min(BATCH, end - next)) }, () => next++);
        if (seeds.length > 0) worker.postMessage(seeds);
        else void worker.terminate().then(() => resolve(), reject);
      };
      worker.on("message", (batch: Played[]) => {
        played.push(...batch);
        give();
      });
      worker.on("error", reject);
      give();
    });
  await Promise.all(Array.from({ length: options.threads }, work));
  return {
    edits: played.reduce((sum, { edits }) => sum + edits, 0),
    tabs: played.map(({ tabs }) => tabs),
    failed: played.filter(({ faults }) => faults.length > 0).toSorted((a, b) => a.seed - b.seed),
  };
}

/** In a thread: plays what it is given. A seed that throws has failed. */
export function serveSeeds(): void {
  parentPort?.on("message", (seeds: number[]) => {
    parentPort?.postMessage(seeds.map((seed) => playSafely(seed)));
  });
}

function playSafely(seed: number): Played {
  try {
    return play(seed);
  } catch (error) {
    return { seed, edits: 0, tabs: 0, faults: [String(error)] };
  }
}
