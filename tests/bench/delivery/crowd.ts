/** A full room on the SFU: what an edit costs the server and the wire when sixteen people edit at once. */
import { seededRandom } from "#shared/lib/random.ts";
import { createRoom } from "../../e2e/support/rooms.ts";
import { until } from "../../e2e/support/until.ts";
import { anyEdit, type NodePeer, NodePeers } from "../../peers/node-peer.ts";
import type { FrozenServer } from "../frozen-server.ts";
import { childrenOf, cpuSeconds } from "../processes.ts";
import { type Row, rowOf } from "../report.ts";

const PEERS = 16;
/** As of people who are all at it. */
const EDITS_A_SECOND = 4;

async function edit(peer: NodePeer, seed: number, seconds: number): Promise<void> {
  const random = seededRandom(seed);
  // Each in a beat of their own: nobody edits in time with the others.
  await new Promise((resolve) => setTimeout(resolve, (1_000 * random()) / EDITS_A_SECOND));
  for (let made = 0; made < seconds * EDITS_A_SECOND; ) {
    if (!peer.dispatch(anyEdit(peer, random))) continue;
    made += 1;
    await new Promise((resolve) => setTimeout(resolve, 1_000 / EDITS_A_SECOND));
  }
}

/** CPU of the server's own process and of its SFU worker, in seconds since they began. */
function cpuOf(server: FrozenServer): { node: number; worker: number } {
  const workers = childrenOf(server.pid);
  return { node: cpuSeconds(server.pid), worker: workers.reduce((sum, pid) => sum + cpuSeconds(pid), 0) };
}

/** Datagrams of deltas, acknowledgements and copies so far, of all peers together. */
function countersOf(peers: NodePeers) {
  const total = (read: (peer: NodePeer) => number) => peers.all.reduce((sum, peer) => sum + read(peer), 0);
  return {
    edits: total(({ counters }) => counters.sent.edits),
    sent: total(({ counters }) => counters.sent.datagrams),
    heard: total(({ counters }) => counters.received.datagrams),
    acks: total(({ counters }) => counters.sent.acks),
    journal: total(({ counters }) => counters.sent.journal),
  };
}

export async function measureCrowd(server: FrozenServer, seconds: number): Promise<Row[]> {
  const room = await createRoom(server.url, "sfu");
  const peers = new NodePeers(room.performer, PEERS);
  try {
    await peers.untilOnSfu();
    const [before, cpuBefore] = [countersOf(peers), cpuOf(server)];
    await Promise.all(peers.all.map((peer, i) => edit(peer, i, seconds)));
    const digests = () => new Set(peers.all.map(({ spoke }) => spoke.digest)).size;
    const isDone = () => digests() === 1 && peers.all.every(({ spoke }) => spoke.unacknowledged === 0);
    await until(isDone, { what: "one digest", timeoutMs: 15_000 }).catch(() => undefined);
    const [after, cpu] = [countersOf(peers), cpuOf(server)];
    const edits = after.edits - before.edits;
    const row = rowOf(`${PEERS} on the SFU, ${EDITS_A_SECOND} edits a second each`, "tutti");
    return [
      row("edits", edits, ""),
      row("documents in the end", digests(), ""),
      row("datagrams an edit, author's", (after.sent - before.sent) / edits, ""),
      row("datagrams an edit, heard by each other", (after.heard - before.heard) / edits / (PEERS - 1), ""),
      row("acks an edit, of all", (after.acks - before.acks) / edits, ""),
      row("copies an edit for the journal", (after.journal - before.journal) / edits, ""),
      row("CPU an edit, server", (1e6 * (cpu.node - cpuBefore.node)) / edits, "µs"),
      row("CPU an edit, SFU worker", (1e6 * (cpu.worker - cpuBefore.worker)) / edits, "µs"),
    ];
  } finally {
    peers.close();
  }
}
