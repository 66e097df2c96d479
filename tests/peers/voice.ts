/**
 * A performer without a page who is heard: libwebrtc in Node in place of libdatachannel, which knows no sound. Its
 * microphone is a tone, its ears count packets; what is between is the app's own.
 */
import wrtc from "@roamhq/wrtc";
import type { Arrival } from "../../web/net/streams/arrival.ts";
import type { Reception } from "../../web/net/streams/reception.ts";
import { Streams } from "../../web/net/streams/streams.ts";
import type { Browser, NodePeer } from "./node-peer.ts";

const { MediaStream, nonstandard, RTCPeerConnection } = wrtc;

class HeardPeerConnection extends RTCPeerConnection {
  /** The package leaves the receivers' own counts out. */
  override getTransceivers(): RTCRtpTransceiver[] {
    const transceivers = super.getTransceivers();
    for (const { receiver } of transceivers) counting(receiver, this);
    return transceivers;
  }
}

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly trackIdentifier?: string;
}

/** With the connection's own counts, as far as they are of its track. */
function counting(receiver: RTCRtpReceiver, connection: RTCPeerConnection): RTCRtpReceiver {
  const getStats = async (): Promise<RTCStatsReport> => {
    const entries = new Map<string, Entry>();
    (await connection.getStats()).forEach((entry: Entry) => entries.set(entry.id, entry));
    const isMine = ({ type, trackIdentifier }: Entry): boolean =>
      type !== "inbound-rtp" || trackIdentifier === receiver.track.id;
    return new Map([...entries].filter(([, entry]) => isMine(entry)));
  };
  return Object.defineProperty(receiver, "getStats", { value: getStats, configurable: true });
}

export const HEARD: Partial<Browser> = { RTCPeerConnection: HeardPeerConnection, MediaStream };

const RATE = 48_000;
/** As often as libwebrtc wants samples. */
const BLOCK_MS = 10;
const BLOCK = (RATE * BLOCK_MS) / 1_000;

export class Voice {
  readonly #streams: Streams;
  readonly #source = new nonstandard.RTCAudioSource();
  readonly #receptions: Reception[] = [];
  readonly #timer: NodeJS.Timeout;
  #sample = 0;

  /** A tone of so many Hz. */
  constructor({ connection }: NodePeer, pitch: number) {
    this.#streams = new Streams({
      connection,
      random: Math.random,
      handleAir: () => undefined,
      handleReception: () => undefined,
      handleTick: () => undefined,
    });
    this.#timer = setInterval(() => this.#sing(pitch), BLOCK_MS);
    this.#streams.start("input", this.#source.createTrack(), { bitrate: 128_000, ptime: 20 });
  }

  /** From now on this actor's input is heard. */
  hear(actor: number): void {
    this.#receptions.push(this.#streams.listen(actor, "input"));
  }

  /** How what it hears arrives, a stream each. */
  get arrivals(): readonly Arrival[] {
    return this.#receptions.map(({ arrival }) => arrival);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#streams.close();
  }

  #sing(pitch: number): void {
    const samples = Int16Array.from(
      { length: BLOCK },
      () => 8_000 * Math.sin((2 * Math.PI * pitch * this.#sample++) / RATE),
    );
    this.#source.onData({
      samples,
      sampleRate: RATE,
      bitsPerSample: 16,
      channelCount: 1,
      numberOfFrames: BLOCK,
    });
  }
}
