/**
 * What the edit benchmark asks of any two pages: the one edits, the other notes when each edit has been
 * applied. Every subject puts an `EditAgent` on its pages; how it edits and what "applied" means is its own.
 */
import type { Page } from "playwright-core";
import { until } from "../../e2e/support/until.ts";

export interface EditAgent {
  /** Makes an edit and says under which number the other page will see it. */
  edit(index: number): number;
  /** The edits of the other page as they were applied: number, and `performance.now()`. */
  applied: [number, number][];
}

/** One message that a page gave to a WebSocket or a data channel. */
export interface SentFrame {
  readonly via: "socket" | "channel";
  readonly bytes: number;
  /** The first bytes, as text or numbers, tell what kind of message it is. */
  readonly head: string | readonly number[];
}

declare global {
  interface Window {
    editAgent?: EditAgent;
    sentFrames?: SentFrame[];
  }
}

/** Runs in the page before its own scripts: notes every message that is sent, and sends it. */
export function recordFrames(): void {
  const frames: SentFrame[] = [];
  window.sentFrames = frames;
  const note = (via: SentFrame["via"], data: unknown): void => {
    if (typeof data === "string")
      frames.push({ via, bytes: new TextEncoder().encode(data).length, head: data.slice(0, 2) });
    if (!(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) return;
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    frames.push({ via, bytes: bytes.length, head: [...bytes.subarray(0, 2)] });
  };
  const wrap = (prototype: { send: (data: never) => void }, via: SentFrame["via"]): void => {
    const send = prototype.send;
    prototype.send = function noted(data: never) {
      note(via, data);
      return send.call(this, data);
    };
  };
  wrap(WebSocket.prototype, "socket");
  // Tutti's WebSocket is in a Worker; what is posted to it to be sent goes out as it is.
  const workers: { postMessage: (message: never, ...rest: never[]) => void } = Worker.prototype;
  const post = workers.postMessage;
  workers.postMessage = function noted(message: never, ...rest: never[]): void {
    const { type, data } = (message ?? {}) as { type?: unknown; data?: unknown };
    if (type === "send") note("socket", data);
    post.call(this, message, ...rest);
  };
  wrap(RTCDataChannel.prototype, "channel");
}

/** Two pages under measurement. Who made it closes it. */
export interface Pair {
  readonly editor: Page;
  readonly other: Page;
  close(): Promise<void>;
}

export interface Block {
  /** From just before an edit to its being applied in the other page, in ms, for each edit that arrived. */
  readonly latencies: readonly number[];
  readonly lost: number;
  /** What the editor sent meanwhile. */
  readonly frames: readonly SentFrame[];
}

/**
 * The page's time origin on the host's monotonic clock, in ms. Two processes' `performance.timeOrigin`
 * are read off the wall clock apart from each other; the monotonic clock is one for all of them.
 */
export async function monotonicOrigin(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "timeTicks" });
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  const start = metrics.find((metric) => metric.name === "NavigationStart")?.value;
  if (start === undefined) throw new Error("the browser does not say when the page began");
  return start * 1_000;
}

/** How long after the last edit the others may still come, ms. */
const ARRIVAL_MS = 5_000;

/** Makes `count` edits, `spacingMs` apart, and waits for them on the other side. */
export async function editBlock(pair: Pair, count: number, spacingMs: number): Promise<Block> {
  const { editor, other } = pair;
  const [from, to] = await Promise.all([monotonicOrigin(editor), monotonicOrigin(other)]);
  await other.evaluate(() => {
    if (window.editAgent) window.editAgent.applied = [];
  });
  const already = await editor.evaluate(() => window.sentFrames?.length ?? 0);
  const sent = await editor.evaluate(
    async ([edits, spacing]) => {
      const made: [number, number][] = [];
      for (let i = 0; i < edits; i++) {
        const at = performance.now();
        made.push([window.editAgent?.edit(i) ?? Number.NaN, at]);
        await new Promise((resolve) => setTimeout(resolve, spacing));
      }
      return made;
    },
    [count, spacingMs] as const,
  );
  const applied = () => other.evaluate(() => window.editAgent?.applied ?? []);
  const all = { what: "every edit to arrive", timeoutMs: ARRIVAL_MS };
  // What never comes is a figure of its own, not an end of the benchmark.
  await until(async () => (await applied()).length >= count, all).catch(() => undefined);
  const arrivals = new Map(await applied());
  const latencies = sent.flatMap(([number, at]) => {
    const arrival = arrivals.get(number);
    return arrival === undefined ? [] : [to + arrival - (from + at)];
  });
  const frames = await editor.evaluate((start) => window.sentFrames?.slice(start) ?? [], already);
  return { latencies, lost: count - latencies.length, frames };
}
