/**
 * RTCPeerConnection and RTCDataChannel on libdatachannel, as far as mediasoup-client's Chrome111 handler
 * uses them for data: an ICE-lite partner, negotiated channels, no media. The package's own polyfill
 * negotiates by itself and cannot answer an offer after a channel was made, which that handler does.
 */
import { type DataChannel, PeerConnection } from "node-datachannel";

type Description = { readonly type: "offer" | "answer"; readonly sdp: string };

interface ChannelOptions {
  readonly id: number;
  readonly ordered: boolean;
  readonly maxRetransmits?: number;
}

/** A session without media: to mediasoup-client, a browser that knows no codec. */
const NO_MEDIA = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

/**
 * Channels that a receiver has ready from the start, by number: mediasoup counts a transport's up from 0.
 * libdatachannel resets a stream on which something comes before its channel was made, where a browser lets
 * that one message go; and the SFU may forward before its answer to "consume" is here.
 */
const READY_CHANNELS = 64;

let made = 0;

export class NodePeerConnection extends EventTarget {
  readonly #connection: PeerConnection;
  #wantsMedia = false;
  /** Settles with the description that libdatachannel has been told to make. */
  #described: (description: Description) => void = () => undefined;
  #local: Description | null = null;
  readonly #channels = new Map<number, NodeDataChannel>();

  constructor() {
    super();
    made += 1;
    // A connection without channels negotiates nothing by itself: the handler says when.
    this.#connection = new PeerConnection(`peer-${made}`, {
      iceServers: [],
      bindAddress: "127.0.0.1",
      disableAutoNegotiation: true,
    });
    this.#connection.onLocalDescription((sdp, type) => {
      if (type === "offer" || type === "answer") this.#described({ type, sdp });
    });
    this.#connection.onStateChange(() => this.dispatchEvent(new Event("connectionstatechange")));
  }

  get connectionState(): string {
    return this.#connection.state();
  }

  get localDescription(): Description | null {
    return this.#local;
  }

  /** One that has nothing to set: no sound is sent by it. */
  addTransceiver(): object {
    this.#wantsMedia = true;
    return {};
  }

  createDataChannel(label: string, { id, ordered, maxRetransmits }: ChannelOptions): NodeDataChannel {
    const ready = this.#channels.get(id);
    if (ready) return ready;
    const options = {
      negotiated: true,
      id,
      unordered: !ordered,
      ...(maxRetransmits === undefined ? {} : { maxRetransmits }),
    };
    const channel = new NodeDataChannel(this.#connection.createDataChannel(label, options));
    this.#channels.set(id, channel);
    return channel;
  }

  createOffer(): Promise<Description> {
    return this.#wantsMedia ? Promise.resolve({ type: "offer", sdp: NO_MEDIA }) : this.#describe("offer");
  }

  createAnswer(): Promise<Description> {
    return this.#describe("answer");
  }

  /** libdatachannel has taken it when it made it. */
  async setLocalDescription(description: Description): Promise<void> {
    this.#local = description;
  }

  async setRemoteDescription({ sdp, type }: Description): Promise<void> {
    if (type === "offer")
      for (let id = 0; id < READY_CHANNELS; id++) this.createDataChannel("", { id, ordered: false });
    this.#connection.setRemoteDescription(sdp, type);
  }

  close(): void {
    this.#connection.close();
  }

  #describe(type: Description["type"]): Promise<Description> {
    return new Promise((resolve) => {
      this.#described = resolve;
      this.#connection.setLocalDescription(type);
    });
  }
}

type ChannelState = "connecting" | "open" | "closed";

class NodeDataChannel extends EventTarget {
  readonly #channel: DataChannel;
  #state: ChannelState = "connecting";
  binaryType = "arraybuffer";

  constructor(channel: DataChannel) {
    super();
    this.#channel = channel;
    channel.onOpen(() => this.#change("open"));
    channel.onClosed(() => this.#change("closed"));
    channel.onMessage((message) => {
      const data =
        typeof message === "string" ? message : Uint8Array.from(Buffer.from(message as Buffer)).buffer;
      this.dispatchEvent(new MessageEvent("message", { data }));
    });
  }

  get readyState(): ChannelState {
    return this.#state;
  }

  get bufferedAmount(): number {
    return this.#state === "closed" ? 0 : this.#channel.bufferedAmount();
  }

  send(bytes: Uint8Array): void {
    this.#channel.sendMessageBinary(bytes);
  }

  close(): void {
    if (this.#state !== "closed") this.#channel.close();
  }

  #change(state: "open" | "closed"): void {
    this.#state = state;
    this.dispatchEvent(new Event(state === "open" ? "open" : "close"));
  }
}
