/** A real SFU for tests, and actors who ask it for things as a client does; nothing of theirs need connect. */
import type { AirKind, Role, SfuMethod } from "#shared/protocol/messages.ts";
import type { SfuRoom } from "./room.ts";
import { type SfuService, startSfu } from "./service.ts";

export const HOST = "127.0.0.1";
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const startTestSfu = (
  options: { workers?: number; consumersPerRouter?: number; port?: number } = {},
): Promise<SfuService> =>
  startSfu({
    workerBin: null,
    workers: options.workers ?? 1,
    listen: [{ ip: HOST, announcedAddress: HOST }],
    firstPort: options.port ?? 0,
    consumersPerRouter: options.consumersPerRouter ?? 400,
    log: silent,
  });

let ssrc = 1;

/** What a browser says of a stream that it sends. */
export const opus = (mimeType = "audio/opus") => ({
  codecs: [
    {
      mimeType,
      payloadType: 111,
      clockRate: 48_000,
      channels: 2,
      parameters: { "sprop-stereo": 1, useinbandfec: 1 },
      rtcpFeedback: [],
    },
  ],
  headerExtensions: [],
  encodings: [{ ssrc: ssrc++ }],
  rtcp: { cname: "somebody" },
});

export const datagrams = (streamId: number) => ({ streamId, ordered: false, maxRetransmits: 0 });

/** One actor, with its transports; refusals throw their code. */
export async function takeSeat(room: SfuRoom, actor: number, role: Role = "performer") {
  const ask = async (method: SfuMethod, params: Record<string, unknown> = {}) => {
    const reply = await room.handle(actor, role, method, params);
    if (!reply.ok) throw new Error(reply.error);
    return reply.value;
  };
  const { rtpCapabilities } = await ask("capabilities");
  const transport = (direction: "send" | "recv") => ask("createTransport", { direction });
  const sending = role === "listener" ? "none" : String((await transport("send"))["id"]);
  const received = await transport("recv");
  const receiving = String(received["id"]);
  const [candidate] = received["iceCandidates"] as { readonly port: number }[];
  return {
    actor,
    ask,
    /** Of the worker that it is on. */
    port: candidate?.port ?? Number.NaN,
    /** What there was to consume when it came. */
    found: received["dataProducers"] as readonly { actor: number; dataProducerId: string }[],
    produce: (kind: AirKind, rtpParameters: unknown = opus(), transportId = sending) =>
      ask("produce", { transportId, kind, rtpParameters }),
    consume: (from: number, kind: AirKind, transportId = receiving) =>
      ask("consume", { transportId, actor: from, kind, rtpCapabilities }),
    produceData: async (label: "edits" | "live" = "edits") =>
      String(
        (
          await ask("produceData", {
            transportId: sending,
            label,
            sctpStreamParameters: datagrams(label === "edits" ? 1 : 2),
          })
        )["id"],
      ),
    consumeData: (dataProducerId: string) => ask("consumeData", { transportId: receiving, dataProducerId }),
  };
}

export type TestSeat = Awaited<ReturnType<typeof takeSeat>>;
