/**
 * The WebSocket, in a Worker: what arrives is stamped the moment it does, however long this page has
 * been painting. A clock whose pongs wait for the page would be late by half of that.
 */
import type { FromSocketWorker, ToSocketWorker } from "./socket-worker.ts";

/** The part of a WebSocket that signaling uses, with the time on each message. */
export interface WebSocketPort {
  onopen: (() => void) | null;
  onmessage: ((message: SocketMessage) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  /** Bytes handed over that are not known to have left this computer. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
  close(): void;
}

export interface SocketMessage {
  readonly data: unknown;
  /** When it arrived: an instant of this page's `performance.now()`, in ms. */
  readonly at: number;
  /** When the ping went that this is the pong of, likewise; null for any other message. */
  readonly pingAt: number | null;
}

export function openWorkerSocket(url: string): WebSocketPort {
  const worker = new Worker(new URL("./socket-worker.ts", import.meta.url), {
    type: "module",
    name: "tutti-socket",
  });
  const post = (message: ToSocketWorker): void => worker.postMessage(message);
  const here = (at: number): number => at - performance.timeOrigin;
  let handedOver = 0;
  let drained = 0;
  const socket: WebSocketPort = {
    onopen: null,
    onmessage: null,
    onclose: null,
    get bufferedAmount() {
      return handedOver - drained;
    },
    send(data) {
      handedOver += data.length;
      post({ type: "send", data });
    },
    close: () => post({ type: "close" }),
  };
  worker.onmessage = ({ data: message }: MessageEvent<FromSocketWorker>) => {
    switch (message.type) {
      case "open":
        socket.onopen?.();
        break;
      case "message": {
        const { data, at, pingAt } = message;
        socket.onmessage?.({ data, at: here(at), pingAt: pingAt === null ? null : here(pingAt) });
        break;
      }
      case "drained":
        drained = message.bytes;
        break;
      case "closed":
        worker.terminate();
        socket.onclose?.({ code: message.code });
        break;
    }
  };
  post({ type: "open", url });
  return socket;
}
