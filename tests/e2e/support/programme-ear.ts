/**
 * In a page: a listener of the programme and nothing more, to measure by. It consumes whoever broadcasts and whoever
 * stands by, wishes to hear both, adds up what comes, and keeps each stretch in which that is silent.
 */
import { Device, type types } from "mediasoup-client";
import { encodePing } from "#shared/protocol/frames.ts";
import type { ServerMessage } from "#shared/protocol/messages.ts";
import { VERSION } from "#shared/protocol/version.ts";

/** A stretch without sound, in seconds of the page's audio time. */
export interface Silence {
  readonly from: number;
  readonly length: number;
}

export interface Ear {
  readonly programme: Extract<ServerMessage, { type: "programme" }> | null;
  /** Of those that are over. */
  readonly silences: Silence[];
  /** Audio time, and since when it has been silent; null while it sounds. */
  now(): number;
  readonly silentSince: number | null;
  /** Actors whose consumers are there. */
  readonly consumed: readonly number[];
}

declare global {
  interface Window {
    ear?: Ear;
    openEar?: (socketUrl: string, token: string) => Promise<void>;
  }
}

const WORKLET = `registerProcessor("ear", class extends AudioWorkletProcessor {
  #since = null;
  process([[left]]) {
    let peak = 0;
    for (const sample of left ?? []) peak = Math.max(peak, Math.abs(sample));
    const silent = peak < 1e-3;
    if (silent === (this.#since !== null)) return true;
    this.port.postMessage({ silent, since: this.#since, now: currentTime });
    this.#since = silent ? currentTime : null;
    return true;
  }
});`;

window.openEar = async (socketUrl, token) => {
  const context = new AudioContext();
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([WORKLET], { type: "text/javascript" })));
  const node = new AudioWorkletNode(context, "ear", { outputChannelCount: [2] });
  node.connect(context.destination);
  const ear = {
    programme: null as Ear["programme"],
    silences: [] as Silence[],
    silentSince: 0 as number | null,
    consumed: [] as number[],
    now: () => context.currentTime,
  };
  window.ear = ear;
  node.port.onmessage = ({ data }: MessageEvent<{ silent: boolean; since: number | null; now: number }>) => {
    ear.silentSince = data.silent ? data.now : null;
    if (!data.silent && data.since !== null)
      ear.silences.push({ from: data.since, length: data.now - data.since });
  };

  const socket = new WebSocket(socketUrl);
  socket.binaryType = "arraybuffer";
  const waiting = new Map<number, (reply: Extract<ServerMessage, { type: "sfuReply" }>) => void>();
  let lastId = 0;
  const ask = (method: string, params: object): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, ({ result, error }) => (result ? resolve(result) : reject(new Error(error))));
      socket.send(JSON.stringify({ type: "sfu", id, method, params }));
    });
  const device = new Device();
  const connect = async (): Promise<types.Transport> => {
    const { rtpCapabilities } = await ask("capabilities", {});
    await device.load({ routerRtpCapabilities: rtpCapabilities as types.RtpCapabilities });
    const made = await ask("createTransport", { direction: "recv" });
    const transport = device.createRecvTransport(made as unknown as types.TransportOptions);
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      const answer = async (): Promise<void> => {
        try {
          await ask("connectTransport", { transportId: transport.id, dtlsParameters });
          done();
        } catch (error) {
          failed(error as Error);
        }
      };
      void answer();
    });
    return transport;
  };
  const consume = async (transport: types.Transport, actor: number): Promise<void> => {
    const params = {
      transportId: transport.id,
      actor,
      kind: "programme",
      rtpCapabilities: device.rtpCapabilities,
    };
    const { id, producerId, rtpParameters } = await ask("consume", params);
    const consumer = await transport.consume({
      id: id as string,
      producerId: producerId as string,
      kind: "audio",
      rtpParameters: rtpParameters as types.RtpParameters,
      streamId: `programme-${actor}`,
    });
    const stream = new MediaStream([consumer.track]);
    // Without an element that plays it Chromium gives Web Audio nothing of a remote track; it is muted.
    const element = new Audio();
    element.muted = true;
    element.srcObject = stream;
    void element.play();
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(node);
    await ask("resume", { consumerId: id });
    ear.consumed.push(actor);
  };
  const wanted = new Set<number>();
  /** Until there is such a stream. */
  const keepAsking = async (transport: types.Transport, actor: number): Promise<void> => {
    try {
      await consume(transport, actor);
    } catch {
      setTimeout(() => void keepAsking(transport, actor), 100);
    }
  };
  let transport: Promise<types.Transport> | null = null;
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data !== "string") return;
    const message = JSON.parse(data) as ServerMessage;
    if (message.type === "sfuReply") waiting.get(message.id)?.(message);
    if (message.type !== "programme") return;
    ear.programme = message;
    transport ??= connect();
    for (const actor of [message.onAir, message.standBy])
      if (actor !== null && !wanted.has(actor)) {
        wanted.add(actor);
        void transport.then((made) => keepAsking(made, actor));
      }
  };
  socket.onopen = () => {
    socket.send(JSON.stringify({ type: "hello", ...VERSION, token }));
    setInterval(() => socket.send(new Uint8Array(encodePing({ id: 1 }))), 1_000);
  };
};
