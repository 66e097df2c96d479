/** Sound over the SFU: one producer a kind for all who listen, and a consumer for each stream that is heard. */
import type { types } from "mediasoup-client";
import type { AirKind } from "#shared/protocol/messages.ts";
import type { SfuRequest } from "../requests.ts";
import type { SfuSession } from "../sfu-session.ts";
import { codecOptions, type Quality } from "./opus.ts";

/** An id of the server's; whatever else it answers with, mediasoup-client checks. */
function idOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error("the server names nothing");
}

/** Transports whose asking for a producer is answered already. */
const answered = new WeakSet<types.Transport>();

const transportOf = ({ transports }: SfuSession, direction: "send" | "recv"): types.Transport | undefined =>
  transports.find((each) => each.direction === direction);

/** Rejects where the session is over, or the server refuses. The track outlives its producer. */
export async function produce(
  session: SfuSession,
  request: SfuRequest,
  kind: AirKind,
  sends: { readonly track: MediaStreamTrack; readonly quality: Quality },
): Promise<types.Producer> {
  const transport = transportOf(session, "send");
  if (!transport) throw new Error("the session sends nothing");
  if (!answered.has(transport)) {
    answered.add(transport);
    transport.on("produce", ({ rtpParameters, appData }, done, failed) => {
      const answer = async (): Promise<void> => {
        try {
          const params = { transportId: transport.id, kind: appData["kind"], rtpParameters };
          done({ id: idOf((await request("produce", params))["id"]) });
        } catch (error) {
          failed(error as Error);
        }
      };
      void answer();
    });
  }
  return transport.produce({
    track: sends.track,
    stopTracks: false,
    encodings: [{ maxBitrate: sends.quality.bitrate }],
    codecOptions: codecOptions(sends.quality),
    appData: { kind },
  });
}

/** Begins paused at the server: it flows once `resume` is answered. Rejects where there is no such stream (yet). */
export async function consume(
  session: SfuSession,
  request: SfuRequest,
  actor: number,
  kind: AirKind,
): Promise<types.Consumer> {
  const transport = transportOf(session, "recv");
  const rtpCapabilities = session.device?.rtpCapabilities;
  if (!transport || !rtpCapabilities) throw new Error("the session is over");
  const asked = await request("consume", { transportId: transport.id, actor, kind, rtpCapabilities });
  const consumerId = idOf(asked["id"]);
  const consumer = await transport.consume({
    id: consumerId,
    producerId: idOf(asked["producerId"]),
    kind: "audio",
    rtpParameters: asked["rtpParameters"] as types.RtpParameters,
    // Streams of different people are not to be held back for one another.
    streamId: `${actor}-${kind}`,
    // Without a listener mediasoup-client forgets to ask for what the device was told to ask for.
    onRtpReceiver: () => {},
  });
  try {
    await request("resume", { consumerId });
  } catch (error) {
    consumer.close();
    throw error;
  }
  return consumer;
}
