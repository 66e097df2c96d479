/** How far what I hear of others is behind my own rendering of the same music, and how that is known. */
import type { LocalClock } from "#shared/ports.ts";
import type { Status } from "#shared/protocol/messages.ts";
import type { Rig } from "../audio/rig.ts";
import type { Connection } from "../net/connection.ts";
import { HeardTime } from "../net/streams/heard-time.ts";
import { senderTimes } from "../net/streams/sender-times.ts";
import type { Reception } from "../net/streams/reception.ts";
import type { LagBy } from "../net/streams/stream-lag.ts";

export interface Behind {
  /** Seconds. */
  readonly seconds: number;
  readonly by: LagBy;
}

export interface BehindParts {
  readonly connection: Pick<Connection, "clock" | "sound">;
  readonly clock: LocalClock;
  readonly rig: () => Pick<Rig, "clock"> | null;
}

/** What the node that brings a stream into the graph holds back. Measured in Chromium; seconds. */
const ENTRY = 0.025;

/** Of one reception, whose receiver may become another. */
export class HeardStream {
  readonly #parts: BehindParts;
  readonly #reception: Reception;
  #time: { readonly receiver: RTCRtpReceiver; readonly heard: HeardTime } | null = null;

  constructor(parts: BehindParts, reception: Reception) {
    this.#parts = parts;
    this.#reception = reception;
  }

  /** A few times a second. Never rejects: a receiver that has just ended says nothing. */
  async read(): Promise<void> {
    const { receiver } = this.#reception;
    if (receiver !== (this.#time?.receiver ?? null))
      this.#time = receiver && { receiver, heard: this.#heardTime(receiver) };
    await this.#time?.heard.read().catch(() => {});
  }

  /** Null before it is known. */
  get behind(): Behind | null {
    const { clock } = this.#parts;
    const now = clock.now();
    const [heard, room] = [this.#time?.heard.at(now), this.#roomAt(now)];
    return heard && room !== null ? { seconds: room - heard.roomTime, by: heard.by } : null;
  }

  #roomAt(local: ReturnType<LocalClock["now"]>): number | null {
    const { clock } = this.#parts.connection;
    return clock.hasTime ? clock.roomAt(local) : null;
  }

  #heardTime(receiver: RTCRtpReceiver): HeardTime {
    const { connection, clock, rig } = this.#parts;
    const { actor, kind } = this.#reception;
    const status = (): Status | null => connection.sound.peers.get(actor)?.status ?? null;
    return new HeardTime({
      receiver,
      clock,
      roomAt: (local) => this.#roomAt(local),
      sender: () => {
        const times = senderTimes(status(), connection.sound.way?.rung ?? "relay");
        // Whoever plays an input plays to what they hear, and not to what is being rendered.
        return kind === "input" ? { ...times, lead: 0 } : times;
      },
      output: () => (rig()?.clock.renderAhead ?? 0) + ENTRY,
    });
  }
}
