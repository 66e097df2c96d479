/** The journal's thread: calls come in, answers go out, many in one message where they come together. */
import { parentPort, workerData } from "node:worker_threads";
import { StoreError } from "../store.ts";
import { Journal } from "./journal.ts";
import type { Answer, Call, FromWorker, WorkerOptions } from "./journal-thread.ts";

if (!parentPort) throw new Error("worker.ts runs as a worker thread");
const port = parentPort;
const { folder } = workerData as WorkerOptions;
const post = (message: FromWorker) => port.postMessage(message);

let answers: Answer[] = [];

function answer(one: Answer): void {
  answers.push(one);
  if (answers.length > 1) return;
  setImmediate(() => {
    post({ kind: "answers", answers });
    answers = [];
  });
}

const journal = new Journal(folder, {
  blocked: (reason) => post({ kind: "blocked", reason }),
  report: (level, about, text) => post({ kind: "report", level, about, text }),
});

async function perform({ id, method, args }: Call): Promise<void> {
  try {
    const work = journal[method] as (...given: unknown[]) => unknown;
    answer({ id, value: await work.apply(journal, [...args]) });
  } catch (error) {
    const code = error instanceof StoreError ? error.code : null;
    answer({ id, error: { code, message: (error as Error).message } });
  }
  if (method !== "close") return;
  // After the answers have gone: then nothing keeps this thread alive.
  setImmediate(() => port.close());
}

port.on("message", (calls: Call[]) => {
  for (const call of calls) void perform(call);
});
post({ kind: "ready" });
