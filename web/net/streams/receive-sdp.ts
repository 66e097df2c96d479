/**
 * The SFU's side of a connection that only receives Opus, as the offer that a browser wants to see, and what of the
 * browser's answer the SFU has to know. Pure. mediasoup-client can do this and much more, and is larger than the
 * whole page of the audience may be.
 *
 * The number of sections never changes: a stream takes one that is free and leaves it inactive. Packets are told
 * apart by their SSRC alone, so that a section may carry one sender after another.
 */
import * as v from "valibot";
import { musicSdp } from "./opus.ts";

/** No line of a description may be forged by what stands in it. */
const word = v.pipe(v.string(), v.maxLength(256), v.regex(/^[\x20-\x7e]*$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Parameters = v.record(word, v.union([word, v.number(), v.boolean(), v.null()]));

export const IceParameters = v.object({ usernameFragment: word, password: word });

/** What `createTransport` answers, as far as a receiver needs it. */
export const ReceivingTransport = v.object({
  id: word,
  iceParameters: IceParameters,
  iceCandidates: v.pipe(
    v.array(
      v.object({
        foundation: word,
        priority: count,
        address: v.optional(word),
        ip: v.optional(word),
        protocol: v.picklist(["udp", "tcp"]),
        port: count,
        type: word,
        tcpType: v.optional(word),
      }),
    ),
    v.maxLength(32),
  ),
  dtlsParameters: v.object({
    fingerprints: v.pipe(v.array(v.object({ algorithm: word, value: word })), v.minLength(1), v.maxLength(8)),
  }),
});
export type ReceivingTransport = v.InferOutput<typeof ReceivingTransport>;

const Extension = v.object({ uri: word, id: count });

/** What `consume` answers. */
export const ReceivedStream = v.object({
  id: word,
  rtpParameters: v.object({
    codecs: v.pipe(
      v.array(
        v.object({
          payloadType: count,
          parameters: v.optional(Parameters, {}),
          rtcpFeedback: v.optional(v.array(v.object({ type: word, parameter: v.optional(word, "") })), []),
        }),
      ),
      v.minLength(1),
    ),
    headerExtensions: v.optional(v.array(Extension), []),
    encodings: v.pipe(v.array(v.object({ ssrc: v.pipe(count, v.maxValue(0xffff_ffff)) })), v.minLength(1)),
    rtcp: v.optional(v.object({ cname: v.optional(word) }), {}),
  }),
});
export type ReceivedStream = v.InferOutput<typeof ReceivedStream>;

/** Of what a router can do: Opus, and when a sample was captured. Without the extension "mid" only SSRCs count. */
const EXTENSIONS = ["http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"];
const RouterCapabilities = v.object({
  codecs: v.array(
    v.looseObject({ mimeType: word, rtcpFeedback: v.optional(v.array(v.looseObject({ type: word }))) }),
  ),
  headerExtensions: v.array(v.looseObject({ uri: word, kind: word })),
});

/** What this page says it can receive. Throws where the router's answer is none. */
export function capabilitiesFor(router: unknown): Record<string, unknown> {
  const { codecs, headerExtensions } = v.parse(RouterCapabilities, router);
  return {
    codecs: codecs
      .filter(({ mimeType }) => mimeType.toLowerCase() === "audio/opus")
      // An audience's estimates of its bandwidth would be packets for nothing: sound does not adapt to them.
      .map((codec) => ({
        ...codec,
        rtcpFeedback: codec.rtcpFeedback?.filter(({ type }) => type === "nack"),
      })),
    headerExtensions: headerExtensions.filter(
      ({ kind, uri }) => kind === "audio" && EXTENSIONS.includes(uri),
    ),
  };
}

const payloadOf = (stream: ReceivedStream | null) => stream?.rtpParameters.codecs[0];

/** A description of which each section carries what `sections` says; null is inactive. `version` counts up. */
export function offer(
  transport: Pick<ReceivingTransport, "iceParameters" | "iceCandidates" | "dtlsParameters">,
  sections: readonly (ReceivedStream | null)[],
  version: number,
): string {
  const { iceParameters, iceCandidates, dtlsParameters } = transport;
  const fingerprint = dtlsParameters.fingerprints.at(-1);
  // A browser wants one format even of a section that carries nothing: the others' will do.
  const payload = payloadOf(sections.find((section) => section !== null) ?? null)?.payloadType ?? 100;
  const lines = [
    "v=0",
    `o=tutti 10000 ${version} IN IP4 0.0.0.0`,
    "s=-",
    "t=0 0",
    "a=ice-lite",
    `a=fingerprint:${fingerprint?.algorithm} ${fingerprint?.value}`,
    "a=msid-semantic: WMS *",
    `a=group:BUNDLE ${sections.map((_, mid) => mid).join(" ")}`,
  ];
  for (const [mid, section] of sections.entries()) {
    lines.push(
      `m=audio 7 UDP/TLS/RTP/SAVPF ${payloadOf(section)?.payloadType ?? payload}`,
      "c=IN IP4 127.0.0.1",
      `a=mid:${mid}`,
      "a=setup:actpass",
      `a=ice-ufrag:${iceParameters.usernameFragment}`,
      `a=ice-pwd:${iceParameters.password}`,
      ...iceCandidates.map(candidateLine),
      "a=end-of-candidates",
      "a=rtcp-mux",
      "a=rtcp-rsize",
      ...streamLines(section, mid, payload),
    );
  }
  return musicSdp(`${lines.join("\r\n")}\r\n`, PTIME);
}

/** Milliseconds a packet of the programme. */
const PTIME = 20;

function candidateLine(candidate: ReceivingTransport["iceCandidates"][number]): string {
  const { foundation, protocol, priority, address, ip, port, type, tcpType } = candidate;
  const line = `a=candidate:${foundation} 1 ${protocol} ${priority} ${address ?? ip} ${port} typ ${type}`;
  return tcpType === undefined ? line : `${line} tcptype ${tcpType}`;
}

function streamLines(stream: ReceivedStream | null, mid: number, payload: number): string[] {
  if (stream === null) return ["a=inactive", `a=rtpmap:${payload} opus/48000/2`];
  const { codecs, headerExtensions, encodings, rtcp } = stream.rtpParameters;
  const { payloadType = payload, parameters = {}, rtcpFeedback = [] } = codecs[0] ?? {};
  const stated = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return [
    "a=sendonly",
    `a=msid:programme-${mid} ${stream.id}`,
    `a=rtpmap:${payloadType} opus/48000/2`,
    ...(stated.length === 0 ? [] : [`a=fmtp:${payloadType} ${stated.join(";")}`]),
    ...rtcpFeedback.map(({ type, parameter }) => `a=rtcp-fb:${payloadType} ${type} ${parameter}`.trimEnd()),
    ...headerExtensions.map(({ uri, id }) => `a=extmap:${id} ${uri}`),
    `a=ssrc:${encodings[0]?.ssrc} cname:${rtcp.cname ?? "tutti"}`,
  ];
}

/** The browser's side of the handshake, as `connectTransport` takes it; null where the answer has none. */
export function dtlsOf(answer: string): Record<string, unknown> | null {
  const [, algorithm, value] = /^a=fingerprint:(\S+) (\S+)/m.exec(answer) ?? [];
  const setup = /^a=setup:(active|passive)/m.exec(answer)?.[1];
  if (algorithm === undefined || value === undefined || setup === undefined) return null;
  return { role: setup === "active" ? "client" : "server", fingerprints: [{ algorithm, value }] };
}

/** The browser's answer with Opus as music wants it: without it stereo would be played as one channel. */
export const musicAnswer = (answer: string): string => musicSdp(answer, PTIME);
