/** A client for tests: real HTTP and a real WebSocket, reading what comes in its order. Waits never sleep. */
import { WebSocket } from "ws";
import type { Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { encodePing, FRAME } from "#shared/protocol/frames.ts";
import type { ClientMessage, Links, ServerMessage, Topology } from "#shared/protocol/messages.ts";
import { VERSION } from "#shared/protocol/version.ts";

export interface MadeRoom {
  readonly room: string;
  readonly links: Links & { leader: string; performer: string };
}

export async function makeRoom(url: string, topology: Topology = "auto"): Promise<MadeRoom> {
  const response = await fetch(`${url}/api/rooms`, { method: "POST", body: JSON.stringify({ topology }) });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as MadeRoom;
}

export const tokenOf = (link: string): string => link.slice(link.indexOf("#") + 1);

type Received = { text: ServerMessage } | { binary: Uint8Array } | { closed: number };
export type Welcome = Extract<ServerMessage, { type: "welcome" }>;

export class TestClient {
  readonly socket: WebSocket;
  readonly #received: Received[] = [];
  #waiters: (() => void)[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
    this.socket.on("message", (bytes: Buffer, isBinary: boolean) =>
      this.#push(isBinary ? { binary: new Uint8Array(bytes) } : { text: JSON.parse(bytes.toString()) }),
    );
    this.socket.on("close", (code: number) => this.#push({ closed: code }));
    this.socket.on("error", () => undefined);
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING)
      await new Promise((done) => this.socket.once("open", done));
    return this;
  }

  send(message: ClientMessage | Record<string, unknown> | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  sendBinary(bytes: Uint8Array): void {
    this.socket.send(bytes, { binary: true });
  }

  hello(link: string, more: Partial<Extract<ClientMessage, { type: "hello" }>> = {}): void {
    this.send({ type: "hello", ...VERSION, token: tokenOf(link), ...more });
  }

  /** Takes what `pick` accepts, in order of arrival; what it refuses is left for others. */
  async #take<T>(pick: (received: Received) => T | null): Promise<T> {
    for (;;) {
      for (const [index, received] of this.#received.entries()) {
        const picked = pick(received);
        if (picked === null) continue;
        this.#received.splice(index, 1);
        return picked;
      }
      await new Promise<void>((done) => this.#waiters.push(done));
    }
  }

  text<K extends ServerMessage["type"]>(
    type: K,
    fits: (message: Extract<ServerMessage, { type: K }>) => boolean = () => true,
  ): Promise<Extract<ServerMessage, { type: K }>> {
    return this.#take((received) => {
      if (!("text" in received) || received.text.type !== type) return null;
      const message = received.text as Extract<ServerMessage, { type: K }>;
      return fits(message) ? message : null;
    });
  }

  frame(first: (byte: number) => boolean): Promise<Uint8Array> {
    return this.#take((received) =>
      "binary" in received && first(received.binary[0] ?? -1) ? received.binary : null,
    );
  }

  /** Sends a ping; true when it is answered, false when the connection has ended instead. */
  answers(): Promise<boolean> {
    this.sendBinary(encodePing({ id: 1 }));
    return this.#take((received) => {
      if ("closed" in received) return false;
      return "binary" in received && received.binary[0] === FRAME.pong ? true : null;
    });
  }

  closed(): Promise<number> {
    return this.#take((received) => ("closed" in received ? received.closed : null));
  }

  /** What has come and nobody has taken. */
  pending(): readonly Received[] {
    return this.#received;
  }

  #push(received: Received): void {
    this.#received.push(received);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

/** Connects and says hello; resolves with the welcome and the snapshot that follows it. */
export async function join(
  url: string,
  link: string,
  more: Partial<Extract<ClientMessage, { type: "hello" }>> = {},
): Promise<{ client: TestClient; welcome: Welcome; snapshot: Uint8Array }> {
  const client = await new TestClient(url).opened();
  client.hello(link, more);
  const welcome = await client.text("welcome");
  const snapshot = await client.frame((byte) => byte === FRAME.snapshot);
  return { client, welcome, snapshot };
}

/** The document that a client begins with; for `actor` to write in, by default the client itself. */
export function replicaOf(welcome: Welcome, snapshot: Uint8Array, actor = welcome.actor): Replica {
  const replica = new Replica({ actor, seed: welcome.seed });
  const decoded = decodeSnapshot(snapshot);
  if (!decoded.ok) throw new Error(decoded.error);
  replica.load(decoded.value);
  return replica;
}

export const isDelta = (byte: number): boolean => (byte & 0xf0) === FRAME.delta;

/** A note on this step of the first track. */
export const note = (step: number): Write => ({
  key: { kind: "note", track: 1, pattern: 0, step, pitch: 60 },
  value: { velocity: 100, gate: 1, probability: 1, ratchet: 1 },
});
