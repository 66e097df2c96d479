/** A performer of ours on the relay: the client's own delivery over a bare WebSocket, with its pings and reports. */
import { encodePing, frameKind } from "#shared/protocol/frames.ts";
import type { RegisterKey } from "#shared/document/delta.ts";
import { Spoke } from "#shared/document/spoke.ts";
import { join, type TestClient } from "../../../signaling/test-client.ts";
import type { Enter, Person, Tally } from "./person.ts";

const PING_INTERVAL = 2;
const PLAIN = { velocity: 100, gate: 1, probability: 1, ratchet: 1 };

const seconds = (): number => performance.now() / 1000;

const keyOf = (place: number): RegisterKey => ({
  kind: "note",
  track: 1,
  pattern: 0,
  step: place % 16,
  pitch: 36 + Math.floor(place / 16),
});

class TuttiPerson implements Person {
  readonly #client: TestClient;
  readonly #spoke: Spoke;
  readonly #tally: Tally;
  /** Room time less ours, in seconds. */
  readonly #offset: number;
  /** Edits by actor and sequence number, of the whole crowd. */
  readonly #numbers: Map<string, number>;
  /** Places that this person has set. */
  readonly #set = new Set<number>();
  #confirmed = 0;
  #pings = 0;
  #pingDue: number;

  constructor(options: {
    client: TestClient;
    spoke: Spoke;
    tally: Tally;
    offset: number;
    numbers: Map<string, number>;
  }) {
    this.#client = options.client;
    this.#spoke = options.spoke;
    this.#tally = options.tally;
    this.#offset = options.offset;
    this.#numbers = options.numbers;
    this.#pingDue = seconds() + Math.random() * PING_INTERVAL;
    this.#client.socket.removeAllListeners("message");
    this.#client.socket.on("message", (bytes: Buffer, isBinary: boolean) => {
      if (isBinary) this.#hear(bytes);
    });
  }

  edit(edit: number, place: number): void {
    const value = this.#set.delete(place) ? null : PLAIN;
    if (value) this.#set.add(place);
    const writes = [{ key: keyOf(place), value }];
    const { actor, seq } = this.#spoke.commit(writes, this.#roomMs(), seconds());
    this.#numbers.set(`${actor} ${seq}`, edit);
    this.#send();
  }

  tick(now: number): void {
    if (now >= this.#pingDue) {
      this.#pingDue = now + PING_INTERVAL;
      this.#pings = (this.#pings + 1) & 0xffff;
      this.#client.sendBinary(encodePing({ id: this.#pings, state: this.#spoke.state }));
    }
    if ((this.#spoke.nextDue ?? Number.POSITIVE_INFINITY) <= now) this.#send();
  }

  close(): void {
    this.#client.socket.terminate();
  }

  #roomMs(): number {
    return (seconds() + this.#offset) * 1000;
  }

  #send(): void {
    for (const { bytes } of this.#spoke.take(seconds(), this.#roomMs())) this.#client.sendBinary(bytes);
  }

  #hear(bytes: Uint8Array): void {
    const kind = frameKind(bytes);
    if (kind === "pong" || kind === null) return;
    const { deltas, error } = this.#spoke.handleServerFrame(bytes, seconds(), this.#roomMs());
    if (error !== undefined) throw new Error(`refused: ${error}`);
    for (const { actor, seq } of deltas) {
      const edit = this.#numbers.get(`${actor} ${seq}`);
      if (edit !== undefined) this.#tally.arrived(edit);
    }
    if (kind === "have") this.#confirm();
  }

  #confirm(): void {
    const { actor, vector } = this.#spoke.replica;
    const upTo = vector.highest(actor) - this.#spoke.unacknowledged;
    while (this.#confirmed < upTo) {
      this.#confirmed += 1;
      const edit = this.#numbers.get(`${actor} ${this.#confirmed}`);
      if (edit !== undefined) this.#tally.acknowledged(edit);
    }
  }
}

/** `room` is its performers' link. */
export function enterTutti(): Enter {
  const numbersOf = new Map<string, Map<string, number>>();
  return async (url, room, tally) => {
    const numbers = numbersOf.get(room) ?? new Map<string, number>();
    numbersOf.set(room, numbers);
    const { client, welcome, snapshot } = await join(url, room);
    const offset = welcome.roomTime - seconds();
    const spoke = new Spoke({ actor: welcome.actor, seed: welcome.seed, mayWrite: true });
    spoke.setServerOpen(true, seconds());
    spoke.handleServerFrame(snapshot, seconds(), welcome.roomTime * 1000);
    return new TuttiPerson({ client, spoke, tally, offset, numbers });
  };
}
