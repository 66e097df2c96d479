/**
 * The SFU's end of a transport as the answer to a browser's offer of one data channel (RFC 8829, 8841). This one
 * form of it is all that the check needs; a jam's own is mediasoup-client's affair.
 */
import type { Over, SfuEnd } from "#shared/protocol/check.ts";

/** What the SFU listens on for one way. */
export const candidatesOf = (end: SfuEnd, over: Over): SfuEnd["iceCandidates"] =>
  end.iceCandidates.filter(({ protocol }) => protocol === over);

/** The SFU is lite and waits (setup:passive, tcptype passive): everything begins with the browser. */
export function answerTo(end: SfuEnd, over: Over): string {
  const { usernameFragment, password } = end.iceParameters;
  const tcp = over === "tcp" ? " tcptype passive" : "";
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=ice-lite",
    "a=group:BUNDLE 0",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    "a=mid:0",
    `a=ice-ufrag:${usernameFragment}`,
    `a=ice-pwd:${password}`,
    ...candidatesOf(end, over).map(
      ({ foundation, priority, address, port }) =>
        `a=candidate:${foundation} 1 ${over} ${priority} ${address} ${port} typ host${tcp}`,
    ),
    "a=end-of-candidates",
    "a=setup:passive",
    ...end.dtlsParameters.fingerprints.map(({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`),
    "a=sctp-port:5000",
    "",
  ].join("\r\n");
}

/** The certificate that an offer names; null where it names none. */
export function fingerprintIn(sdp: string): { algorithm: string; value: string } | null {
  const [, algorithm, value] = /^a=fingerprint:(\S+) (\S+)/m.exec(sdp) ?? [];
  return algorithm === undefined || value === undefined ? null : { algorithm, value };
}
