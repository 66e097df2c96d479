import fc from "fast-check";
import { expect, test } from "vitest";
import * as v from "valibot";
import {
  capabilitiesFor,
  dtlsOf,
  musicAnswer,
  offer,
  ReceivedStream,
  ReceivingTransport,
} from "./receive-sdp.ts";

const transport = v.parse(ReceivingTransport, {
  id: "t",
  iceParameters: { usernameFragment: "user", password: "secret", iceLite: true },
  iceCandidates: [
    {
      foundation: "udp",
      priority: 1,
      address: "192.0.2.1",
      ip: "192.0.2.1",
      protocol: "udp",
      port: 7701,
      type: "host",
    },
    {
      foundation: "tcp",
      priority: 2,
      ip: "192.0.2.1",
      protocol: "tcp",
      port: 7701,
      type: "host",
      tcpType: "passive",
    },
  ],
  dtlsParameters: { role: "auto", fingerprints: [{ algorithm: "sha-256", value: "AA:BB" }] },
});

const stream = (ssrc: number, id = `c${ssrc}`) =>
  v.parse(ReceivedStream, {
    id,
    producerId: "p",
    rtpParameters: {
      codecs: [
        {
          mimeType: "audio/opus",
          payloadType: 101,
          parameters: { useinbandfec: 1 },
          rtcpFeedback: [{ type: "nack", parameter: "" }],
        },
      ],
      headerExtensions: [{ uri: "http://example.org/capture", id: 13 }],
      encodings: [{ ssrc }],
      rtcp: { cname: "cn" },
    },
  });

const parts = (sdp: string): string[] => sdp.split(/(?=^m=)/m).slice(1);

test("[LST6] a connection has as many sections as ever, bundled, whatever each of them carries", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: 1, max: 0xffff_ffff })), { minLength: 1, maxLength: 5 }),
      (ssrcs) => {
        const sections = ssrcs.map((ssrc) => (ssrc === null ? null : stream(ssrc)));
        const sdp = offer(transport, sections, 3);
        const found = parts(sdp);
        expect(found).toHaveLength(ssrcs.length);
        for (const [mid, ssrc] of ssrcs.entries()) {
          const part = found[mid] ?? "";
          expect(part).toContain(`a=mid:${mid}\r\n`);
          expect(part).toContain(ssrc === null ? "a=inactive\r\n" : "a=sendonly\r\n");
          if (ssrc === null) expect(part).not.toContain("a=ssrc:");
          else expect(part).toContain(`a=ssrc:${ssrc} cname:cn\r\n`);
          // Stereo, in every section.
          expect(part).toMatch(/a=fmtp:\d+ .*stereo=1/);
        }
        expect(sdp).toContain(`a=group:BUNDLE ${ssrcs.map((_, mid) => mid).join(" ")}\r\n`);
      },
    ),
  );
});

test("[LST6] the SFU's addresses are in it, over UDP and TCP", () => {
  const sdp = offer(transport, [stream(7)], 1);
  expect(sdp).toContain("a=candidate:udp 1 udp 1 192.0.2.1 7701 typ host\r\n");
  expect(sdp).toContain("a=candidate:tcp 1 tcp 2 192.0.2.1 7701 typ host tcptype passive\r\n");
  expect(sdp).toContain("a=extmap:13 http://example.org/capture\r\n");
});

test("[LST6] what would forge a line of the description is refused", () => {
  const forged = { ...transport, iceParameters: { usernameFragment: "u\r\na=evil", password: "p" } };
  expect(v.safeParse(ReceivingTransport, forged).success).toBe(false);
  expect(v.safeParse(ReceivedStream, { ...stream(7), id: "a\nb" }).success).toBe(false);
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      v.safeParse(ReceivedStream, anything);
      v.safeParse(ReceivingTransport, anything);
      expect(true).toBe(true);
    }),
  );
});

test("[LST6] of the router's abilities Opus and the stamp of capture are asked for, and no estimates of bandwidth", () => {
  const asked = capabilitiesFor({
    codecs: [
      {
        kind: "audio",
        mimeType: "audio/opus",
        preferredPayloadType: 100,
        rtcpFeedback: [{ type: "nack" }, { type: "transport-cc" }],
      },
      { kind: "audio", mimeType: "audio/PCMU", preferredPayloadType: 0 },
    ],
    headerExtensions: [
      { kind: "audio", uri: "urn:ietf:params:rtp-hdrext:sdes:mid", preferredId: 1 },
      {
        kind: "audio",
        uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        preferredId: 13,
      },
    ],
  });
  expect(asked).toEqual({
    codecs: [
      { kind: "audio", mimeType: "audio/opus", preferredPayloadType: 100, rtcpFeedback: [{ type: "nack" }] },
    ],
    headerExtensions: [
      {
        kind: "audio",
        uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        preferredId: 13,
      },
    ],
  });
  expect(() => capabilitiesFor(null)).toThrow();
});

test("[LST6] the browser's side of the handshake is read from its answer", () => {
  const answer =
    "v=0\r\na=fingerprint:sha-256 11:22\r\nm=audio 9 X 100\r\na=rtpmap:100 opus/48000/2\r\na=setup:active\r\n";
  expect(dtlsOf(answer)).toEqual({
    role: "client",
    fingerprints: [{ algorithm: "sha-256", value: "11:22" }],
  });
  expect(dtlsOf("v=0\r\n")).toBeNull();
  expect(musicAnswer(answer)).toContain("stereo=1");
});
