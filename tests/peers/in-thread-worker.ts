/**
 * The net's two Workers, its socket and its timer, on this thread: hundreds of peers in one process would be
 * twice as many threads. What they do is the same; only a thread that is busy holds them up.
 */
import { decodePing, decodePong } from "#shared/protocol/frames.ts";
import type { FromSocketWorker, ToSocketWorker } from "../../web/net/socket-worker.ts";

interface Inside {
  handle(message: unknown): void;
  close(): void;
}
type Post = (message: unknown) => void;

export class InThreadWorker {
  readonly #inside: Inside;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;

  constructor(module: URL) {
    const post: Post = (data) => this.onmessage?.({ data });
    const name = module.pathname.split("/").at(-1);
    if (name === "wake-worker.ts") this.#inside = new Timer(post);
    else if (name === "socket-worker.ts") this.#inside = new Socket(post);
    else throw new Error(`no such Worker here: ${name}`);
  }

  postMessage(message: unknown): void {
    this.#inside.handle(message);
  }

  terminate(): void {
    this.#inside.close();
  }
}

class Timer implements Inside {
  readonly #post: Post;
  #timer: NodeJS.Timeout | undefined;

  constructor(post: Post) {
    this.#post = post;
  }

  handle(delayMs: unknown): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#post(null), delayMs as number);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

const now = (): number => performance.timeOrigin + performance.now();

/** Bytes that have gone each way over all sockets of this process, and messages. */
export const traffic = { sent: 0, sentMessages: 0, received: 0, receivedMessages: 0 };

class Socket implements Inside {
  readonly #post: (message: FromSocketWorker) => void;
  readonly #pings = new Map<number, number>();
  #socket: WebSocket | null = null;
  #handedOver = 0;

  constructor(post: Post) {
    this.#post = post;
  }

  handle(message: unknown): void {
    const order = message as ToSocketWorker;
    if (order.type === "open") this.#open(order.url);
    else if (order.type === "send") this.#send(order.data);
    else this.#socket?.close();
  }

  close(): void {
    this.#socket?.close();
  }

  #open(url: string): void {
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.#post({ type: "open" }));
    socket.addEventListener("close", ({ code }) => this.#post({ type: "closed", code }));
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => this.#receive(data));
  }

  #receive(data: string | ArrayBuffer): void {
    const at = now();
    traffic.received += typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
    traffic.receivedMessages += 1;
    const pong = typeof data === "string" ? null : decodePong(new Uint8Array(data));
    this.#post({ type: "message", data, at, pingAt: pong ? (this.#pings.get(pong.id) ?? null) : null });
    if (pong) this.#pings.delete(pong.id);
    if (this.#socket) this.#post({ type: "drained", bytes: this.#handedOver - this.#socket.bufferedAmount });
  }

  #send(data: string | Uint8Array): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const ping = typeof data === "string" ? null : decodePing(data);
    if (ping) this.#pings.set(ping.id, now());
    this.#socket.send(data as string | Uint8Array<ArrayBuffer>);
    this.#handedOver += data.length;
    traffic.sent += data.length;
    traffic.sentMessages += 1;
  }
}
