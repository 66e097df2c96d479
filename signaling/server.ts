/**
 * The service as one thing: HTTP, WebSocket, rooms and their saving, from listening to the last goodbye.
 * It is given its parts (SFU, certificate, clock) and starts none of them.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { WebSocketServer } from "ws";
import { LIMITS } from "#shared/protocol/limits.ts";
import { inUrl } from "./addresses.ts";
import { createApi } from "./api.ts";
import { Checks } from "./check.ts";
import type { Config } from "./config.ts";
import { Connection, type ConnectionContext } from "./connection.ts";
import { Counters } from "./counters.ts";
import { createHandler, type Handler, pathOf, sendError } from "./http.ts";
import { JournalStore } from "./journal/journal-store.ts";
import type { Log } from "./log.ts";
import { Rooms } from "./rooms.ts";
import { loadSecret } from "./secret.ts";
import { type ServerClock, serverClock } from "./server-clock.ts";
import type { SfuService } from "./sfu-port.ts";
import type { RoomStore } from "./store.ts";
import { Tokens } from "./tokens.ts";

const BEAT_MS = 500;
/** A beat this late says that the process itself stood still. Seconds. */
const STOOD_STILL = 2;
const SAVE_MS = 2_000;
const EXPIRE_MS = 600_000;
/** Above what a client may send, so that an oversize message can still be answered with its code. */
const PAYLOAD_BYTES = 4 * Math.max(LIMITS.clientFrameBytes, LIMITS.clientTextBytes);
/** How long sockets are given to close by themselves when the server ends. */
const GOODBYE_MS = 1_000;

export interface ServerParts {
  readonly log: Log;
  readonly sfu: SfuService | null;
  /** Why there is no SFU although one was asked for. */
  readonly sfuProblem: string | null;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Further pages by their path, such as `/ca`. */
  readonly pages?: Readonly<Record<string, Handler>>;
  readonly clock?: ServerClock;
}

export interface RunningServer {
  /** Where a browser on this machine opens it, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly counters: Counters;
  /** Tells everybody when to come back, saves every room and ends. Idempotent. */
  close(): Promise<void>;
}

/** Rejects with a sentence for the operator where the port or the data folder cannot be had. */
export async function startServer(config: Config, parts: ServerParts): Promise<RunningServer> {
  const dataDir = resolve(config.dataDir);
  const tokens = new Tokens(await loadSecret(dataDir));
  const store = await JournalStore.open(dataDir, parts.log);
  try {
    return await openServer(config, parts, tokens, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openServer(
  config: Config,
  parts: ServerParts,
  tokens: Tokens,
  store: RoomStore,
): Promise<RunningServer> {
  const clock = parts.clock ?? serverClock();
  const counters = new Counters();
  const { log } = parts;
  const capacity = { performers: config.maxPerformers, listeners: config.maxListeners };
  const { ice, maxRooms, roomExpiryDays: expiryDays } = config;
  const rooms = new Rooms(
    { store, clock, tokens, counters, log, capacity, ice, sfu: parts.sfu },
    { maxRooms, expiryDays },
  );
  await rooms.open();
  await rooms.expire();
  const origins = { publicUrl: config.publicUrl, trustProxy: config.trustProxy };
  const context = { rooms, tokens, counters, clock, log, origins };
  const server = new Server(config, parts, context, store);
  await server.listen();
  return server;
}

class Server implements RunningServer {
  readonly counters: Counters;
  readonly #config: Config;
  readonly #parts: ServerParts;
  readonly #context: ConnectionContext;
  readonly #store: RoomStore;
  readonly #http: ReturnType<typeof createHttpServer>;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #checks: Checks;
  readonly #timers: NodeJS.Timeout[] = [];
  #lastBeat: number;
  #closing: Promise<void> | null = null;

  constructor(config: Config, parts: ServerParts, context: ConnectionContext, store: RoomStore) {
    this.#config = config;
    this.#parts = parts;
    this.#context = context;
    this.#store = store;
    this.counters = context.counters;
    this.#lastBeat = context.clock.now();
    this.#checks = new Checks({
      ...context,
      sfu: parts.sfu,
      sfuIsDown: parts.sfuProblem !== null,
      ice: config.ice,
    });
    const handler = createHandler({
      api: createApi({ ...context, roomsPerHour: config.roomsPerHour }),
      problems: () => this.#problems(),
      workers: () => parts.sfu?.report ?? null,
      pages: parts.pages ?? {},
      distDir: resolve(config.distDir),
    });
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      this.#answer(handler, request, response);
    this.#http = parts.tls ? createHttpsServer({ ...parts.tls }, listener) : createHttpServer(listener);
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: PAYLOAD_BYTES,
      perMessageDeflate: false,
      clientTracking: true,
    });
    this.#http.on("upgrade", (request, socket, head) => {
      const path = pathOf(request);
      if (path === "/ws/check") {
        this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
          this.#checks.begin(webSocket, request).catch((error: unknown) => {
            parts.log.error({ err: error }, "check failed");
            webSocket.terminate();
          });
        });
        return;
      }
      if (path !== "/ws") {
        socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = new Connection(webSocket, request, this.#context);
        this.#connections.add(connection);
        webSocket.on("close", () => {
          this.#connections.delete(connection);
          connection.handleClosed();
        });
      });
    });
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    const { host } = this.#config;
    const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : inUrl(host);
    return `${this.#parts.tls ? "https" : "http"}://${name}:${this.port}`;
  }

  async listen(): Promise<void> {
    const { host, port } = this.#config;
    await new Promise<void>((done, fail) => {
      this.#http.once("error", (error: NodeJS.ErrnoException) => fail(listenError(error, host, port)));
      this.#http.listen(port, host, done);
    });
    this.#http.on("error", (error) => this.#parts.log.error({ err: error }, "server error"));
    this.#every(BEAT_MS, () => this.#beat());
    this.#every(SAVE_MS, () => this.#context.rooms.saveChanged());
    this.#every(EXPIRE_MS, () => this.#context.rooms.expire());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const room of this.#context.rooms.loaded())
      room.announceRestart(() => 200 + Math.floor(Math.random() * 1_800));
    await this.#context.rooms.close();
    const closed = new Promise<void>((done) => this.#http.close(() => done()));
    for (const connection of this.#connections) connection.fail("RESTART");
    this.#checks.close();
    const deadline = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
      this.#http.closeAllConnections();
    }, GOODBYE_MS);
    this.#http.closeIdleConnections();
    await closed;
    clearTimeout(deadline);
    await this.#store.close();
  }

  #answer(handler: Handler, request: IncomingMessage, response: ServerResponse): void {
    Promise.resolve(handler(request, response)).catch((error: unknown) => {
      this.counters.add("http.failed");
      this.#parts.log.error({ err: error, path: pathOf(request) }, "request failed");
      if (response.headersSent) response.destroy();
      else sendError(response, 500, "INTERNAL", "The server made a mistake.");
    });
  }

  async #problems(): Promise<string[]> {
    const problems: string[] = [];
    if (this.#closing) problems.push("The server is going away.");
    const data = await this.#store.problem();
    if (data !== null) problems.push(data);
    if (this.#parts.sfuProblem !== null) problems.push(this.#parts.sfuProblem);
    const workers = this.#parts.sfu?.workers;
    if (workers && workers.alive < workers.wanted)
      problems.push(`${workers.alive} of ${workers.wanted} SFU workers are alive.`);
    return problems;
  }

  #beat(): void {
    const now = this.#context.clock.now();
    const stoodStill = now - this.#lastBeat > STOOD_STILL;
    this.#lastBeat = now;
    for (const connection of this.#connections) {
      if (stoodStill) connection.forgive(now);
      connection.beat(now);
    }
    for (const room of this.#context.rooms.loaded()) room.tick();
    this.#context.rooms.unloadIdle();
  }

  #every(ms: number, work: () => void | Promise<void>): void {
    const run = async () => work();
    const failed = (error: unknown) => this.#parts.log.error({ err: error }, "background work failed");
    this.#timers.push(setInterval(() => void run().catch(failed), ms));
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return new Error(`Port ${port} on ${host} is in use; PORT or --port chooses another.`);
    case "EACCES":
      return new Error(`Port ${port} may not be used by this user; PORT or --port chooses another.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new Error(`HOST must be an address of this machine, but is "${host}".`);
    default:
      return error;
  }
}
