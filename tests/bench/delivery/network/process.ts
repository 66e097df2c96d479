/**
 * The bad network, a process of its own: datagrams and streams on this machine go through it. It works as a
 * router that gives every UDP port behind it one other port: what comes to the other port of B from A goes
 * on to B from the other port of A. So neither ever hears the other but through here, whichever calls first.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Socket as Stream } from "node:net";
import { seededRandom } from "#shared/lib/random.ts";
import { type Conditions, DatagramLine, StreamLine } from "./line.ts";
import type { Answer, Order, Weather } from "./network.ts";

const HOST = "127.0.0.1";

interface Door {
  /** The port behind it, and the address at which that was last seen. */
  readonly port: number;
  address: string;
  readonly socket: Socket;
  readonly ownPort: number;
  /** One for each port that sends here. */
  readonly lines: Map<number, DatagramLine>;
}

const FAIR: Conditions = { delayMs: 0, loss: 0 };
let weather: Weather = { between: FAIR, server: FAIR };
/** The SFU's UDP port: what goes to it or comes from it has the server's weather. */
let serverPort = 0;
let lines = 0;
const random = () => seededRandom(++lines);

const doors = new Map<number, Promise<Door>>();

function doorOf(port: number, address: string): Promise<Door> {
  const known = doors.get(port);
  if (known) return known;
  const opening = openDoor(port, address);
  doors.set(port, opening);
  return opening;
}

async function openDoor(port: number, address: string): Promise<Door> {
  const socket = createSocket("udp4");
  socket.bind(0, HOST);
  await once(socket, "listening");
  const door: Door = { port, address, socket, ownPort: socket.address().port, lines: new Map() };
  socket.on("message", (bytes, from) => void pass(door, bytes, from));
  return door;
}

async function pass(to: Door, bytes: Buffer, from: { address: string; port: number }): Promise<void> {
  const now = performance.now();
  const source = await doorOf(from.port, from.address);
  source.address = from.address;
  let line = to.lines.get(from.port);
  if (!line) to.lines.set(from.port, (line = new DatagramLine(random())));
  const isServer = to.port === serverPort || from.port === serverPort;
  const due = line.pass(now, isServer ? weather.server : weather.between);
  if (due !== null) at(due, () => source.socket.send(bytes, to.port, to.address));
}

/** What waits, in the order of its time. */
const waiting: { due: number; run: () => void }[] = [];
let timer: NodeJS.Timeout | null = null;
/** Timers count whole ms: what is due within half of one goes now, so that the error has no direction. */
const EARLY_MS = 0.5;

function at(due: number, run: () => void): void {
  if (due <= performance.now() + EARLY_MS) return run();
  let place = waiting.length;
  while (place > 0 && (waiting[place - 1]?.due ?? 0) > due) place -= 1;
  waiting.splice(place, 0, { due, run });
  if (place === 0) wake();
}

function wake(): void {
  const now = performance.now();
  while (waiting[0] && waiting[0].due <= now + EARLY_MS) waiting.shift()?.run();
  if (timer) clearTimeout(timer);
  timer = waiting[0] ? setTimeout(wake, Math.max(1, waiting[0].due - now - EARLY_MS)) : null;
}

/** A port that leads to this TCP port of the server's, each way at the server's weather. */
async function openStreams(target: number): Promise<number> {
  const server = createServer((near) => {
    const far = connect({ host: HOST, port: target, noDelay: true });
    near.setNoDelay(true);
    carry(near, far);
    carry(far, near);
  });
  server.listen(0, HOST);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function carry(from: Stream, to: Stream): void {
  const line = new StreamLine(random());
  const later = (run: () => void): void => at(line.pass(performance.now(), weather.server), run);
  from.on("data", (bytes) => later(() => to.write(bytes)));
  from.on("end", () => later(() => to.end()));
  // What has failed has nothing more to say; the other side is told by its own end.
  from.on("error", () => to.destroy());
  from.on("close", () => later(() => to.end()));
}

async function obey(order: Order): Promise<number> {
  switch (order.type) {
    case "weather":
      weather = order.weather;
      return 0;
    case "server":
      serverPort = order.udpPort;
      return openStreams(order.tcpPort);
    case "door":
      return (await doorOf(order.port, HOST)).ownPort;
  }
}

process.on("message", ({ id, order }: { id: number; order: Order }) => {
  void obey(order).then((port) => process.send?.({ id, port } satisfies Answer));
});
// Whoever started it has gone.
process.on("disconnect", () => process.exit(0));
