/**
 * One group of a crowd, as a process of its own: performers, performers who are heard, or listeners. Each is the
 * app's own connection, with its delivery and its data consumers; only the socket is not in a Worker, and there is
 * no page round it. Its parent says in the arguments who they are, and tells them what to do.
 */
import { seededRandom } from "#shared/lib/random.ts";
import { until } from "../../e2e/support/until.ts";
import { InThreadWorker, traffic } from "../../peers/in-thread-worker.ts";
import { anyEdit, installBrowser, NodePeer, USUAL } from "../../peers/node-peer.ts";
import type { Voice } from "../../peers/voice.ts";
import { percentile } from "../stats.ts";
import type { Back, GroupOptions, Look, Order, Word } from "./words.ts";

const COMING_DEADLINE_MS = 120_000;
/** How long a worker's death may keep anybody away. */
const BACK_DEADLINE_MS = 30_000;
/** Between two looks at who is back: what is measured is seconds. */
const BACK_STEP_MS = 20;
/** Hz, of the first voice. */
const PITCH = 220;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class Group {
  readonly #options: GroupOptions;
  readonly #peers: NodePeer[] = [];
  readonly #voices: Voice[] = [];
  #latencies: number[] = [];
  #ended = 0;
  #before = { ...traffic, edits: 0 };

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /** One after the other; resolves when all are on the SFU, with the score. */
  async come(): Promise<void> {
    const { kind, link, count, spacing } = this.#options;
    const sound = kind === "voices" ? await import("../../peers/voice.ts") : null;
    installBrowser({ ...USUAL, ...sound?.HEARD, Worker: InThreadWorker });
    const url = new URL(link);
    for (let i = 0; i < count; i++) {
      const peer = new NodePeer(url, `${kind} ${i + 1}`);
      this.#peers.push(peer);
      peer.connection.on("ended", () => (this.#ended += 1));
      peer.connection.on("changed", ({ deltas }) => {
        const now = peer.connection.roomNow();
        if (now !== null) for (const { stamp } of deltas) this.#latencies.push(1_000 * now - stamp.time);
      });
      if (i < count - 1) await pause(1_000 * spacing);
    }
    const isHere = ({ connection }: NodePeer): boolean =>
      connection.rung === "sfu" && connection.spoke !== null;
    await until(() => this.#peers.every(isHere), {
      what: `${kind} on the SFU`,
      timeoutMs: COMING_DEADLINE_MS,
      detail: () => JSON.stringify(this.look()),
    });
    if (sound)
      for (const [i, peer] of this.#peers.entries())
        this.#voices.push(new sound.Voice(peer, PITCH * (i + 1)));
  }

  async edit(edits: number): Promise<void> {
    const { editsASecond, seed } = this.#options;
    const each = async (peer: NodePeer, index: number): Promise<void> => {
      const random = seededRandom(seed + index);
      const begin = performance.now() + (1_000 * random()) / editsASecond;
      for (let made = 0; made < edits; ) {
        await pause(Math.max(0, begin + (1_000 * made) / editsASecond - performance.now()));
        if (peer.dispatch(anyEdit(peer, random))) made += 1;
      }
    };
    await Promise.all(this.#peers.map(each));
  }

  hear(actors: readonly number[]): void {
    for (const [i, voice] of this.#voices.entries())
      for (const actor of actors) if (actor !== this.#peers[i]?.spoke.replica.actor) voice.hear(actor);
  }

  look(): Look {
    const spokes = this.#peers.flatMap(({ connection }) => connection.spoke ?? []);
    const sum = (read: (peer: NodePeer) => number) => this.#peers.reduce((all, peer) => all + read(peer), 0);
    const rungs: Record<string, number> = {};
    for (const { connection } of this.#peers) rungs[connection.rung] = (rungs[connection.rung] ?? 0) + 1;
    const has = new Map<number, number>();
    for (const { replica } of spokes)
      for (const { actor, contiguous } of replica.vector.entries())
        has.set(actor, Math.min(has.get(actor) ?? Number.POSITIVE_INFINITY, contiguous));
    const edits = sum(({ counters }) => counters.sent.edits);
    const { sent, sentMessages, received, receivedMessages } = traffic;
    const before = this.#before;
    const latencies = this.#latencies;
    this.#before = { ...traffic, edits };
    this.#latencies = [];
    return {
      actors: spokes.map(({ replica }) => replica.actor),
      digests: [...new Set(spokes.map(({ digest }) => digest))],
      unacknowledged: spokes.reduce((all, spoke) => all + spoke.unacknowledged, 0),
      has: [...has],
      rungs,
      edits: edits - before.edits,
      latency: {
        p50: percentile(latencies, 50),
        p95: percentile(latencies, 95),
        p99: percentile(latencies, 99),
      },
      socket: {
        sent: sent - before.sent,
        sentMessages: sentMessages - before.sentMessages,
        received: received - before.received,
        receivedMessages: receivedMessages - before.receivedMessages,
      },
      rejected: sum(({ counters }) => counters.rejected),
      replaced: sum(({ counters }) => counters.replaced),
      ended: this.#ended,
      bitrates: this.#voices.flatMap((voice) => voice.arrivals.map(({ bitrate }) => bitrate)),
    };
  }

  /** Who has not yet been seen without them is not yet away. */
  async watch(killedAt: number, actors: readonly number[]): Promise<Back> {
    const wasAway = this.#peers.map(() => false);
    const back: (number | null)[] = this.#peers.map(() => null);
    const now = (): number => performance.timeOrigin + performance.now() - killedAt;
    while (back.includes(null) && now() < BACK_DEADLINE_MS) {
      for (const [i, { connection }] of this.#peers.entries()) {
        const { rung, spoke, welcome } = connection;
        const hears = (actor: number): boolean =>
          actor === welcome?.actor || spoke?.direct.has(actor) === true;
        const isBack = rung === "sfu" && actors.every(hears);
        if (!isBack) wasAway[i] = true;
        else if (wasAway[i]) back[i] ??= now();
      }
      await pause(BACK_STEP_MS);
    }
    return back;
  }

  leave(): void {
    for (const voice of this.#voices) voice.close();
    for (const { connection } of this.#peers) connection.close();
  }
}

async function obey(group: Group, order: Order): Promise<Word> {
  switch (order.type) {
    case "edit":
      await group.edit(order.edits);
      return { type: "edited" };
    case "hear":
      group.hear(order.actors);
      return { type: "hearing" };
    case "look":
      return { type: "look", look: group.look() };
    case "watch":
      return { type: "back", back: await group.watch(order.killedAt, order.actors) };
    case "leave":
      group.leave();
      // Whatever still runs of either library's threads: this process is no use any more.
      process.exit(0);
  }
}

const say = (id: number, word: Word) => process.send?.({ id, word });
const group = new Group(JSON.parse(process.argv[2] ?? "") as GroupOptions);
process.on("disconnect", () => process.exit(0));
process.on("message", ({ id, order }: { id: number; order: Order }) => {
  void obey(group, order).then((word) => say(id, word));
});
await group.come();
say(0, { type: "here" });
