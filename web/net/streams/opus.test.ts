import * as fc from "fast-check";
import { expect, test } from "vitest";
import { musicSdp } from "./opus.ts";

const SDP = [
  "v=0",
  "a=group:BUNDLE 0 1",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9",
  "a=rtpmap:111 opus/48000/2",
  "a=rtcp-fb:111 transport-cc",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=rtpmap:63 red/48000/2",
  "a=fmtp:63 111/111",
  "a=ptime:60",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
  "a=mid:1",
  "",
].join("\r\n");

test("[STR1] every description speaks stereo Opus without silent packets, with error correction", () => {
  const lines = musicSdp(SDP, 10).split("\r\n");
  const format = lines.filter((line) => line.startsWith("a=fmtp:111 "));
  expect(format).toHaveLength(1);
  expect(format[0]?.slice("a=fmtp:111 ".length).split(";").toSorted()).toEqual([
    "cbr=0",
    "maxaveragebitrate=510000",
    "minptime=10",
    "sprop-stereo=1",
    "stereo=1",
    "usedtx=0",
    "useinbandfec=1",
  ]);
  expect(lines.filter((line) => line.startsWith("a=ptime"))).toEqual(["a=ptime:10"]);
  // What is not Opus stays.
  expect(lines).toContain("a=fmtp:63 111/111");
  expect(lines.slice(-3)).toEqual(["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:1", ""]);
});

test("[STR1] a description without a format line gets one, and a second time changes nothing", () => {
  const bare = SDP.replace("a=fmtp:111 minptime=10;useinbandfec=1\r\n", "");
  expect(musicSdp(bare, 20)).toContain("stereo=1");
  for (const sdp of [SDP, bare]) expect(musicSdp(musicSdp(sdp, 20), 20)).toBe(musicSdp(sdp, 20));
});

test("[STR1] anything without Opus stays as it is", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/opus/i.test(text)),
      (text) => musicSdp(text, 10) === text,
    ),
  );
});
