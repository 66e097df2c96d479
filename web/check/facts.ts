/** What the connection check finds out, as data: the probes fill it in, the words are made of it. */

/** "asking": not known yet. "unknown": it could not be tried. */
export type Finding = "asking" | "yes" | "no" | "unknown";

export interface SfuFinding {
  readonly found: Finding;
  /** What was tried, `ADDRESS:PORT`, and after an answer the one that answered. */
  readonly at: string;
  /** Seconds; null where the browser does not tell. */
  readonly rtt: number | null;
}

/** "unset": the operator has named no such server. */
export type Asked = Finding | "unset";

export interface Facts {
  readonly secure: boolean;
  readonly isolated: boolean;
  readonly worklet: boolean;
  /** Whether the browser has WebRTC at all. */
  readonly rtc: boolean;
  /** "busy": the server takes no further check for so many seconds. */
  readonly server: { readonly found: Finding | "busy"; readonly rtt: number | null; readonly wait: number };
  /** As the server says. */
  readonly sfu: "here" | "none" | "down" | null;
  readonly udp: SfuFinding;
  readonly tcp: SfuFinding;
  /** Whether a STUN server sees this computer from outside. */
  readonly stun: Asked;
  /** Whether a TURN server relays for it, by the way to that server. */
  readonly turnUdp: Asked;
  readonly turnTcp: Asked;
  /** Whether this browser gathers addresses of its own for UDP. */
  readonly ownUdp: Finding;
  /** One socket looks different to each STUN server. False where that is not certain. */
  readonly symmetric: boolean;
}

const NOT_YET: SfuFinding = { found: "asking", at: "", rtt: null };

/** Before anything is known but the page itself. */
export const firstFacts = (page: Pick<Facts, "secure" | "isolated" | "worklet" | "rtc">): Facts => ({
  ...page,
  server: { found: "asking", rtt: null, wait: 0 },
  sfu: null,
  udp: NOT_YET,
  tcp: NOT_YET,
  stun: "asking",
  turnUdp: "asking",
  turnTcp: "asking",
  ownUdp: "asking",
  symmetric: false,
});

/** What is still being asked cannot be told any more: the server has gone, or never came. */
export function withoutServer(facts: Facts): Facts {
  const settle = <F extends string>(found: F): F | "unknown" => (found === "asking" ? "unknown" : found);
  return {
    ...facts,
    udp: { ...facts.udp, found: settle(facts.udp.found) },
    tcp: { ...facts.tcp, found: settle(facts.tcp.found) },
    stun: settle(facts.stun),
    turnUdp: settle(facts.turnUdp),
    turnTcp: settle(facts.turnTcp),
    ownUdp: settle(facts.ownUdp),
  };
}

export interface SeenCandidate {
  readonly type: string;
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  /** Of the socket behind it; 0 where the browser keeps it to itself. */
  readonly relatedPort: number;
}

/**
 * Whether one UDP socket was seen under several ports of one address, which is certain only if it was the same
 * socket: by its own port, or because there is but one.
 */
export function isSymmetric(candidates: readonly SeenCandidate[]): boolean {
  const udp = candidates.filter(({ protocol }) => protocol === "udp");
  const sockets = udp.filter(({ type }) => type === "host").length;
  const ports = new Map<string, Set<number>>();
  for (const { type, address, port, relatedPort } of udp) {
    if (type !== "srflx" || (relatedPort === 0 && sockets !== 1)) continue;
    const key = `${address} ${relatedPort}`;
    ports.set(key, (ports.get(key) ?? new Set()).add(port));
  }
  return [...ports.values()].some((seen) => seen.size > 1);
}
