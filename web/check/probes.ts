/** The probes of the connection check: what the browser itself can try. Each ends by its deadline, and leaves nothing open. */
import type { Over, SfuEnd } from "#shared/protocol/check.ts";
import { answerTo, candidatesOf, fingerprintIn } from "./answer.ts";
import type { SeenCandidate, SfuFinding } from "./facts.ts";

/** ICE over TCP, DTLS and SCTP on a slow network. */
const CONNECT_MS = 8_000;
/** A STUN or TURN server that has not answered by then has missed several requests. */
const GATHER_MS = 6_000;

const within = <T>(ms: number, promise: Promise<T>): Promise<T | null> =>
  Promise.race([promise, new Promise<null>((resolve) => setTimeout(() => resolve(null), ms))]);

/** Reaches the SFU in one way: ICE, DTLS and SCTP, as a jam does. `ask` brings the SFU's end, or null. */
export async function probeSfu(
  over: Over,
  ask: (fingerprint: { algorithm: string; value: string }) => Promise<SfuEnd | null>,
): Promise<SfuFinding> {
  const connection = new RTCPeerConnection();
  try {
    const channel = connection.createDataChannel("check", { negotiated: true, id: 0 });
    const opened = new Promise<true>((resolve) => channel.addEventListener("open", () => resolve(true)));
    await connection.setLocalDescription();
    const fingerprint = fingerprintIn(connection.localDescription?.sdp ?? "");
    const end = fingerprint && (await within(CONNECT_MS, ask(fingerprint)));
    if (!end) return { found: "unknown", at: "", rtt: null };
    const at = candidatesOf(end, over).map(({ address, port }) =>
      address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`,
    );
    await connection.setRemoteDescription({ type: "answer", sdp: answerTo(end, over) });
    if ((await within(CONNECT_MS, opened)) === null) return { found: "no", at: at.join(" and "), rtt: null };
    return { found: "yes", at: at.join(" or "), rtt: await roundTrip(connection) };
  } finally {
    connection.close();
  }
}

interface PairReport {
  readonly type: string;
  readonly totalRoundTripTime?: number;
  readonly responsesReceived?: number;
}

/** Seconds, the mean of ICE's own requests so far. */
async function roundTrip(connection: RTCPeerConnection): Promise<number | null> {
  const all = [...(await connection.getStats()).values()] as PairReport[];
  const pair = all.find(
    ({ type, responsesReceived = 0 }) => type === "candidate-pair" && responsesReceived > 0,
  );
  return pair?.totalRoundTripTime === undefined
    ? null
    : pair.totalRoundTripTime / (pair.responsesReceived ?? 1);
}

export interface Gathered {
  readonly seen: readonly SeenCandidate[];
  /** Every server has answered. */
  readonly answered: boolean;
}

/** The candidates that these servers give, until all have answered, `enough` says so, or it takes too long. */
export async function gather(
  iceServers: RTCIceServer[],
  iceTransportPolicy: RTCIceTransportPolicy,
  enough: (candidate: SeenCandidate) => boolean = () => false,
): Promise<Gathered> {
  const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy });
  const seen: SeenCandidate[] = [];
  try {
    connection.createDataChannel("check");
    let failed = false;
    connection.addEventListener("icecandidateerror", () => (failed = true));
    const done = new Promise<true>((resolve) => {
      connection.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate === null) return resolve(true);
        const { type, protocol, address, port, relatedPort } = candidate;
        const one = {
          type: type ?? "",
          protocol: protocol ?? "",
          address: address ?? "",
          port: port ?? 0,
          relatedPort: relatedPort ?? 0,
        };
        if (candidate.candidate === "") return undefined;
        seen.push(one);
        return enough(one) ? resolve(true) : undefined;
      });
    });
    await connection.setLocalDescription();
    const answered = (await within(GATHER_MS, done)) !== null && !failed;
    return { seen, answered };
  } finally {
    connection.close();
  }
}
