/** One performer's Opus as a browser sends it: its parameters, and packets of its rate with nothing in them. */
import type { RtpCapabilities, RtpParameters } from "mediasoup/types";

export const PACKETS_A_SECOND = 50;
/** 128 kb/s in packets of 20 ms. */
const PAYLOAD_BYTES = 320;
const PAYLOAD_TYPE = 111;
const SSRC = 0x7077_7069;
const SAMPLES_A_PACKET = 960;

const HEADER_EXTENSIONS = [
  { uri: "urn:ietf:params:rtp-hdrext:sdes:mid", id: 4 },
  { uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", id: 3 },
  { uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", id: 1 },
] as const;

/** What mediasoup-client says of a stereo track in Chrome. */
export const RTP_PARAMETERS: RtpParameters = {
  mid: "0",
  codecs: [
    {
      mimeType: "audio/opus",
      payloadType: PAYLOAD_TYPE,
      clockRate: 48_000,
      channels: 2,
      parameters: { stereo: 1, "sprop-stereo": 1, useinbandfec: 1, minptime: 10 },
      rtcpFeedback: [{ type: "transport-cc" }],
    },
  ],
  headerExtensions: HEADER_EXTENSIONS.map((extension) => ({ ...extension, encrypt: false })),
  encodings: [{ ssrc: SSRC, dtx: false }],
  rtcp: { cname: "performer", reducedSize: true },
};

/** What Chrome can take: of the router's own, without the repeats of sound that it does not ask for. */
export function listenerCapabilities(router: RtpCapabilities): RtpCapabilities {
  const codecs = (router.codecs ?? []).map((codec) => ({
    ...codec,
    rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ type }) => type === "transport-cc"),
  }));
  return { ...router, codecs };
}

/** The packet of this number. */
export function packet(index: number): Buffer {
  const bytes = Buffer.alloc(12 + PAYLOAD_BYTES, index & 0xff);
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8(PAYLOAD_TYPE, 1);
  bytes.writeUInt16BE(index & 0xffff, 2);
  bytes.writeUInt32BE((index * SAMPLES_A_PACKET) >>> 0, 4);
  bytes.writeUInt32BE(SSRC, 8);
  return bytes;
}
