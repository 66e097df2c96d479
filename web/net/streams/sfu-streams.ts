/** Sound over the SFU: one producer a kind for all who listen, and a consumer for each stream that is heard. */
import type { types } from "mediasoup-client";
import * as v from "valibot";
import type { AirKind } from "#shared/protocol/messages.ts";
import type { SfuRequest } from "../requests.ts";
import { type SfuSession, settle } from "../sfu-session.ts";
import { codecOptions, type Quality } from "./opus.ts";

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
const ProduceReply = v.object({ id });
const ConsumeReply = v.object({
  id,
  producerId: id,
  rtpParameters: v.custom<types.RtpParameters>((value) => typeof value === "object" && value !== null),
});

/** Transports whose asking for a producer is answered already. */
const answered = new WeakSet<types.Transport>();

/** Rejects where the session is over, or the server refuses. The track outlives its producer. */
export async function produce(
  session: SfuSession,
  request: SfuRequest,
  kind: AirKind,
  sends: { readonly track: MediaStreamTrack; readonly quality: Quality },
): Promise<types.Producer> {
  const transport = session.transport("send");
  if (!transport) throw new Error("the session sends nothing");
  if (!answered.has(transport)) {
    answered.add(transport);
    transport.on("produce", ({ rtpParameters, appData }, done, failed) => {
      const asked = request("produce", { transportId: transport.id, kind: appData["kind"], rtpParameters });
      void settle(asked, (answer) => done(v.parse(ProduceReply, answer)), failed);
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
  const transport = session.transport("recv");
  if (!transport) throw new Error("the session is over");
  const { rtpCapabilities } = session.device;
  const asked = await request("consume", { transportId: transport.id, actor, kind, rtpCapabilities });
  const { id: consumerId, producerId, rtpParameters } = v.parse(ConsumeReply, asked);
  const consumer = await transport.consume({
    id: consumerId,
    producerId,
    kind: "audio",
    rtpParameters,
    // Streams of different people are not to be held back for one another.
    streamId: `${actor}-${kind}`,
  });
  try {
    await request("resume", { consumerId });
  } catch (error) {
    consumer.close();
    throw error;
  }
  return consumer;
}
