/**
 * The Worker that holds the WebSocket: it stamps pings as they go and every message as it comes. Times
 * are in ms since the Unix epoch by this thread's monotonic clock, which the page's agrees with.
 */
import { decodePing, decodePong } from "#shared/protocol/frames.ts";

export type ToSocketWorker =
  | { readonly type: "open"; readonly url: string }
  | { readonly type: "send"; readonly data: string | Uint8Array }
  | { readonly type: "close" };

export type FromSocketWorker =
  | { readonly type: "open" }
  | {
      readonly type: "message";
      readonly data: string | ArrayBuffer;
      readonly at: number;
      /** When the ping went that this is the pong of; null for any other message. */
      readonly pingAt: number | null;
    }
  /** Of all bytes handed over so far, how many have left this computer. */
  | { readonly type: "drained"; readonly bytes: number }
  | { readonly type: "closed"; readonly code: number };

/** Pings that wait for their pong; an older one is lost. */
const PINGS_KEPT = 64;
/** How often the page learns what has left, in bytes. */
const REPORT_BYTES = 32_768;

const post = (message: FromSocketWorker, transfer: Transferable[] = []): void =>
  postMessage(message, { transfer });
const now = (): number => performance.timeOrigin + performance.now();

const pings = new Map<number, number>();
let socket: WebSocket | null = null;
let handedOver = 0;
let reported = 0;

function open(url: string): void {
  socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => post({ type: "open" });
  socket.onclose = ({ code }) => post({ type: "closed", code });
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    const at = now();
    const pong = typeof data === "string" ? null : decodePong(new Uint8Array(data));
    const pingAt = pong ? (pings.get(pong.id) ?? null) : null;
    if (pong) pings.delete(pong.id);
    post({ type: "message", data, at, pingAt }, typeof data === "string" ? [] : [data]);
    report();
  };
}

function send(data: string | Uint8Array): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const ping = typeof data === "string" ? null : decodePing(data);
  if (ping) {
    pings.set(ping.id, now());
    for (const id of pings.keys()) if (pings.size > PINGS_KEPT) pings.delete(id);
  }
  socket.send(data as string | Uint8Array<ArrayBuffer>);
  handedOver += data.length;
  if (handedOver - reported >= REPORT_BYTES) report();
}

function report(): void {
  if (!socket || handedOver === reported) return;
  reported = handedOver;
  post({ type: "drained", bytes: Math.max(0, handedOver - socket.bufferedAmount) });
}

addEventListener("message", ({ data: message }: MessageEvent<ToSocketWorker>) => {
  switch (message.type) {
    case "open":
      open(message.url);
      break;
    case "send":
      send(message.data);
      break;
    case "close":
      socket?.close();
      break;
  }
});
