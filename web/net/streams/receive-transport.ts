/**
 * One connection from the SFU to this page, which only receives: some sections that carry a stream each, or none.
 * Whatever changes goes through one queue, a description after the other. It ends once; coming back is a new one.
 */
import * as v from "valibot";
import type { SfuRequest } from "../requests.ts";
import { askForCaptureTime } from "./capture-time.ts";
import {
  capabilitiesFor,
  dtlsOf,
  IceParameters,
  musicAnswer,
  offer,
  ReceivedStream,
  ReceivingTransport,
} from "./receive-sdp.ts";

export interface ReceiveOptions {
  readonly request: SfuRequest;
  readonly iceServers: readonly RTCIceServer[];
  /** How many streams it can carry at once. */
  readonly sections: number;
  /** Called once, never after `close()`: the SFU is not reached any more this way. */
  readonly failed: () => void;
}

/** Without a path to the SFU for so long the connection is given up. ms */
const LOST_MS = 6_000;

export class ReceiveTransport {
  readonly #options: ReceiveOptions;
  readonly #peer: RTCPeerConnection;
  readonly #transport: ReceivingTransport;
  readonly #capabilities: Record<string, unknown>;
  readonly #sections: (ReceivedStream | null)[];
  #tail: Promise<unknown> = Promise.resolve();
  #version = 0;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  private constructor(
    options: ReceiveOptions,
    transport: ReceivingTransport,
    capabilities: Record<string, unknown>,
  ) {
    this.#options = options;
    this.#transport = transport;
    this.#capabilities = capabilities;
    this.#sections = Array.from({ length: options.sections }, () => null);
    this.#peer = new RTCPeerConnection({ iceServers: [...options.iceServers], bundlePolicy: "max-bundle" });
    this.#peer.addEventListener("connectionstatechange", () => this.#readState());
  }

  /** On its way to the SFU, before anything is consumed. Rejects where the SFU refuses or the answer is none. */
  static async open(options: ReceiveOptions): Promise<ReceiveTransport> {
    const [capabilities, created] = await Promise.all([
      options.request("capabilities", {}),
      options.request("createTransport", { direction: "recv" }),
    ]);
    const transport = new ReceiveTransport(
      options,
      v.parse(ReceivingTransport, created),
      capabilitiesFor(capabilities["rtpCapabilities"]),
    );
    try {
      await transport.#queue(() => transport.#describe());
    } catch (error) {
      transport.close();
      throw error;
    }
    return transport;
  }

  /** One a section; what they play changes with what the section carries. */
  get receivers(): readonly RTCRtpReceiver[] {
    return this.#peer.getTransceivers().map(({ receiver }) => receiver);
  }

  get isConnected(): boolean {
    return this.#peer.connectionState === "connected";
  }

  /**
   * Has the SFU send this actor's programme in a section that is free. It begins paused. Resolves to the consumer's
   * id; rejects where there is no such stream (yet).
   */
  consume(section: number, actor: number): Promise<string> {
    return this.#queue(async () => {
      const stream = v.parse(
        ReceivedStream,
        await this.#options.request("consume", {
          transportId: this.#transport.id,
          actor,
          kind: "programme",
          rtpCapabilities: this.#capabilities,
        }),
      );
      this.#sections[section] = stream;
      try {
        await this.#describe();
      } catch (error) {
        // The two sides do not agree any more on what is where.
        this.#fail();
        throw error;
      }
      return stream.id;
    });
  }

  /** The section carries nothing any more. */
  release(section: number): Promise<void> {
    return this.#queue(async () => {
      const stream = this.#sections[section];
      if (!stream) return;
      this.#sections[section] = null;
      // Where it is not answered, the server closes it with the transport.
      this.#options.request("closeConsumer", { consumerId: stream.id }).catch(() => {});
      await this.#describe();
    });
  }

  /** The network has changed. */
  restart(): void {
    if (this.#closed) return;
    this.#queue(async () => {
      const reply = await this.#options.request("restartIce", { transportId: this.#transport.id });
      this.#transport.iceParameters = v.parse(IceParameters, reply["iceParameters"]);
      await this.#describe();
    }).catch(() => this.#fail());
  }

  /** Idempotent, silent afterwards. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#lost);
    this.#peer.close();
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(() => {
      if (this.#closed) throw new Error("the connection was closed");
      return work();
    });
    this.#tail = done.catch(() => {});
    return done;
  }

  async #describe(): Promise<void> {
    this.#version += 1;
    const isFirst = this.#version === 1;
    const sdp = offer(this.#transport, this.#sections, this.#version);
    await this.#peer.setRemoteDescription({ type: "offer", sdp });
    askForCaptureTime(this.#peer);
    const answer = musicAnswer((await this.#peer.createAnswer()).sdp ?? "");
    if (isFirst) {
      const dtlsParameters = dtlsOf(answer);
      if (!dtlsParameters) throw new Error("the browser's answer has no fingerprint");
      // Before the browser begins its handshake: what comes too early is lost, and said again a second later.
      await this.#options.request("connectTransport", { transportId: this.#transport.id, dtlsParameters });
    }
    await this.#peer.setLocalDescription({ type: "answer", sdp: answer });
  }

  #readState(): void {
    const state = this.#peer.connectionState;
    if (state === "failed") return this.#fail();
    if (state !== "disconnected") {
      clearTimeout(this.#lost);
      this.#lost = undefined;
      return;
    }
    if (this.#lost !== undefined) return;
    this.#lost = setTimeout(() => this.#fail(), LOST_MS);
    this.restart();
  }

  #fail(): void {
    if (this.#closed) return;
    this.close();
    this.#options.failed();
  }
}
