/** What a browser's Worker finds about itself, in a thread of Node's; then the module that it was made for. */
import { parentPort, workerData } from "node:worker_threads";

const port = parentPort;
if (!port) throw new Error("not a worker thread");

Object.assign(globalThis, {
  addEventListener: (_name: "message", listener: (event: { data: unknown }) => void) =>
    port.on("message", (data: unknown) => listener({ data })),
  postMessage: (message: unknown, options?: { transfer: ArrayBuffer[] }) =>
    port.postMessage(message, options?.transfer ?? []),
});

await import(workerData as string);
