/** What is the mesh's own: how two browsers find each other again, with the signals in the test's hands. */
import { afterEach, expect, test, vi } from "vitest";
import { PROBE } from "#shared/protocol/frames.ts";
import { zeroCounters } from "../../web/net/counters.ts";
import { MeshLink } from "../../web/net/mesh-link.ts";
import type { MeshSignal } from "../../web/net/mesh-signal.ts";

interface Passed {
  readonly from: number;
  readonly to: number;
  readonly signal: MeshSignal;
}

/** Links in one page, and the signals that passed between them. */
class Exchange {
  readonly passed: Passed[] = [];
  readonly links = new Map<number, MeshLink>();
  readonly counters = new Map<number, ReturnType<typeof zeroCounters>>();

  add(self: number): MeshLink {
    const counters = zeroCounters();
    const link = new MeshLink({
      self,
      iceServers: () => [],
      counters,
      random: Math.random,
      signal: (to, signal) => {
        this.passed.push({ from: self, to, signal });
        // As over a network: never within the sender's own call.
        queueMicrotask(() => this.links.get(to)?.handleSignal(self, structuredClone(signal)));
      },
    });
    this.links.set(self, link);
    this.counters.set(self, counters);
    return link;
  }

  connect(): void {
    for (const link of this.links.values()) for (const actor of this.links.keys()) link.handlePeer(actor);
  }

  /** Signals of the latest attempt. */
  get session(): number {
    return this.passed.findLast(({ signal }) => signal.type === "offer")?.signal.session ?? 0;
  }

  get calls(): number {
    return this.passed.filter(({ signal }) => signal.type === "offer").length;
  }

  /** The kinds of signals that this actor has sent. */
  kinds(actor: number): Set<string> {
    return new Set(this.passed.filter(({ from }) => from === actor).map(({ signal }) => signal.type));
  }

  close(): void {
    for (const link of this.links.values()) link.close();
  }
}

let exchange: Exchange;

afterEach(() => exchange.close());

const until = (holds: () => void): Promise<void> => vi.waitFor(holds, { timeout: 15_000, interval: 10 });

async function connected(): Promise<{ low: MeshLink; high: MeshLink }> {
  exchange = new Exchange();
  const [low, high] = [exchange.add(3), exchange.add(8)];
  exchange.connect();
  await bothOpen(low, high);
  return { low, high };
}

async function bothOpen(low: MeshLink, high: MeshLink): Promise<void> {
  await until(() => expect([[...low.peers], [...high.peers]]).toEqual([[8], [3]]));
}

async function hears(from: MeshLink, to: MeshLink): Promise<void> {
  const heard: number[] = [];
  const stop = to.on("message", ({ actor }) => heard.push(actor));
  await until(() => {
    expect(from.broadcast("edits", PROBE)).toBe(1);
    expect(heard.length).toBeGreaterThan(0);
  });
  stop();
}

test("[MSH2] the newer actor calls and the older one answers", async () => {
  const { low, high } = await connected();
  expect(exchange.kinds(8)).toContain("offer");
  expect(exchange.kinds(3)).not.toContain("offer");
  expect(exchange.kinds(3)).toContain("answer");
  await hears(low, high);
  await hears(high, low);
});

test("[MSH3] a pair that has ended, at either side, is made again", async () => {
  const { low, high } = await connected();
  for (const [at, from] of [
    [low, 8],
    [high, 3],
  ] as const) {
    const ended = exchange.session;
    at.handleSignal(from, { type: "bye", session: ended });
    expect(at.peers.size).toBe(0);
    // Only one side knows: the other learns it from its channel.
    await until(() => expect(exchange.session).not.toBe(ended));
    await bothOpen(low, high);
    await hears(low, high);
  }
});

test("[MSH4] signals left over from an earlier attempt disturb nothing", async () => {
  const { low, high } = await connected();
  const old = [...exchange.passed];
  low.handleSignal(8, { type: "bye", session: exchange.session });
  await until(() => expect(low.peers.size + high.peers.size).toBe(0));
  await bothOpen(low, high);
  const closed = vi.fn();
  low.on("closed", closed);
  high.on("closed", closed);
  // All but the offers: a server keeps their order, so that none can come after the next attempt's.
  for (const { from, to, signal } of old)
    if (signal.type !== "offer") exchange.links.get(to)?.handleSignal(from, signal);
  await hears(low, high);
  await hears(high, low);
  expect(closed).not.toHaveBeenCalled();
});

test("[MSH5] an answer that no browser understands ends that pair alone, and it is made again", async () => {
  exchange = new Exchange();
  const [low, middle, high] = [exchange.add(3), exchange.add(5), exchange.add(8)];
  exchange.connect();
  await until(() => {
    for (const link of [low, middle, high]) expect(link.peers.size).toBe(2);
  });
  const others = vi.fn();
  middle.on("closed", ({ actor }) => others(actor));
  const session = exchange.passed.findLast(
    ({ from, to, signal }) => from === 8 && to === 3 && signal.type === "offer",
  )?.signal.session;
  low.handleSignal(8, { type: "answer", session, sdp: "nonsense" });
  low.handleSignal(8, { type: "candidate", session, candidate: { candidate: "nonsense" } });
  await until(() => expect(low.peers).not.toContain(8));
  await until(() => {
    for (const link of [low, middle, high]) expect(link.peers.size).toBe(2);
  });
  expect(others).not.toHaveBeenCalled();
});

test("[MSH6] signals of strangers, calls from an older actor and garbage are counted and dropped", async () => {
  const { low, high } = await connected();
  const counters = exchange.counters.get(8);
  const before = counters?.rejected ?? 0;
  high.handleSignal(99, { type: "offer", session: 1, sdp: "v=0" });
  high.handleSignal(3, { type: "offer", session: 1, sdp: "v=0" });
  for (const garbage of [null, undefined, 5, "offer", [], { type: "offer" }, { renegotiate: true }])
    high.handleSignal(3, garbage);
  expect(counters?.rejected).toBe(before + 9);
  await hears(low, high);
});

test("[MSH7] nobody calls who has left", async () => {
  const { low, high } = await connected();
  low.handleLeft(8);
  expect(low.peers.size).toBe(0);
  high.handleLeft(3);
  expect(high.peers.size).toBe(0);
  const calls = exchange.calls;
  low.handlePeer(8);
  high.handlePeer(3);
  await bothOpen(low, high);
  expect(exchange.calls).toBe(calls + 1);
});

test("[MSH8] a pair to which nothing comes any more is made anew, long before the browser gives it up", async () => {
  const connections: RTCPeerConnection[] = [];
  const Original = RTCPeerConnection;
  vi.stubGlobal(
    "RTCPeerConnection",
    class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    },
  );
  exchange = new Exchange();
  const [older, newer] = [exchange.add(1), exchange.add(2)];
  exchange.connect();
  await until(() => expect([...older.peers, ...newer.peers]).toEqual([2, 1]));
  const { session } = exchange;
  const first = connections[0];
  if (!first) throw new Error("no connection was made");
  // What the browser says some seconds after the network has gone.
  Object.defineProperty(first, "iceConnectionState", { value: "disconnected" });
  first.oniceconnectionstatechange?.(new Event("iceconnectionstatechange"));
  await until(() => expect(exchange.session).not.toBe(session));
  await until(() => expect([...older.peers, ...newer.peers]).toEqual([2, 1]));
  vi.unstubAllGlobals();
});

test("[MSH9] calls that were lost on the way are made again at once when one is asked to", async () => {
  exchange = new Exchange();
  const newer = exchange.add(2);
  newer.handlePeer(1);
  // Nobody is there to hear it.
  await until(() => expect(exchange.calls).toBe(1));
  const older = exchange.add(1);
  older.handlePeer(2);
  newer.refresh();
  await until(() => expect([...older.peers, ...newer.peers]).toEqual([2, 1]));
  expect(exchange.calls).toBe(2);
  const { session } = exchange;
  newer.refresh();
  older.refresh();
  expect(exchange.session).toBe(session);
});
