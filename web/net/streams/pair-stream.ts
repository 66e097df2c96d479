/**
 * One stream from one browser to another, over a connection of its own: that it begins or ends touches no pair
 * that carries edits, and each has one sender, who calls. It ends once; another attempt is another one.
 */
import SimplePeer from "simple-peer";
import { outgoingSignal } from "../mesh-pair.ts";
import type { MeshSignal } from "../mesh-signal.ts";
import { askForCaptureTime } from "./capture-time.ts";
import { musicSdp, type Quality } from "./opus.ts";

export interface PairStreamOptions {
  /** Names this attempt. u32. */
  readonly session: number;
  /** What is sent; null at the hearer's end. */
  readonly sends: { readonly track: MediaStreamTrack; readonly quality: Quality } | null;
  readonly iceServers: readonly RTCIceServer[];
  readonly signal: (signal: MeshSignal) => void;
  readonly handlers: {
    /** At the hearer's end. */
    readonly track?: (track: MediaStreamTrack, receiver: RTCRtpReceiver) => void;
    /** Not called when the owner has closed it. */
    readonly ended: () => void;
  };
}

/** As long as a pair of a mesh has. */
const CONNECT_DEADLINE_MS = 15_000;
/** The hearer's answer leaves the length of packets to the sender, who writes its own into it. */
const ANY_PTIME = 20;

export class PairStream {
  readonly session: number;
  readonly #options: PairStreamOptions;
  readonly #peer: SimplePeer.Instance;
  #connection: RTCPeerConnection | null = null;
  readonly #deadline: ReturnType<typeof setTimeout>;
  #closed = false;

  constructor(options: PairStreamOptions) {
    this.session = options.session;
    this.#options = options;
    const { sends, iceServers, signal, handlers } = options;
    this.#deadline = setTimeout(() => this.#fail(), CONNECT_DEADLINE_MS);
    const take = (connection: RTCPeerConnection): void => {
      this.#connection = connection;
      // What the other side offers is answered after this event.
      connection.addEventListener("signalingstatechange", () => askForCaptureTime(connection));
    };
    this.#peer = new SimplePeer({
      initiator: sends !== null,
      trickle: true,
      config: { iceServers: [...iceServers] },
      ...(sends && { stream: new MediaStream([sends.track]) }),
      sdpTransform: (sdp) => this.#music(sdp),
      // The one public way to the connection, whose receiver and sender have what simple-peer has no name for.
      wrtc: {
        RTCPeerConnection: class extends RTCPeerConnection {
          constructor(configuration?: RTCConfiguration) {
            super(configuration);
            take(this);
          }
        },
        RTCSessionDescription,
        RTCIceCandidate,
      },
    });
    // What is sent is there by now, and the offer is made in a turn of its own.
    if (this.#connection) askForCaptureTime(this.#connection);
    this.#peer.on("signal", (data) => {
      const outgoing = this.#closed ? null : outgoingSignal(data, this.session);
      if (outgoing) signal(outgoing);
    });
    this.#peer.on("connect", () => {
      clearTimeout(this.#deadline);
      if (sends) this.setBitrate(sends.quality.bitrate);
    });
    this.#peer.on("track", (track) => {
      const receiver = this.#connection?.getReceivers().find((each) => each.track === track);
      if (receiver && !this.#closed) handlers.track?.(track, receiver);
    });
    this.#peer.on("error", () => this.#fail());
    this.#peer.on("close", () => this.#fail());
  }

  /** Never throws: what the browser cannot use ends this stream alone. */
  handleSignal(signal: MeshSignal): void {
    if (this.#closed) return;
    if (signal.type === "bye") {
      this.#shut();
      return this.#options.handlers.ended();
    }
    const data = "sdp" in signal ? { ...signal, sdp: this.#music(signal.sdp) } : signal;
    try {
      this.#peer.signal(data as SimplePeer.SignalData);
    } catch {
      this.#fail();
    }
  }

  /** Takes effect without a word to the other side. */
  setBitrate(bitrate: number): void {
    for (const sender of this.#connection?.getSenders() ?? []) {
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings;
      if (!encoding) continue;
      encoding.maxBitrate = bitrate;
      // One that has just ended does not mind.
      sender.setParameters(parameters).catch(() => {});
    }
  }

  /** Ends it and tells the other side. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#shut();
    this.#options.signal({ type: "bye", session: this.session });
  }

  #music(sdp: string): string {
    return musicSdp(sdp, this.#options.sends?.quality.ptime ?? ANY_PTIME);
  }

  #fail(): void {
    if (this.#closed) return;
    this.close();
    this.#options.handlers.ended();
  }

  #shut(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#peer.destroy();
  }
}
