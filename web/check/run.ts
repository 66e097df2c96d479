/** One run of the connection check: the conversation with the server, and the probes side by side. */
import * as v from "valibot";
import { CheckAnswer, type CheckRequest, type Over, type SfuEnd } from "#shared/protocol/check.ts";
import { type Facts, isSymmetric, withoutServer } from "./facts.ts";
import { gather, probeSfu } from "./probes.ts";

/** From dialling to the server's first word. */
const ANSWER_MS = 10_000;
/** Round trips of which the quickest counts. */
const ECHOES = 5;

type Change = (change: (facts: Facts) => Facts) => void;
type Offer = Extract<CheckAnswer, { type: "check" }>;
type Answers = AsyncIterator<CheckAnswer, undefined>;

/** Resolves when everything is known, or cannot be any more. Never rejects. */
export async function runCheck(change: Change): Promise<void> {
  const socket = new WebSocket(new URL("/ws/check", location.href).href.replace(/^http/, "ws"));
  try {
    const answers = answersOf(socket);
    const first = (await answers.next()).value;
    if (first?.type === "busy")
      change((facts) => ({ ...facts, server: { found: "busy", rtt: null, wait: first.afterSeconds } }));
    else if (first?.type === "check") await withServer(socket, answers, first, change);
    else change((facts) => ({ ...facts, server: { found: "no", rtt: null, wait: 0 } }));
  } catch (error) {
    // A probe that the browser itself refuses is as good as one that could not be tried.
    console.info("The check has not come to its end:", error);
  } finally {
    socket.close();
    change(withoutServer);
  }
}

/** What the server says, in its order, until the socket ends or nothing has come for too long. */
async function* answersOf(socket: WebSocket): AsyncGenerator<CheckAnswer, undefined> {
  const waiting: CheckAnswer[] = [];
  let ended = false;
  let wake = (): void => undefined;
  socket.addEventListener("message", ({ data }) => {
    const read = v.safeParse(CheckAnswer, JSON.parse(String(data)));
    if (read.success) waiting.push(read.output);
    wake();
  });
  socket.addEventListener("close", () => {
    ended = true;
    wake();
  });
  for (;;) {
    const next = waiting.shift();
    if (next) yield next;
    else if (ended) return undefined;
    else {
      const timer = setTimeout(() => socket.close(), ANSWER_MS);
      await new Promise<void>((resolve) => (wake = resolve));
      clearTimeout(timer);
    }
  }
}

async function withServer(socket: WebSocket, answers: Answers, offer: Offer, change: Change): Promise<void> {
  change((facts) => ({ ...facts, sfu: offer.sfu }));
  const say = (request: CheckRequest): void => socket.send(JSON.stringify(request));
  const rtt = await roundTrip(say, answers);
  change((facts) => ({ ...facts, server: { found: rtt === null ? "no" : "yes", rtt, wait: 0 } }));
  if (rtt === null || typeof RTCPeerConnection === "undefined") return;
  const ends = endsOf(answers);
  const ways = (["udp", "tcp"] as const).map(async (over) => {
    if (offer.sfu !== "here")
      return change((facts) => ({ ...facts, [over]: { found: "unknown", at: "", rtt: null } }));
    const found = await probeSfu(over, (fingerprint) => {
      say({ type: "sfu", over, fingerprint });
      return ends[over];
    });
    return change((facts) => ({ ...facts, [over]: found }));
  });
  await Promise.all([...ways, outside(offer.iceServers as RTCIceServer[], change)]);
}

/** Seconds; the quickest of some. Null where the socket ends. */
async function roundTrip(say: (request: CheckRequest) => void, answers: Answers): Promise<number | null> {
  let quickest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < ECHOES; n++) {
    const asked = performance.now();
    say({ type: "echo", n });
    if ((await answers.next()).value?.type !== "echo") return null;
    quickest = Math.min(quickest, (performance.now() - asked) / 1_000);
  }
  return quickest;
}

/** The two transports that are asked for, in whichever order they come; null where one does not. */
function endsOf(answers: Answers): Record<Over, Promise<SfuEnd | null>> {
  const settle = {} as Record<Over, (end: SfuEnd | null) => void>;
  const promised = (over: Over) => new Promise<SfuEnd | null>((resolve) => (settle[over] = resolve));
  const ends = { udp: promised("udp"), tcp: promised("tcp") };
  void (async () => {
    for (;;) {
      const answer = (await answers.next()).value;
      if (answer?.type === "sfu") settle[answer.over](answer.end ?? null);
      if (answer !== undefined) continue;
      settle.udp(null);
      settle.tcp(null);
      return;
    }
  })();
  return ends;
}

const urlsOf = (servers: readonly RTCIceServer[], scheme: RegExp): RTCIceServer[] =>
  servers.flatMap((server) => {
    const urls = [server.urls].flat().filter((url) => scheme.test(url));
    return urls.length === 0 ? [] : [{ ...server, urls }];
  });

/** STUN and TURN, and what addresses this browser has. */
async function outside(servers: readonly RTCIceServer[], change: Change): Promise<void> {
  const stun = urlsOf(servers, /^stuns?:/);
  const own = gather(stun, "all").then(({ seen, answered }) => {
    const hasUdp = seen.some(({ protocol }) => protocol === "udp");
    // Where nothing is in between, the server sees what the browser knows, and no further candidate comes of it.
    const isSeen =
      hasUdp && (answered || seen.some(({ type, protocol }) => type === "srflx" && protocol === "udp"));
    change((facts) => ({
      ...facts,
      stun: stun.length === 0 ? "unset" : isSeen ? "yes" : "no",
      ownUdp: hasUdp ? "yes" : "no",
      symmetric: isSymmetric(seen),
    }));
  });
  const overTcp = /^turns:|[?&]transport=tcp/;
  const turn = urlsOf(servers, /^turns?:/);
  const tcp = urlsOf(turn, overTcp);
  const udp = urlsOf(turn, /^(?!turns:)(?!.*[?&]transport=tcp)/);
  const relays = async (ways: RTCIceServer[]) => {
    if (ways.length === 0) return "unset" as const;
    const { seen } = await gather(ways, "relay", ({ type }) => type === "relay");
    return seen.some(({ type }) => type === "relay") ? ("yes" as const) : ("no" as const);
  };
  await Promise.all([
    own,
    relays(udp).then((turnUdp) => change((facts) => ({ ...facts, turnUdp }))),
    relays(tcp).then((turnTcp) => change((facts) => ({ ...facts, turnTcp }))),
  ]);
}
