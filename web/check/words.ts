/** What was found, in words: a sentence each, what to do where something fails, and what it means for a jam. */
import type { Asked, Facts, SfuFinding } from "./facts.ts";

export type Sign = "works" | "fails" | "unknown" | "asking";

export interface Line {
  readonly id: string;
  readonly sign: Sign;
  readonly sentence: string;
  /** What an operator or a user can do about it. */
  readonly advice: string | null;
}

const line = (id: string, sign: Sign, sentence: string, advice: string | null = null): Line => ({
  id,
  sign,
  sentence,
  advice,
});

const ms = (rtt: number | null): string =>
  rtt === null ? "" : ` in ${Math.max(1, Math.round(rtt * 1_000))} ms`;

function pageLine({ secure, isolated, worklet }: Facts): Line {
  if (!secure || !worklet)
    return line(
      "page",
      "fails",
      secure
        ? "This browser has no AudioWorklet, so there is no sound."
        : "The page is not secure, so there is no sound.",
      secure ? "Use a newer browser." : "Open it by https, or on the server’s own computer by 127.0.0.1.",
    );
  return isolated
    ? line("page", "works", "The page is secure and isolated: the sound engine shares memory.")
    : line(
        "page",
        "works",
        "The page is secure but not isolated: the sound engine works by messages, a little slower.",
        "For operators: a proxy must pass on the headers Cross-Origin-Opener-Policy and -Embedder-Policy.",
      );
}

function serverLine({ server }: Facts): Line {
  switch (server.found) {
    case "asking":
      return line("server", "asking", "Calling the server.");
    case "yes":
      return line("server", "works", `The server answers by WebSocket${ms(server.rtt)}.`);
    case "busy":
      return line(
        "server",
        "unknown",
        "The server is there, but takes no further check now.",
        `Run it again in ${server.wait} seconds.`,
      );
    default:
      return line(
        "server",
        "fails",
        "The server does not answer by WebSocket.",
        "Look whether the page itself still loads. For operators: the proxy must pass WebSocket upgrades on /ws and below.",
      );
  }
}

const WAYS = { udp: "UDP", tcp: "TCP" } as const;

function sfuLine(way: "udp" | "tcp", { sfu, ...facts }: Facts): Line {
  const { found, at, rtt }: SfuFinding = facts[way];
  const name = WAYS[way];
  if (sfu === "none") return line(way, "unknown", `No ${name} to try: this server runs without an SFU.`);
  if (sfu === "down")
    return line(
      way,
      "fails",
      `No ${name} to try: the server’s SFU is not running.`,
      "For operators: /readyz and the log say why.",
    );
  switch (found) {
    case "asking":
      return line(way, "asking", `Trying ${name} to the SFU.`);
    case "yes":
      return line(way, "works", `${name} reaches the SFU at ${at}${ms(rtt)}.`);
    case "unknown":
      return line(way, "unknown", `${name} to the SFU could not be tried.`);
    case "no":
      return line(
        way,
        "fails",
        `${name} does not reach the SFU at ${at}.`,
        `A firewall is in between: try another network. For operators: open that port for ${name}, and see that ANNOUNCED_ADDRESS is right.`,
      );
  }
}

function stunLine({ stun }: Facts): Line {
  switch (stun) {
    case "asking":
      return line("stun", "asking", "Asking a STUN server.");
    case "yes":
      return line("stun", "works", "A STUN server sees this computer’s public address.");
    case "no":
      return line(
        "stun",
        "fails",
        "No STUN server answers, so this computer’s public address is not known.",
        "The network lets no UDP out, or the servers of STUN_URLS are wrong.",
      );
    case "unknown":
      return line("stun", "unknown", "STUN could not be tried.");
    case "unset":
      return line(
        "stun",
        "unknown",
        "No STUN server is set, so nobody tells how this computer looks from outside.",
        "For operators: a mesh across the internet needs STUN_URLS.",
      );
  }
}

function turnLine(id: "turnUdp" | "turnTcp", found: Asked): Line[] {
  const name = id === "turnUdp" ? "UDP" : "TCP";
  switch (found) {
    case "asking":
      return [line(id, "asking", `Asking the TURN server by ${name}.`)];
    case "yes":
      return [line(id, "works", `The TURN server relays for this computer by ${name}.`)];
    case "no":
      return [
        line(
          id,
          "fails",
          `The TURN server does not relay by ${name}.`,
          "A firewall is in between. For operators: see that TURN_URLS and the secret are those of the TURN server, and that both clocks agree.",
        ),
      ];
    case "unknown":
      return [line(id, "unknown", `TURN by ${name} could not be tried.`)];
    case "unset":
      return [];
  }
}

/** Whether others reach this computer without anybody in between. */
function reachedBy(facts: Facts): "asking" | "unknown" | "everywhere" | "network" | "nobody" {
  const { rtc, stun, ownUdp, symmetric } = facts;
  if (!rtc || ownUdp === "no") return "nobody";
  if (stun === "asking" || ownUdp === "asking") return "asking";
  if (ownUdp === "unknown") return "unknown";
  return stun === "yes" && !symmetric ? "everywhere" : "network";
}

function directLine(facts: Facts): Line {
  switch (reachedBy(facts)) {
    case "asking":
      return line("direct", "asking", "Looking whether others can reach this computer directly.");
    case "unknown":
      return line("direct", "unknown", "Whether others reach this computer directly could not be tried.");
    case "everywhere":
      return line("direct", "works", "Others can usually reach this computer directly.");
    case "network":
      return facts.symmetric
        ? line(
            "direct",
            "fails",
            "This network shows a different port to everybody: only people on it reach this computer directly.",
            "Nothing to be done here but another network; a TURN server or the SFU carries the jam.",
          )
        : line(
            "direct",
            "works",
            "People on the same network can reach this computer directly; from elsewhere that is not known.",
          );
    case "nobody":
      return line(
        "direct",
        "fails",
        "This browser sends no UDP of its own, so nobody reaches this computer directly.",
        "A setting, an extension or a firewall keeps WebRTC from it. A jam works all the same.",
      );
  }
}

export function lines(facts: Facts): Line[] {
  return [
    pageLine(facts),
    serverLine(facts),
    sfuLine("udp", facts),
    sfuLine("tcp", facts),
    stunLine(facts),
    ...turnLine("turnUdp", facts.turnUdp),
    ...turnLine("turnTcp", facts.turnTcp),
    directLine(facts),
  ];
}

export const isDone = (facts: Facts): boolean => lines(facts).every(({ sign }) => sign !== "asking");

const ALONE = "From here nobody can join a jam: the server is not reached.";

/** How edits go in a room of many: by the SFU, where one is reached. */
function inManyWords({ udp, tcp }: Facts): string | null {
  if (udp.found === "yes") return "through the SFU";
  return tcp.found === "yes" ? "through the SFU over TCP: it works, a little slower" : null;
}

/** What it means for a jam, once it is known; null before. */
export function meaning(facts: Facts): string | null {
  if (!isDone(facts)) return null;
  const { found } = facts.server;
  if (found === "busy") return null;
  if (found !== "yes") return ALONE;
  const many = inManyWords(facts);
  const reached = reachedBy(facts);
  const relayed = facts.turnUdp === "yes" || facts.turnTcp === "yes";
  const few =
    reached === "everywhere"
      ? "Edits will go directly between you"
      : relayed
        ? "Edits will go through the TURN server"
        : reached === "network"
          ? "Edits will go directly between you on one network"
          : null;
  if (few === null)
    return many === null
      ? "Edits will go only through the server: it works, a little slower."
      : `Edits will go ${many}.`;
  return many === null ? `${few}, else only through the server.` : `${few}, and with many people ${many}.`;
}

const SIGNS: Readonly<Record<Sign, string>> = {
  works: "works",
  fails: "does not work",
  unknown: "not known",
  asking: "being tried",
};

export const signWords = (sign: Sign): string => SIGNS[sign];

/** Plain text to send to somebody: the lines, and which browser. No link, no credentials, no address of this computer. */
export function report(facts: Facts, { origin, browser }: { origin: string; browser: string }): string {
  const found = lines(facts).flatMap(({ sign, sentence, advice }) => [
    `[${signWords(sign)}] ${sentence}`,
    ...(advice === null ? [] : [`    ${advice}`]),
  ]);
  const head = [`Tutti, what works from here to ${origin}`, browser, ""];
  const end = meaning(facts);
  return [...head, ...found, ...(end === null ? [] : ["", end]), ""].join("\n");
}
