/** The shell round the room clock: asks the server's time when the clock wants to know it, and hands over the answers. */
import type { LocalClock } from "#shared/ports.ts";
import { encodePing, type Ping } from "#shared/protocol/frames.ts";
import { type LocalTime, localTime, roomTime } from "#shared/time/instants.ts";
import type { RoomClock } from "#shared/time/room-clock.ts";
import type { SignalingEvents } from "./signaling-socket.ts";

export class ClockPings {
  readonly #room: RoomClock;
  readonly #local: LocalClock;
  readonly #send: (frame: Uint8Array) => void;
  #id = 0;
  #due: LocalTime = localTime(Number.POSITIVE_INFINITY);

  constructor(room: RoomClock, local: LocalClock, send: (frame: Uint8Array) => void) {
    this.#room = room;
    this.#local = local;
    this.#send = send;
  }

  /** When the next one is to go. */
  get due(): LocalTime {
    return this.#due;
  }

  /** Asks anew, quickly. */
  restart(now: LocalTime): void {
    this.#room.restart(now);
    this.#due = this.#room.nextPingAt(now);
  }

  /** The next one goes now: the server is to hear what is here. */
  hurry(now: LocalTime): void {
    this.#due = now;
  }

  /** Sends what is due, with the state of the document where there is one. */
  turn(now: LocalTime, state: Ping["state"]): void {
    if (now < this.#due) return;
    this.#due = this.#room.nextPingAt(now);
    this.#id = (this.#id + 1) & 0xffff;
    this.#send(encodePing({ id: this.#id, ...(state && { state }) }));
  }

  /** `isHeard`: whether music sounds here by this clock. */
  handlePong({ pong, sent, received }: SignalingEvents["pong"], isHeard: boolean): void {
    const sample = {
      sent: this.#local.fromPerformance(sent),
      received: this.#local.fromPerformance(received),
      serverReceived: roomTime(pong.received),
      serverSent: roomTime(pong.sent),
      serverDelay: pong.serverDelay,
    };
    this.#room.setHeard(isHeard);
    this.#room.handlePong(sample, pong.clockEpoch);
  }

  /** What room time will be when a word said now arrives; null unless the clock has been locked. */
  heldTime(now: LocalTime): { roomTime: number; errorBound: number } | null {
    const { state, errorBound, rtt } = this.#room.status(now);
    if (state !== "locked" && state !== "holdover") return null;
    return { roomTime: this.#room.roomAt(now) + rtt / 2, errorBound };
  }
}
