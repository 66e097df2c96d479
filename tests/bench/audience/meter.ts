/**
 * A wire with a meter: what one page and its server send each other goes through here, and is counted as it would
 * be on a network. Datagrams are counted one by one. Of a TCP connection only pieces are seen here: each counts with
 * headers of its own and an acknowledgement that carries nothing, which is more than most cost.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket as Stream } from "node:net";

const HOST = "127.0.0.1";
/** IPv4 20, UDP 8. */
const UDP_HEADERS = 28;
/** IPv4 20, TCP 20, its timestamps 12. */
const TCP_HEADERS = 52;
const WEB_SOCKET = "GET /ws";

export interface Reading {
  /** Bytes on the wire, to the page and from it. */
  readonly socket: Flow;
  readonly datagrams: Flow;
}

export interface Flow {
  readonly toPage: number;
  readonly fromPage: number;
  /** Messages, or pieces of a stream. */
  readonly pieces: number;
}

class Counter {
  toPage = 0;
  fromPage = 0;
  pieces = 0;

  count(way: "toPage" | "fromPage", payload: number, headers: number, answer = 0): void {
    this[way] += payload + headers;
    this[way === "toPage" ? "fromPage" : "toPage"] += answer;
    this.pieces += 1;
  }

  get reading(): Flow {
    const { toPage, fromPage, pieces } = this;
    return { toPage, fromPage, pieces };
  }
}

export class Meter {
  readonly #socket = new Counter();
  readonly #datagrams = new Counter();
  readonly #server: Server;
  readonly #streams = new Set<Stream>();
  readonly #sockets: Socket[] = [];
  readonly #doors = new Map<number, number>();

  private constructor(targetPort: number) {
    this.#server = createServer((near) => this.#carry(near, connect({ host: HOST, port: targetPort })));
    this.#server.listen(0, HOST);
  }

  /** On the way to this server. */
  static async start(url: string): Promise<Meter> {
    const meter = new Meter(Number(new URL(url).port));
    await once(meter.#server, "listening");
    return meter;
  }

  /** Where the page finds the server. */
  get url(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  get reading(): Reading {
    return { socket: this.#socket.reading, datagrams: this.#datagrams.reading };
  }

  /** The port by which the page reaches this UDP port. */
  async door(port: number): Promise<number> {
    const known = this.#doors.get(port);
    if (known !== undefined) return known;
    const near = await this.#bind();
    const behind = new Map<number, Promise<Socket>>();
    near.on("message", (bytes, from) => {
      this.#datagrams.count("fromPage", bytes.length, UDP_HEADERS);
      let far = behind.get(from.port);
      if (!far) behind.set(from.port, (far = this.#behind(near, from.port)));
      void far.then((socket) => socket.send(bytes, port, HOST));
    });
    this.#doors.set(port, near.address().port);
    return near.address().port;
  }

  close(): void {
    this.#server.close();
    for (const stream of this.#streams) stream.destroy();
    for (const socket of this.#sockets) socket.close();
  }

  async #bind(): Promise<Socket> {
    const socket = createSocket("udp4");
    this.#sockets.push(socket);
    socket.bind(0, HOST);
    await once(socket, "listening");
    return socket;
  }

  /** What the other side takes for the page's own port. */
  async #behind(near: Socket, pagePort: number): Promise<Socket> {
    const socket = await this.#bind();
    socket.on("message", (bytes) => {
      this.#datagrams.count("toPage", bytes.length, UDP_HEADERS);
      near.send(bytes, pagePort, HOST);
    });
    return socket;
  }

  /** Counted where it is the WebSocket: what else the page fetches are its files. */
  #carry(near: Stream, far: Stream): void {
    let isWebSocket = false;
    const count = (way: "toPage" | "fromPage", bytes: Buffer): void => {
      if (isWebSocket) this.#socket.count(way, bytes.length, TCP_HEADERS, TCP_HEADERS);
    };
    near.once(
      "data",
      (bytes) => (isWebSocket = bytes.toString("latin1", 0, WEB_SOCKET.length) === WEB_SOCKET),
    );
    near.on("data", (bytes) => count("fromPage", bytes));
    far.on("data", (bytes) => count("toPage", bytes));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#streams.add(from);
      from.setNoDelay(true);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#streams.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
