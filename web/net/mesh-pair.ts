/**
 * One attempt to connect two browsers, and the channel that comes of it. It ends once: by its owner,
 * by the other side or by a failure; a new attempt is a new pair. With simple-peer it is fetched on demand.
 */
import SimplePeer from "simple-peer";
import type { MeshSignal } from "./mesh-signal.ts";

export interface PairOptions {
  readonly initiator: boolean;
  /** Names this attempt. u32. */
  readonly session: number;
  readonly iceServers: readonly RTCIceServer[];
  readonly signal: (signal: MeshSignal) => void;
  readonly handlers: {
    readonly open: () => void;
    readonly message: (bytes: Uint8Array) => void;
    /** Not called when the owner has closed the pair. */
    readonly ended: () => void;
    readonly rejected: () => void;
  };
}

/** Candidates, checks and DTLS: a relayed pair on a bad network takes up to ten seconds. */
const CONNECT_DEADLINE_MS = 15_000;
/** The network has hiccuped or is another one: the first comes back by itself within this. */
const PATIENCE_MS = 2_000;
/** More than this unsent means that the pair is stuck: what is offered then is dropped and repaired later. */
const MAX_BUFFERED_BYTES = 65_536;

export class MeshPair {
  readonly session: number;
  readonly #options: PairOptions;
  readonly #peer: SimplePeer.Instance;
  #state:
    | { readonly kind: "connecting"; readonly deadline: ReturnType<typeof setTimeout> }
    | { readonly kind: "open" | "closed" };

  /** Runs while nothing comes from the other side. */
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PairOptions) {
    this.session = options.session;
    this.#options = options;
    this.#state = { kind: "connecting", deadline: setTimeout(() => this.#fail(), CONNECT_DEADLINE_MS) };
    this.#peer = new SimplePeer({
      initiator: options.initiator,
      trickle: true,
      channelConfig: { ordered: false, maxRetransmits: 0 },
      config: { iceServers: [...options.iceServers] },
      // Keeps messages apart while the stream buffers them.
      objectMode: true,
    });
    this.#listen();
  }

  get isOpen(): boolean {
    return this.#state.kind === "open";
  }

  /** Never throws: a signal that the browser cannot use is dropped, or ends this pair alone. */
  handleSignal(signal: Exclude<MeshSignal, { type: "bye" }>): void {
    if (this.#state.kind === "closed") return;
    try {
      this.#peer.signal(signal as SimplePeer.SignalData);
    } catch {
      // What the browser finds wrong in it does not matter: it is not used.
      this.#options.handlers.rejected();
    }
  }

  /** The other side has ended it. */
  handleBye(): void {
    if (this.#shut()) this.#options.handlers.ended();
  }

  send(bytes: Uint8Array): boolean {
    if (this.#state.kind !== "open" || this.#peer.bufferSize > MAX_BUFFERED_BYTES) return false;
    try {
      this.#peer.send(bytes);
      return true;
    } catch {
      // The channel is closing and its event has not come yet.
      return false;
    }
  }

  /** Ends it and tells the other side. Idempotent. */
  close(): void {
    if (this.#shut()) this.#options.signal({ type: "bye", session: this.session });
  }

  #listen(): void {
    const peer = this.#peer;
    const { handlers, signal } = this.#options;
    peer.on("signal", (data) => {
      if (this.#state.kind === "closed") return;
      const outgoing = outgoingSignal(data, this.session);
      if (outgoing !== null) signal(outgoing);
    });
    peer.on("connect", () => {
      if (this.#state.kind !== "connecting") return;
      clearTimeout(this.#state.deadline);
      this.#state = { kind: "open" };
      handlers.open();
    });
    peer.on("data", (data: unknown) => {
      if (this.#state.kind === "closed") return;
      if (data instanceof Uint8Array) handlers.message(plainBytes(data));
      else handlers.rejected();
    });
    // The browser itself gives up after half a minute, and calling anew takes less than a second.
    peer.on("iceStateChange", (state) => {
      clearTimeout(this.#patience);
      if (state === "disconnected") this.#patience = setTimeout(() => this.#fail(), PATIENCE_MS);
    });
    peer.on("error", () => this.#fail());
    peer.on("close", () => this.#fail());
  }

  #fail(): void {
    if (!this.#shut()) return;
    this.#options.signal({ type: "bye", session: this.session });
    this.#options.handlers.ended();
  }

  /** False when it was closed before. */
  #shut(): boolean {
    if (this.#state.kind === "closed") return false;
    if (this.#state.kind === "connecting") clearTimeout(this.#state.deadline);
    clearTimeout(this.#patience);
    this.#state = { kind: "closed" };
    this.#peer.destroy();
    return true;
  }
}

/** simple-peer gives the `Buffer` of its polyfill, whose `slice` shares memory where a `Uint8Array`'s copies. */
function plainBytes(data: Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Null for what no pair ever has to say. */
export function outgoingSignal(data: SimplePeer.SignalData, session: number): MeshSignal | null {
  if ("candidate" in data) {
    const { candidate, sdpMid, sdpMLineIndex } = data.candidate;
    return { type: "candidate", session, candidate: { candidate, sdpMid, sdpMLineIndex } };
  }
  if ((data.type === "offer" || data.type === "answer") && "sdp" in data && data.sdp !== undefined)
    return { type: data.type, session, sdp: data.sdp };
  return null;
}
