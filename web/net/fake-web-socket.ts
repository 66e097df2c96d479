/** A WebSocket for tests: what was sent is kept, and the test plays the server. */
import type { Peer, Role } from "#shared/protocol/messages.ts";
import type { Welcome } from "./signaling-socket.ts";
import type { WebSocketPort } from "./worker-socket.ts";

export class FakeWebSocket implements WebSocketPort {
  readonly sent: (string | Uint8Array)[] = [];
  bufferedAmount = 0;
  closes = 0;
  onopen: WebSocketPort["onopen"] = null;
  onmessage: WebSocketPort["onmessage"] = null;
  onclose: WebSocketPort["onclose"] = null;

  send(payload: Parameters<WebSocketPort["send"]>[0]): void {
    this.sent.push(payload);
  }

  close(): void {
    this.closes += 1;
  }

  /** The server accepts the connection. */
  open(): void {
    this.onopen?.();
  }

  /** The server sends: an object as JSON, text and bytes as they are. */
  deliver(payload: object | string | Uint8Array): void {
    const data =
      payload instanceof Uint8Array
        ? payload.slice().buffer
        : typeof payload === "string"
          ? payload
          : JSON.stringify(payload);
    this.onmessage?.({ data, at: 20, pingAt: 10 });
  }

  /** The connection ends with this close code. */
  drop(code = 1006): void {
    this.onclose?.({ code });
  }

  /** The texts that were sent, parsed. */
  get messages(): Record<string, unknown>[] {
    return this.sent.filter((payload) => typeof payload === "string").map((text) => JSON.parse(text));
  }
}

/** A welcome for this actor with these others in the room. */
export function fakeWelcome(
  actor: number,
  others: readonly number[] = [],
  role: Role = "performer",
): Welcome {
  const peer = (id: number): Peer => ({
    actor: id,
    member: id,
    name: `P${id}`,
    color: 0,
    role,
    status: null,
  });
  return {
    type: "welcome",
    room: "room",
    seed: 11,
    clockEpoch: 7,
    member: actor,
    memberKey: `member-key-${actor}`,
    actor,
    actorKey: `actor-key-${actor}`,
    role,
    roomTime: 1.5,
    roster: [actor, ...others].map(peer),
    authors: [],
    links: { listener: "/l/room#l" },
    topology: "relay",
    iceServers: [],
  };
}
