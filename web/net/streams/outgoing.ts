/**
 * What this page sends, whatever way there is: in a mesh a stream to each who asks for it, on the SFU one
 * producer. What is under way in a mesh goes on while the room changes to the SFU, until its hearers let go.
 */
import type { types } from "mediasoup-client";
import type { AirKind } from "#shared/protocol/messages.ts";
import type { Connection } from "../connection.ts";
import type { SfuSession } from "../sfu-session.ts";
import type { Quality } from "./opus.ts";
import type { PairStream } from "./pair-stream.ts";
import { produce } from "./sfu-streams.ts";
import { KINDS, type StreamSignal } from "./stream-signal.ts";

interface Sent {
  readonly track: MediaStreamTrack;
  quality: Quality;
}

interface Producing {
  readonly session: SfuSession;
  /** Null while it is being made; another one of the kind waits for that. */
  producer: types.Producer | null;
}

/** After a refusal or a lost answer. */
const RETRY_MS = 1_000;

export class Outgoing {
  readonly #connection: Connection;
  readonly #sent = new Map<AirKind, Sent>();
  /** By hearer and kind. */
  readonly #pairs = new Map<string, PairStream>();
  readonly #producing = new Map<AirKind, Producing>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** How many are sent to now: null while the SFU does it for us. */
  get hearers(): number | null {
    return this.#producing.size > 0 ? null : this.#pairs.size;
  }

  start(kind: AirKind, track: MediaStreamTrack, quality: Quality): void {
    this.stop(kind);
    this.#sent.set(kind, { track, quality });
    this.turn();
  }

  stop(kind: AirKind): void {
    this.#sent.delete(kind);
    for (const [key, pair] of this.#pairs) {
      if (!key.endsWith(kind)) continue;
      this.#pairs.delete(key);
      pair.close();
    }
    const producing = this.#producing.get(kind);
    if (!producing?.producer) return;
    this.#producing.delete(kind);
    this.#end(kind, producing.producer);
  }

  /** Goes on with what is sent already. */
  setBitrate(kind: AirKind, bitrate: Quality["bitrate"]): void {
    const sent = this.#sent.get(kind);
    if (!sent) return;
    sent.quality = { ...sent.quality, bitrate };
    for (const [key, pair] of this.#pairs) if (key.endsWith(kind)) pair.setBitrate(bitrate);
    const producer = this.#producing.get(kind)?.producer;
    // One that has just ended does not mind.
    producer?.setRtpEncodingParameters({ maxBitrate: bitrate }).catch(() => {});
  }

  /** Somebody in the mesh asks for a stream, or goes on about one. False: it is none of ours. */
  handleSignal(from: number, kind: AirKind, signal: StreamSignal): boolean {
    const key = `${from}:${kind}`;
    const pair = this.#pairs.get(key);
    if (signal.type !== "listen") {
      if (pair?.session !== signal.session) return false;
      pair.handleSignal(signal);
      return true;
    }
    pair?.close();
    this.#pairs.delete(key);
    // Where the code for it cannot be had, the asker's own deadline makes it ask again.
    import("./pair-stream.ts").then(
      (code) => this.#call(code, from, kind, signal.session),
      () => {},
    );
    return true;
  }

  handleLeft(actor: number): void {
    for (const kind of KINDS) {
      this.#pairs.get(`${actor}:${kind}`)?.close();
      this.#pairs.delete(`${actor}:${kind}`);
    }
  }

  /** The way may be another one: what is sent follows it. */
  turn(): void {
    const session = this.#connection.sound.way?.session ?? null;
    for (const [kind, { session: before }] of this.#producing)
      if (before !== session) this.#producing.delete(kind);
    if (!session) return;
    for (const [kind, sent] of this.#sent)
      if (!this.#producing.has(kind)) void this.#produce(session, kind, sent);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const kind of this.#sent.keys()) this.stop(kind);
  }

  #call(code: typeof import("./pair-stream.ts"), to: number, kind: AirKind, session: number): void {
    const key = `${to}:${kind}`;
    const sends = this.#sent.get(kind);
    // What a stranger asks, or what is over by now, ends by the asker's own deadline.
    if (!sends || !this.#connection.sound.peers.has(to) || this.#pairs.has(key)) return;
    const made = new code.PairStream({
      session,
      sends,
      iceServers: this.#connection.sound.iceServers,
      signal: (data) =>
        void this.#connection.sound.socket.send({ type: "signal", to, data: { ...data, stream: kind } }),
      handlers: {
        ended: () => {
          if (this.#pairs.get(key) === made) this.#pairs.delete(key);
        },
      },
    });
    this.#pairs.set(key, made);
  }

  async #produce(session: SfuSession, kind: AirKind, sent: Sent): Promise<void> {
    const producing: Producing = { session, producer: null };
    this.#producing.set(kind, producing);
    const isCurrent = (): boolean => this.#producing.get(kind) === producing;
    try {
      const producer = await produce(session, this.#connection.sound.request, kind, sent);
      if (!isCurrent()) return producer.close();
      producing.producer = producer;
      if (this.#sent.get(kind) === sent) return;
      // It has been stopped meanwhile, or another track is to be sent.
      this.#producing.delete(kind);
      this.#end(kind, producer);
      this.turn();
    } catch {
      // The session is over, and its end brings the next; or the server was busy, and is asked again.
      if (isCurrent()) this.#producing.delete(kind);
      clearTimeout(this.#retry);
      if (!this.#closed) this.#retry = setTimeout(() => this.turn(), RETRY_MS);
    }
  }

  #end(kind: AirKind, producer: types.Producer): void {
    producer.close();
    // Where it is not answered, the server closes it with the transport.
    this.#connection.sound.request("closeProducer", { kind }).catch(() => {});
  }
}
